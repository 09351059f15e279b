import type { Query } from '../branch/index.js';
import type { IndexReader } from '../index/index.js';
import { formatFusion, type RecallSettings } from '../recall/index.js';
import { TEXT_BRANCH } from '../schema/index.js';
import { type Axis, gridOf } from './sweep/settings.js';

/** One run to make. */
export interface Plan {
  name: string;
  settings: RecallSettings;
  /** Its figures stand for the report, where no sweep chooses. */
  primary: boolean;
  /** Values of the settings that are swept. */
  swept: Record<string, number>;
}

/** Branches that at least one of the queries has input for. */
export function firing(index: IndexReader, queries: Query[]): string[] {
  return index.branchNames.filter((name) =>
    queries.some((query) =>
      name === TEXT_BRANCH
        ? query.text !== undefined
        : query.vectors[name] !== undefined || query.sparse?.[name] !== undefined,
    ),
  );
}

/**
 * Which runs to make: each branch alone if asked, then each fusion; a plain run when there is nothing to compare. All of
 * these at each point of a sweep, where there is one.
 */
export function planRuns(
  branches: string[],
  options: { settings?: RecallSettings; fusions?: RecallSettings['fusion'][]; eachBranch?: boolean },
  axes: Axis[] = [],
): Plan[] {
  const { settings = {}, fusions = [], eachBranch = false } = options;
  const plans: Omit<Plan, 'swept'>[] = [];
  if (eachBranch)
    for (const name of branches)
      plans.push({ name, settings: { ...settings, branches: [name] }, primary: false });
  if (branches.length > 1) {
    for (const [i, fusion] of fusions.entries()) {
      if (fusion)
        plans.push({ name: formatFusion(fusion), settings: { ...settings, fusion }, primary: i === 0 });
    }
  }
  if (plans.length === 0) plans.push({ name: branches.join('+') || 'none', settings, primary: true });
  return plans.flatMap((plan) =>
    gridOf(axes).map((swept) => {
      const values = Object.entries(swept).map(([name, value]) => `${name}=${value}`);
      return {
        ...plan,
        // A sweep of one run needs no other name.
        name: [...(plans.length > 1 || values.length === 0 ? [plan.name] : []), ...values].join(' '),
        settings: { ...plan.settings, ...swept },
        swept,
      };
    }),
  );
}
