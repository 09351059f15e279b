export { Bm25 } from './bm25.js';
export type { FieldCollection } from './bm25f.js';
export { makeScoring } from './parse.js';
export type { ClauseStatistics, ClauseWeight, Collection, Scoring } from './scoring.js';
export { NO_SATURATION } from './scoring.js';
