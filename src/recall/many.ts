import type { Query } from '../branch/index.js';
import type { PoolAnswer } from './pool.js';
import type { Recaller, RecallSettings } from './recaller.js';

/** Queries that are answered together: lists, tiles and waits are shared among so many. */
export const QUERIES_TOGETHER = 256;

/** Answers several queries together; the time of each is its share. */
export function answerMany(recaller: Recaller, queries: Query[], settings: RecallSettings): PoolAnswer[] {
  const started = performance.now();
  const results = recaller.searchMany(queries, settings);
  const ms = (performance.now() - started) / queries.length;
  return results.map((result) => ({ result, explanations: [], ms }));
}
