import type { Query } from '../branch/index.js';
import type { Hit, RecallSettings } from '../recall/index.js';

/** Queries answered and thrown away before the timed pass, so that kernels are compiled and memory is touched. */
const WARM_UP_QUERIES = 50;

/** What a figure of speed is of. */
export interface Conditions {
  /** Everything a query touches was loaded and touched before: not the time of a first query. */
  state: 'warm';
  threads: number;
  /** Hits asked for. */
  depth: number;
  queries: number;
  warmUpQueries: number;
  /** Times each run was made, where more than once: figures are medians. */
  rounds?: number;
  /** Settings of the branches, as used. */
  settings: string[];
}

export interface QueryAnswer {
  query: string;
  hits: Hit[];
  ms: number;
}

/** Answers queries, in this thread or in several. */
export interface QueryRunner {
  threads: number;
  /** Loads what the queries will touch. */
  warm(branches?: string[]): Promise<void>;
  /** @returns answers in the order of the queries, with the time each took in its thread */
  run(
    queries: Query[],
    settings: RecallSettings,
    onAnswer?: () => void,
    signal?: AbortSignal,
  ): Promise<{ answers: QueryAnswer[]; notes: string[] }>;
  /** @returns answers of queries that one thread takes together; the time of each is its share */
  runMany(queries: Query[], settings: RecallSettings): Promise<QueryAnswer[]>;
  /** Ends its threads, if it has any. */
  close(): Promise<void>;
}

/** One timed pass over all queries, after a warm-up. */
export async function runQueries(
  runner: QueryRunner,
  queries: Query[],
  settings: RecallSettings & { k: number },
  options: { onProgress?: (done: number) => void; signal?: AbortSignal } = {},
): Promise<{
  answers: QueryAnswer[];
  qps: number;
  conditions: Conditions;
}> {
  await runner.warm(settings.branches);
  const warmUp = queries.slice(0, WARM_UP_QUERIES);
  await runner.run(warmUp, settings, undefined, options.signal);
  let done = 0;
  const started = performance.now();
  const { answers, notes } = await runner.run(
    queries,
    settings,
    () => options.onProgress?.(++done),
    options.signal,
  );
  const wallMs = performance.now() - started;
  const samples = Float64Array.from(answers, (answer) => answer.ms);
  // One thread: the time of the searches, without the bookkeeping between them. Several: wall time, which is what they are for.
  const busyMs = runner.threads === 1 ? samples.reduce((sum, ms) => sum + ms, 0) : wallMs;
  return {
    answers,
    qps: (queries.length * 1000) / busyMs,
    conditions: {
      state: 'warm',
      threads: runner.threads,
      depth: settings.k,
      queries: queries.length,
      warmUpQueries: warmUp.length,
      settings: notes,
    },
  };
}
