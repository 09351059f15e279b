/**
 * recall: the way of a query.
 *
 * Maps a query to one list of candidates: every branch that the query has input for fires over all
 * segments, each branch's candidates are merged, and lists of several branches are fused, with each
 * branch's rank and score kept. Good for: one query or a batch against an open index. Not for:
 * judging the answer (evaluation) or printing it (cli).
 */
export { checkFilter } from './filters.js';
export { type Fusion, formatFusion, parseFusion } from './fusion.js';
export { answerMany, QUERIES_TOGETHER } from './many.js';
export { type Nearest, type NearestSettings, nearest } from './nearest.js';
export { type PoolAnswer, RecallPool } from './pool.js';
export { openQueries, type QueryRequest, type QuerySource, toQuery } from './queries.js';
export { QueryEmbedder, type QueryEmbedding } from './query-embedder.js';
export {
  DEFAULT_K,
  type Hit,
  type HitExplanation,
  Recaller,
  type RecallResult,
  type RecallSettings,
} from './recaller.js';
export { soleVectorField } from './sole-field.js';
