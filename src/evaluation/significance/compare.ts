import { UsageError } from '../../errors/index.js';
import { bootstrapInterval, type Interval } from './bootstrap.js';
import { holm } from './holm.js';
import { type Randomisation, randomisationTest } from './randomisation.js';
import { pairedTTest, type TTest } from './t-test.js';

/** Values of queries, by query and measure: what Evaluation.perQuery and RunSummary.perQuery are. */
export type PerQuery =
  | ReadonlyMap<string, Readonly<Record<string, number>>>
  | Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface CompareOptions {
  /** Of the randomisation and the bootstrap. Default 0. */
  seed?: number;
  /** Default 100,000. */
  permutations?: number;
  /** Default 10,000. */
  resamples?: number;
  /** Of the interval. Default 0.95. */
  confidence?: number;
  /** Regressions and improvements listed. Default 5. */
  listed?: number;
}

export interface QueryChange {
  query: string;
  baseline: number;
  candidate: number;
  /** candidate - baseline. */
  difference: number;
}

/** One measure of two runs, over the queries that both have a value for. Differences are candidate - baseline. */
export interface Comparison {
  /** Of the candidate, where compareSeveral() made it. */
  run?: string;
  measure: string;
  queries: number;
  /** Queries that only one of the two has: left out. */
  unpaired: number;
  baseline: number;
  candidate: number;
  difference: number;
  wins: number;
  losses: number;
  ties: number;
  /** Of the mean difference; absent without queries. */
  interval?: Interval;
  /** Absent for less than two queries. */
  tTest?: TTest;
  randomisation: Randomisation;
  /** p-values after Holm's correction for all comparisons made together. */
  adjusted?: { tTest?: number; randomisation: number };
  /** Worst first. */
  regressions: QueryChange[];
  /** Best first. */
  improvements: QueryChange[];
}

/** Two figures that differ by less are the same: sums of the same terms in another order. */
const SAME = 1e-12;

/**
 * Whether a run differs from a baseline in a measure: means, wins and losses, a paired t-test, Fisher's randomisation, a
 * bootstrap interval of the difference, and the queries that changed most. The same options give the same figures.
 * @throws UsageError where no query has a value in both
 */
export function compareRuns(
  baseline: PerQuery,
  candidate: PerQuery,
  measure: string,
  options: CompareOptions = {},
): Comparison {
  const { seed = 0, permutations = 100_000, resamples = 10_000, confidence = 0.95, listed = 5 } = options;
  const before = valuesOf(baseline, measure);
  const after = valuesOf(candidate, measure);
  const changes: QueryChange[] = [];
  for (const [query, from] of before) {
    const to = after.get(query);
    if (to === undefined) continue;
    const difference = Math.abs(to - from) < SAME ? 0 : to - from;
    changes.push({ query, baseline: from, candidate: to, difference });
  }
  if (changes.length === 0) {
    throw new UsageError(
      `nothing to compare: no query has ${measure} in both runs; compare runs of the same queries`,
    );
  }
  const differences = Float64Array.from(changes, (change) => change.difference);
  const n = changes.length;
  const mean = (pick: (change: QueryChange) => number) =>
    changes.reduce((sum, one) => sum + pick(one), 0) / n;
  const wins = changes.filter(({ difference }) => difference > 0);
  const losses = changes.filter(({ difference }) => difference < 0);
  const largestFirst = (a: QueryChange, b: QueryChange) => Math.abs(b.difference) - Math.abs(a.difference);
  return {
    measure,
    queries: n,
    unpaired: before.size + after.size - 2 * n,
    baseline: mean((change) => change.baseline),
    candidate: mean((change) => change.candidate),
    difference: mean((change) => change.difference),
    wins: wins.length,
    losses: losses.length,
    ties: n - wins.length - losses.length,
    interval: bootstrapInterval(differences, confidence, resamples, seed),
    tTest: pairedTTest(differences),
    randomisation: randomisationTest(differences, permutations, seed),
    regressions: losses.sort(largestFirst).slice(0, listed),
    improvements: wins.sort(largestFirst).slice(0, listed),
  };
}

/** Compares several runs in several measures with one baseline; p-values are also given after Holm's correction. */
export function compareSeveral(
  baseline: PerQuery,
  candidates: readonly { name: string; perQuery: PerQuery }[],
  measures: readonly string[],
  options: CompareOptions = {},
): Comparison[] {
  const made = candidates.flatMap(({ name, perQuery }) =>
    measures.map((measure) => ({ run: name, ...compareRuns(baseline, perQuery, measure, options) })),
  );
  const tTests = holm(made.map(({ tTest }) => tTest?.p ?? Number.NaN));
  const randomisations = holm(made.map(({ randomisation }) => randomisation.p));
  return made.map((comparison, i) => ({
    ...comparison,
    adjusted: {
      ...(Number.isNaN(tTests[i]) ? {} : { tTest: tTests[i] }),
      randomisation: randomisations[i],
    },
  }));
}

function valuesOf(perQuery: PerQuery, measure: string): Map<string, number> {
  const entries = perQuery instanceof Map ? perQuery.entries() : Object.entries(perQuery);
  const values = new Map<string, number>();
  for (const [query, figures] of entries as Iterable<[string, Readonly<Record<string, number>>]>) {
    const value = Object.hasOwn(figures, measure) ? figures[measure] : Number.NaN;
    if (!Number.isNaN(value)) values.set(query, value);
  }
  return values;
}
