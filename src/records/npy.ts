import { InputError } from '../errors/index.js';
import type { ByteReader } from './bytereader.js';
import {
  type DecodedRows,
  exactIntegers,
  MAX_DIMENSION,
  truncatedRow,
  type VectorLayout,
  type VectorType,
} from './vectorlayout.js';

// numpy's own limit is 10,000 characters; a header is three short entries and padding.
const MAX_HEADER_BYTES = 65_536;
const MAGIC = '\x93NUMPY';

type Decoder = (bytes: Uint8Array<ArrayBuffer>) => ArrayLike<number>;

const TYPES: Record<string, { dtype: VectorType; bytes: number; decode: Decoder }> = {
  f2: { dtype: 'f16', bytes: 2, decode: (bytes) => fromHalf(new Uint16Array(bytes.buffer)) },
  f4: { dtype: 'f32', bytes: 4, decode: (bytes) => new Float32Array(bytes.buffer) },
  f8: { dtype: 'f64', bytes: 8, decode: (bytes) => new Float64Array(bytes.buffer) },
  u1: { dtype: 'u8', bytes: 1, decode: (bytes) => bytes },
  i1: { dtype: 'i8', bytes: 1, decode: (bytes) => new Int8Array(bytes.buffer) },
  // What ml_dtypes' bfloat16 is saved as: NumPy itself has no name for it.
  V2: { dtype: 'bf16', bytes: 2, decode: (bytes) => fromBfloat(new Uint16Array(bytes.buffer)) },
  u2: { dtype: 'u16', bytes: 2, decode: (bytes) => new Uint16Array(bytes.buffer) },
  i2: { dtype: 'i16', bytes: 2, decode: (bytes) => new Int16Array(bytes.buffer) },
  i4: { dtype: 'i32', bytes: 4, decode: (bytes) => new Int32Array(bytes.buffer) },
  u4: { dtype: 'u32', bytes: 4, decode: (bytes) => new Uint32Array(bytes.buffer) },
  u8: {
    dtype: 'u64',
    bytes: 8,
    decode: (bytes) => Float64Array.from(new BigUint64Array(bytes.buffer), Number),
  },
  i8: {
    dtype: 'i64',
    bytes: 8,
    decode: (bytes) => Float64Array.from(new BigInt64Array(bytes.buffer), Number),
  },
};

/**
 * Layout of a .npy file, versions 1 to 3 (numpy.lib.format): a magic, a version, a header length, a Python literal
 * with descr, fortran_order and shape, then the values. One dimension is one vector, two are count × dim. Leaves the
 * reader at the first row.
 */
export async function readNpyLayout(reader: ByteReader, file: string, size?: number): Promise<VectorLayout> {
  const place = { file };
  const fail = (reason: string, mend = '') => new InputError(place, reason, mend);
  const incomplete = () => fail('truncated in its npy header', 'copy the file again');

  const held = await reader.fill(12);
  const start = Buffer.from(reader.peek(Math.min(12, held)));
  if (start.toString('latin1', 0, 6) !== MAGIC)
    throw fail('not an npy file: its first bytes are not the npy magic');
  if (held < 12) throw incomplete();
  const version = start[6];
  if (version < 1 || version > 3)
    throw fail(`npy format version ${version}.${start[7]} is unknown`, 'save it as 1.0');
  const prefix = version === 1 ? 10 : 12;
  const headerLength = version === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8);
  if (headerLength > MAX_HEADER_BYTES)
    throw fail(`an npy header of ${headerLength} bytes, above ${MAX_HEADER_BYTES}`);
  const headerBytes = prefix + headerLength;
  if ((await reader.fill(headerBytes)) < headerBytes) throw incomplete();
  const header = Buffer.from(reader.take(headerBytes)).toString('latin1', prefix);

  const descr = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(header)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(header)?.[1];
  const shapeText = /['"]shape['"]\s*:\s*\(([\d\sL,]*)\)/.exec(header)?.[1];
  if (order === undefined || shapeText === undefined)
    throw fail('its npy header lacks fortran_order or shape');

  const type =
    /^[<|=]/.test(descr ?? '') && Object.hasOwn(TYPES, descr!.slice(1)) ? TYPES[descr!.slice(1)] : undefined;
  if (type === undefined) {
    const what = descr?.startsWith('>')
      ? `big-endian values ('${descr}')`
      : `values of type '${descr ?? 'structured'}'`;
    throw fail(`${what} can't be read`, "save it with .astype('<f4')");
  }
  const shape = shapeText
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => Number.parseInt(part, 10));
  if (shape.length !== 1 && shape.length !== 2) {
    throw fail(`an array of ${shape.length} dimensions`, 'vectors are one array of two: count x dimension');
  }
  const [count, dim] = shape.length === 1 ? [1, shape[0]] : shape;
  if (order === 'True' && count > 1 && dim > 1) {
    throw fail('values in Fortran order', 'save it with numpy.ascontiguousarray');
  }
  if (dim > MAX_DIMENSION || (dim < 1 && count > 0)) {
    throw fail(`dimension ${dim} is not between 1 and ${MAX_DIMENSION}`);
  }
  const rowBytes = count === 0 ? 0 : dim * type.bytes;
  const expected = headerBytes + count * rowBytes;
  if (!Number.isSafeInteger(expected)) throw fail(`a shape of ${count} x ${dim} is beyond any file`);
  if (size !== undefined && size !== expected) {
    throw fail(`${size} bytes, but its npy header promises ${expected}`, 'copy the file again');
  }
  return {
    dim,
    dtype: type.dtype,
    headerBytes,
    rowBytes,
    count,
    decode: (bytes) => toFloats(type.decode(bytes), type.dtype),
    partialRow: (bytes, row) => truncatedRow(file, row, bytes.length, rowBytes),
  };
}

function toFloats(values: ArrayLike<number>, dtype: VectorType): DecodedRows {
  const floats = values instanceof Float32Array ? values : new Float32Array(values);
  return /^[iu](32|64)$/.test(dtype)
    ? { values: floats, integers: exactIntegers(values) }
    : { values: floats };
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i] << 16;
  return new Float32Array(words.buffer);
}

let halves: Float32Array | undefined;

/** IEEE 754 binary16 by a table of all 65,536 values (256 KiB), made on first use. */
export function fromHalf(bits: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 65_536 }, (_, half) => halfToNumber(half));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = halves[bits[i]];
  return values;
}

function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
