import type { VectorType } from './vectorlayout.js';

/** Rows as they come; about one chunk (256 KiB) of the file, or one row where rows are larger. */
export interface VectorBatch {
  /** 0-based row of the first vector. */
  firstRow: number;
  count: number;
  /** count × dim, row-major. Values above 2^24 of wide integers and doubles are rounded; nothing is judged. */
  values: Float32Array;
  /**
   * The exact values of a file of 32- or 64-bit integers, where all of the batch are int32: neighbour lists are row
   * numbers, not coordinates.
   */
  integers?: Int32Array;
}

export interface VectorSource {
  name: string;
  /** 0 for an empty file. */
  dim: number;
  dtype: VectorType;
  /** Rows, where known without reading. */
  count?: number;
  /**
   * The rows in order. A file can be read again and again, each call from its start; stdin and pipes once.
   * @throws InputError for a row of another dimension or a truncated one, naming it
   */
  batches(): AsyncGenerator<VectorBatch>;
}
