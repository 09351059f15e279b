/**
 * schema: which fields a document has and what each is for.
 *
 * Maps source records to documents that the writers can take, by rules stated on the command line
 * or inferred from the first records. Good for: deciding once, before anything is written, what an
 * index holds. Not for: reading files (records) or building anything.
 */

export { BYTES_MEND, byteFault, checkId, checkVector, DocumentMapper } from './document.js';
export { formatIndexSpec, type IndexSpec, parseIndexSpec, type SpecPart } from './index-spec.js';
export { inferSchema, MAX_DIMENSION, NUMBER_VALUE, type SchemaRequest } from './infer.js';
export { parseSparseField, readSparse, type SparseFault } from './sparse.js';
export { TITLE_NAMES } from './title.js';
export {
  type IndexDocument,
  METRICS,
  type Metric,
  type Schema,
  SOLE_VECTOR_FIELD,
  type SparseField,
  type SparseVector,
  TEXT_BRANCH,
  type VectorField,
} from './types.js';
