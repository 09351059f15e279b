import { flatSearching } from './flat/searching.js';
import { hnswSearching } from './hnsw/searching.js';
import { ivfSearching } from './ivf/searching.js';
import type { VectorSearching } from './kind.js';

/** By the kind of a resolved spec: what a query needs, without what builds an index. */
export const searchings: Record<string, VectorSearching> = {
  flat: flatSearching,
  ivf: ivfSearching,
  hnsw: hnswSearching,
};
