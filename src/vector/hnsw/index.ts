/**
 * hnsw: a hierarchical navigable small world graph (Malkov & Yashunin, 2018).
 *
 * Maps every vector to a row of at most 2·M links on level 0 and, for one in M, M² …, to rows of M
 * on the levels above; a search goes down greedily, then widens to efSearch candidates. About
 * log(vectors) hops, each touching up to 2·M rows: memory is what it waits for.
 */
import type { VectorImplementation } from '../kind.js';
import { buildHnsw, requireGraphMemory } from './build.js';
import { checkHnsw } from './check.js';
import { hnswSearching } from './searching.js';

export const hnsw: VectorImplementation = {
  ...hnswSearching,
  build: buildHnsw,
  requireMemory: requireGraphMemory,
  check: checkHnsw,
};
