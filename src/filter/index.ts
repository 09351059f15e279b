/**
 * filter: which documents a search may find.
 *
 * Maps a text like `year>=2000 and tag=news` to a tree, the tree to comparisons of the fields an index
 * has, and those, by the columns of a segment, to the set of documents for which it holds. Good for:
 * exact conditions on keywords and numbers. Not for: scoring; reading columns from a file (columns).
 */

export { type BoundFilter, bindFilter } from './bind.js';
export type { Bound, Column, Columns } from './column.js';
export { evaluateFilter } from './evaluate.js';
export { type Comparison, type FilterNode, type Literal, parseFilter } from './parse.js';
