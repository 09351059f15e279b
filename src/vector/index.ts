/**
 * vector: nearest vectors of a field.
 *
 * Maps float32 vectors, one for a document or none, to rows in a segment and a structure over them:
 * flat (the rows alone), ivf (k-means lists) or hnsw (a layered graph). Whatever finds a candidate,
 * its score is computed in float64 from the stored row, so kinds differ in what they find and never
 * in how they score it; `exact` is proven against the error of float32 on every kind.
 * Good for: k nearest of up to some millions a segment, in memory, by l2, inner product or cosine.
 * Not for: more than 3.5 GiB of rows and links in a segment; or inner products of rows of very
 * different length in a graph or lists, where near neighbours are not where large products are
 * (compare with `exact`, or normalise and use cosine).
 */
export { vectorBranches } from './branches.js';
export {
  DEFAULT_EF_SEARCH,
  DEFAULT_KIND,
  defaultNprobe,
  type VectorKind,
  type VectorParam,
  type VectorQueryOption,
  type VectorStage,
  vectorKinds,
  vectorStages,
} from './kinds.js';
export { checkTargetRecall } from './query.js';
export { readVector } from './read.js';
export {
  defaultVectorSpec,
  dropsFull,
  parseMetric,
  resolveVectorSpec,
  specUnder,
  withoutFull,
} from './spec.js';
export { vectorStructure } from './structure.js';
