/**
 * branch: the contract between an index and everything that recalls from it.
 *
 * A structure is a part of a segment (the inverted index, one vector field, the stored documents):
 * a writer that is never searched, arrays that never change, a reader that never changes them. A
 * branch is a structure one can search: given a query it returns scored candidates from one
 * segment, and explains a score. Adding a branch means a folder that implements Structure and one
 * line in src/index/structures.ts.
 */

export { ByteColumn, copySpill, u64, u64At } from './byte-column.js';
export type {
  Branch,
  BranchKind,
  Candidates,
  DocSet,
  Explanation,
  FeedbackDocument,
  FeedbackModel,
  FilterPlan,
  PreparedQuery,
  Query,
  SearchOptions,
  SegmentView,
  Structure,
  StructureWriter,
  WriterEnvironment,
  WrittenPart,
} from './contract.js';
export { docSet, fullWords, inSet, members, setWords } from './doc-set.js';
export { metaCount, partMeta } from './part.js';
export { type BoundedTopK, topK } from './top-k.js';
export { compareUtf8, sortUtf8 } from './utf8-order.js';
