import type { AnalyzerSpec } from '../analysis/spec.js';
import type { IndexSpec } from './index-spec.js';

/**
 * Similarity of vectors; scores are higher-is-better: minus the squared distance, the inner product, the
 * cosine; or, of vectors whose components are bytes of eight packed bits, minus how many bits differ.
 */
export const METRICS = ['l2', 'ip', 'cosine', 'hamming'] as const;
export type Metric = (typeof METRICS)[number];

export interface VectorField {
  name: string;
  /** Components of every vector of the field, as they are given: bytes under hamming; 1 to 65,536. */
  dim: number;
  metric: Metric;
  /** What was asked for with --vector-index, defaults filled in. */
  spec: IndexSpec;
  /** The command that made the vectors of texts, and of which fields. It is run for queries only when someone says so. */
  embed?: { command: string; fields: string[] };
}

/** A field of terms with weights, as learned sparse models (SPLADE) give them. */
export interface SparseField {
  name: string;
  /** Weights are rounded to so many bits; undefined: kept as they are given, to float32. */
  bits?: number;
}

/** Terms and what each weighs: parallel, every term once, weights above 0. */
export interface SparseVector {
  terms: string[];
  weights: number[];
}

/** What an index holds of a document, and how each part is searched. Recorded in the manifest. */
export interface Schema {
  /** Fields that make up the text branch, in order: one virtual field with a gap between them. */
  text: string[];
  keyword: string[];
  number: string[];
  vectors: VectorField[];
  /** Absent where there is none. */
  sparse?: SparseField[];
  /** Fields kept for retrieval. */
  stored: 'all' | 'none' | string[];
  /** Undefined when there is no text field. */
  analyzer: AnalyzerSpec | undefined;
  /** False where the text was indexed without the positions of its terms: no phrases, no terms of one field. */
  positions?: boolean;
  /** False when documents are rows of a vectors file: ids are row numbers and are not stored. */
  ids: boolean;
}

/** Name of the text branch, and of the only vector field when there are no documents. */
export const TEXT_BRANCH = 'text';
export const SOLE_VECTOR_FIELD = 'vector';

/** A document as the writers of an index see it, after the schema has been applied. */
export interface IndexDocument {
  /** Undefined when the schema has no ids. */
  id: string | undefined;
  /** 0-based row in the input, rejected records counted. */
  row: number;
  /** One string for each of schema.text, '' where the field is missing. */
  texts: string[];
  /** One vector for each of schema.vectors, undefined where it is missing; checked, not normalised. */
  vectors: (Float32Array | undefined)[];
  /** One for each of schema.sparse, undefined where it is missing; absent when there is no such field. */
  sparse?: (SparseVector | undefined)[];
  /** Values of each of schema.keyword, none where it is missing; absent when no field is a keyword. */
  keywords?: string[][];
  /** One number for each of schema.number, NaN where it is missing; absent when no field is a number. */
  numbers?: number[];
  /** UTF-8 JSON object of the stored fields; undefined when nothing is stored. */
  stored: Uint8Array | undefined;
}
