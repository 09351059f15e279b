import type { Query } from '../branch/index.js';
import { type LatencySummary, summariseLatency } from './latency.js';
import type { Plan } from './plans.js';
import { type Conditions, type QueryAnswer, type QueryRunner, runQueries } from './run-queries.js';

/** How fast a plan was over all rounds. */
export interface Speed {
  /** Milliseconds of each query: its median over the rounds. */
  times: Float64Array;
  /** Of these. */
  latency: LatencySummary;
  /** Median of the rounds. */
  qps: number;
  /** Of the rounds, where there were several. */
  qpsRange: { least: number; most: number } | undefined;
  conditions: Conditions;
}

/**
 * Answers all queries by every plan, in rounds: each goes through all plans and begins at another one, so that what else the
 * machine does falls on all of them alike.
 * @param rounds at least 1
 * @param each takes a plan's answers, which are the same in every round, in the first one
 * @returns parallel to plans
 */
export async function timeRuns(
  runner: QueryRunner,
  queries: Query[],
  plans: Plan[],
  { depth, rounds }: { depth: number; rounds: number },
  each: (plan: Plan, answers: QueryAnswer[]) => void,
  options: { signal?: AbortSignal; onProgress?: (plan: Plan, done: number, total: number) => void } = {},
): Promise<Speed[]> {
  const { signal, onProgress } = options;
  const total = queries.length * plans.length * rounds;
  const passes = plans.map(() => [] as { qps: number; times: Float64Array }[]);
  const conditions: Conditions[] = [];
  let before = 0;
  for (let round = 0; round < rounds; round++) {
    const first = Math.floor((round * plans.length) / rounds);
    for (let i = 0; i < plans.length; i++) {
      const at = (first + i) % plans.length;
      const plan = plans[at];
      const ran = await runQueries(
        runner,
        queries,
        { ...plan.settings, k: depth },
        { signal, onProgress: (done) => onProgress?.(plan, before + done, total) },
      );
      before += queries.length;
      passes[at].push({ qps: ran.qps, times: Float64Array.from(ran.answers, ({ ms }) => ms) });
      conditions[at] = rounds > 1 ? { ...ran.conditions, rounds } : ran.conditions;
      if (round === 0) each(plan, ran.answers);
    }
  }
  return passes.map((own, at) => {
    const times = Float64Array.from(queries, (_, q) => median(own.map((pass) => pass.times[q])));
    const speeds = own.map(({ qps }) => qps);
    return {
      times,
      latency: summariseLatency(times),
      qps: median(speeds),
      qpsRange: rounds > 1 ? { least: Math.min(...speeds), most: Math.max(...speeds) } : undefined,
      conditions: conditions[at],
    };
  });
}

/** The middle value; of an even number the mean of the two in the middle. */
function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
