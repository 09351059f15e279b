import { InputError } from '../errors/index.js';

/** Largest dimension of a vector: bounds what one row may allocate to 512 KiB. */
export const MAX_DIMENSION = 65_536;

export type VectorType =
  | 'f16'
  | 'bf16'
  | 'f32'
  | 'f64'
  | 'u8'
  | 'i8'
  | 'u16'
  | 'i16'
  | 'u32'
  | 'i32'
  | 'u64'
  | 'i64';

/** How a vectors file is laid out, known from its head. */
export interface VectorLayout {
  /** 0 for an empty file. */
  dim: number;
  dtype: VectorType;
  /** Bytes before the first row. */
  headerBytes: number;
  /** 0 when there are no rows to read. */
  rowBytes: number;
  /** Rows, where the head says so. */
  count?: number;
  /** True where other things may follow the rows. */
  trailing?: boolean;
  /**
   * Turns whole rows into values.
   * @param bytes `rows * rowBytes` bytes at offset 0 of their buffer
   * @param firstRow number of the first of them, for messages
   */
  decode(bytes: Uint8Array<ArrayBuffer>, rows: number, firstRow: number): DecodedRows;
  /** Says what is wrong with the less than `rowBytes` bytes at the end of the input. */
  partialRow(bytes: Uint8Array<ArrayBuffer>, row: number): InputError;
}

export interface DecodedRows {
  /** rows × dim, row-major; integers above 2^24 and doubles are rounded to the nearest float. */
  values: Float32Array;
  /** The exact values of a file of 32- or 64-bit integers, where all of them are int32. */
  integers?: Int32Array;
}

/** The values as int32, or undefined where one of them is none. */
export function exactIntegers(values: ArrayLike<number>): Int32Array | undefined {
  if (values instanceof Int32Array) return values;
  const integers = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    integers[i] = values[i];
    if (integers[i] !== values[i]) return undefined;
  }
  return integers;
}

/** @throws InputError for a dimension that no vector has */
export function checkDimension(dim: number, file: string, row: number, format: string): void {
  if (dim >= 1 && dim <= MAX_DIMENSION) return;
  throw new InputError(
    { file, row },
    `dimension ${dim} is not between 1 and ${MAX_DIMENSION}`,
    `check that this is a little-endian ${format} file`,
  );
}

export function truncatedRow(file: string, row: number, found: number, expected: number): InputError {
  return new InputError({ file, row }, `truncated: ${found} of ${expected} bytes`, 'copy the file again');
}
