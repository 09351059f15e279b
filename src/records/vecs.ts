import { InputError } from '../errors/index.js';
import type { ByteReader } from './bytereader.js';
import {
  checkDimension,
  type DecodedRows,
  truncatedRow,
  type VectorLayout,
  type VectorType,
} from './vectorlayout.js';

const ELEMENTS: Record<'fvecs' | 'bvecs' | 'ivecs', { dtype: VectorType; bytes: number }> = {
  fvecs: { dtype: 'f32', bytes: 4 },
  bvecs: { dtype: 'u8', bytes: 1 },
  ivecs: { dtype: 'i32', bytes: 4 },
};

/**
 * Layout of the TEXMEX formats (corpus-texmex.irisa.fr): each row is a little-endian int32 dimension and that many
 * float32 (fvecs), uint8 (bvecs) or int32 (ivecs). Leaves the reader at the first row.
 */
export async function readVecsLayout(
  reader: ByteReader,
  file: string,
  format: 'fvecs' | 'bvecs' | 'ivecs',
): Promise<VectorLayout> {
  const element = ELEMENTS[format];
  const held = await reader.fill(4);
  if (held === 0) {
    const nothing = (): never => {
      throw new InputError({ file }, 'has grown while it was read');
    };
    return {
      dim: 0,
      dtype: element.dtype,
      headerBytes: 0,
      rowBytes: 0,
      count: 0,
      decode: nothing,
      partialRow: nothing,
    };
  }
  if (held < 4) throw truncatedRow(file, 0, held, 4);
  const dim = int32(reader.peek(4), 0);
  checkDimension(dim, file, 0, format);

  const rowBytes = 4 + dim * element.bytes;
  const checkRow = (bytes: Uint8Array<ArrayBuffer>, offset: number, row: number) => {
    const found = int32(bytes, offset);
    if (found === dim) return;
    checkDimension(found, file, row, format);
    throw new InputError(
      { file, row },
      `dimension ${found}, but the rows before have ${dim}`,
      'rows must agree',
    );
  };
  return {
    dim,
    dtype: element.dtype,
    headerBytes: 0,
    rowBytes,
    decode: (bytes, rows, firstRow) => {
      for (let r = 0; r < rows; r++) checkRow(bytes, r * rowBytes, firstRow + r);
      return decodeRows(bytes, rows, dim, format);
    },
    partialRow: (bytes, row) => {
      if (bytes.length >= 4) checkRow(bytes, 0, row);
      return truncatedRow(file, row, bytes.length, rowBytes);
    },
  };
}

function decodeRows(
  bytes: Uint8Array<ArrayBuffer>,
  rows: number,
  dim: number,
  format: 'fvecs' | 'bvecs' | 'ivecs',
): DecodedRows {
  const values = new Float32Array(rows * dim);
  if (format === 'bvecs') {
    for (let r = 0; r < rows; r++) {
      const from = r * (dim + 4) + 4;
      values.set(bytes.subarray(from, from + dim), r * dim);
    }
    return { values };
  }
  const words = format === 'fvecs' ? new Float32Array(bytes.buffer) : new Int32Array(bytes.buffer);
  const integers = format === 'ivecs' ? new Int32Array(rows * dim) : undefined;
  for (let r = 0; r < rows; r++) {
    const row = words.subarray(r * (dim + 1) + 1, (r + 1) * (dim + 1));
    values.set(row, r * dim);
    integers?.set(row, r * dim);
  }
  return integers === undefined ? { values } : { values, integers };
}

function int32(bytes: Uint8Array<ArrayBuffer>, offset: number): number {
  return new DataView(bytes.buffer).getInt32(offset, true);
}
