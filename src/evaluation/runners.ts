import type { Query } from '../branch/index.js';
import type { IndexReader } from '../index/index.js';
import {
  answerMany,
  type PoolAnswer,
  QUERIES_TOGETHER,
  Recaller,
  RecallPool,
  type RecallSettings,
} from '../recall/index.js';
import type { QueryAnswer, QueryRunner } from './run-queries.js';

/** Queries between two turns of the event loop, so that Ctrl-C is seen. */
const YIELD_EVERY = 32;
/** Queries a search thread has waiting, so that it never idles. */
const WAITING_PER_THREAD = 4;

/**
 * Answers that nobody times, of many queries together.
 * @returns answers in the order of the queries
 */
export async function runTogether(
  runner: QueryRunner,
  queries: Query[],
  settings: RecallSettings,
  onAnswer?: () => void,
  signal?: AbortSignal,
): Promise<QueryAnswer[]> {
  const answers: QueryAnswer[] = [];
  for (let from = 0; from < queries.length; from += QUERIES_TOGETHER * runner.threads) {
    const batches: Promise<QueryAnswer[]>[] = [];
    for (let t = 0; t < runner.threads; t++) {
      const start = from + t * QUERIES_TOGETHER;
      const some = queries.slice(start, start + QUERIES_TOGETHER);
      if (some.length > 0) batches.push(runner.runMany(some, settings));
    }
    for (const answer of (await Promise.all(batches)).flat()) {
      answers.push(answer);
      onAnswer?.();
    }
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
  return answers;
}

/** Answers in this thread, or in worker threads that open the index themselves. */
export function openRunner(index: IndexReader, threads: number): QueryRunner {
  return threads === 1 ? localRunner(index) : pooledRunner(new RecallPool(index, threads));
}

/** Answers queries in this thread, each timed alone. */
export function localRunner(index: IndexReader): QueryRunner {
  const recaller = new Recaller(index);
  return {
    threads: 1,
    async warm(branches) {
      recaller.warm(branches);
    },
    async run(queries, settings, onAnswer, signal) {
      const answers: QueryAnswer[] = [];
      const notes = new CommonNotes();
      for (const [i, query] of queries.entries()) {
        const started = performance.now();
        const result = recaller.search(query, settings);
        answers.push({ query: query.id, hits: result.hits, ms: performance.now() - started });
        notes.add(result.notes);
        onAnswer?.();
        if (i % YIELD_EVERY === YIELD_EVERY - 1) {
          await new Promise((resolve) => setImmediate(resolve));
          signal?.throwIfAborted();
        }
      }
      return { answers, notes: notes.list() };
    },
    async runMany(queries, settings) {
      return answerMany(recaller, queries, settings).map(untimed);
    },
    async close() {},
  };
}

/** Keeps every thread of a pool busy; answers come back in the order of the queries. */
function pooledRunner(pool: RecallPool): QueryRunner {
  return {
    threads: pool.threads,
    warm: (branches) => pool.warm(branches),
    async run(queries, settings, onAnswer, signal) {
      const answers: QueryAnswer[] = new Array(queries.length);
      const notes = new CommonNotes();
      let next = 0;
      const lane = async () => {
        while (next < queries.length) {
          signal?.throwIfAborted();
          const i = next++;
          const { result, ms } = await pool.search(queries[i], settings);
          answers[i] = { query: queries[i].id, hits: result.hits, ms };
          notes.add(result.notes);
          onAnswer?.();
        }
      };
      await Promise.all(Array.from({ length: pool.threads * WAITING_PER_THREAD }, lane));
      return { answers, notes: notes.list() };
    },
    runMany: async (queries, settings) => (await pool.searchMany(queries, settings)).map(untimed),
    close: () => pool.close(),
  };
}

const untimed = ({ result, ms }: PoolAnswer): QueryAnswer => ({ query: result.query, hits: result.hits, ms });

/** Remarks that every query drew: the settings in force, not what is particular to one query. */
class CommonNotes {
  private common: string[] | undefined;

  add(notes: string[]): void {
    this.common = this.common === undefined ? notes : this.common.filter((note) => notes.includes(note));
  }

  list(): string[] {
    return this.common ?? [];
  }
}
