import { InputError } from '../errors/index.js';
import type { ByteReader } from './bytereader.js';
import { MAX_DIMENSION, truncatedRow, type VectorLayout, type VectorType } from './vectorlayout.js';

export type BinFormat = 'fbin' | 'u8bin' | 'i8bin' | 'ibin';

const ELEMENTS: Record<BinFormat, { dtype: VectorType; bytes: number }> = {
  fbin: { dtype: 'f32', bytes: 4 },
  u8bin: { dtype: 'u8', bytes: 1 },
  i8bin: { dtype: 'i8', bytes: 1 },
  ibin: { dtype: 'i32', bytes: 4 },
};
const HEADER_BYTES = 8;

/**
 * Layout of the formats of Big ANN Benchmarks (big-ann-benchmarks.com): a little-endian uint32 count and dimension,
 * then the rows. An .ibin of ground truth may go on with a float32 distance for each of its neighbours; these are not
 * read. Leaves the reader at the first row.
 * @param size bytes of the whole file, where known
 */
export async function readBinLayout(
  reader: ByteReader,
  file: string,
  format: BinFormat,
  size?: number,
): Promise<VectorLayout> {
  const place = { file };
  const element = ELEMENTS[format];
  const held = await reader.fill(HEADER_BYTES);
  if (held < HEADER_BYTES) {
    throw new InputError(
      place,
      `truncated: ${held} of the ${HEADER_BYTES} bytes of its header`,
      'copy the file again',
    );
  }
  const [count, dim] = new Uint32Array(reader.take(HEADER_BYTES).buffer);
  if (dim > MAX_DIMENSION || (dim < 1 && count > 0)) {
    throw new InputError(
      place,
      `dimension ${dim} is not between 1 and ${MAX_DIMENSION}`,
      `check that this is a ${format} file`,
    );
  }
  const rowBytes = count === 0 ? 0 : dim * element.bytes;
  const expected = HEADER_BYTES + count * rowBytes;
  const withDistances = format === 'ibin' && size === expected + count * rowBytes;
  if (size !== undefined && size !== expected && !withDistances) {
    throw new InputError(
      place,
      `${size} bytes, but its header promises ${expected} (${count} x ${dim})`,
      'copy the file again',
    );
  }
  return {
    dim,
    dtype: element.dtype,
    headerBytes: HEADER_BYTES,
    rowBytes,
    count,
    trailing: format === 'ibin',
    decode: (bytes) => {
      if (format === 'fbin') return { values: new Float32Array(bytes.buffer) };
      if (format === 'u8bin') return { values: Float32Array.from(bytes) };
      if (format === 'i8bin') return { values: Float32Array.from(new Int8Array(bytes.buffer)) };
      const integers = new Int32Array(bytes.buffer);
      return { values: Float32Array.from(integers), integers };
    },
    partialRow: (bytes, row) => truncatedRow(file, row, bytes.length, rowBytes),
  };
}
