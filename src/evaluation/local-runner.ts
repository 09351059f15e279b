import type { IndexReader } from '../index/index.js';
import { Recaller } from '../recall/index.js';
import type { QueryAnswer, QueryRunner } from './run-queries.js';

/** Queries between two turns of the event loop, so that Ctrl-C is seen. */
const YIELD_EVERY = 32;

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
      const notes = new Set<string>();
      for (const [i, query] of queries.entries()) {
        const started = performance.now();
        const result = recaller.search(query, settings);
        answers.push({ query: query.id, hits: result.hits, ms: performance.now() - started });
        for (const note of result.notes) notes.add(note);
        onAnswer?.();
        if (i % YIELD_EVERY === YIELD_EVERY - 1) {
          await new Promise((resolve) => setImmediate(resolve));
          signal?.throwIfAborted();
        }
      }
      return { answers, notes: [...notes] };
    },
  };
}
