import { CorruptError, NotOursError, TooNewError, TooOldError, TruncatedError } from '../errors/index.js';
import { crc32 } from '../storage/index.js';
import type { MsgMap, MsgValue } from './msgpack.js';

/** Version written now, and the oldest this code still reads. Changes are listed in docs/format.md. */
export const FORMAT_VERSION = 1;
export const OLDEST_FORMAT_VERSION = 1;

/** Payloads start on multiples of this: a cache line, and more than any SIMD load needs. */
export const ALIGNMENT = 64;
/** A msgpack bin holds 4 GiB - 1 and libraries choke earlier; arrays are cut here, on a chunk boundary. */
export const MAX_PART_BYTES = 2 ** 30;
/** Longest directory, or manifest. Bounds what a forged head can have allocated. */
const MAX_DIRECTORY_BYTES = 2 ** 28;
/**
 * Bytes of an array under one checksum, where its writer says nothing else. A range read fetches
 * whole chunks, so this is its granularity; 64 KiB costs 11 µs to check.
 */
export const CHUNK_BYTES = 64 * 1024;
/** For arrays that are read a row here and a row there: a page of the system's file cache. */
export const SMALL_CHUNK_BYTES = 4 * 1024;
/** What a file may ask for; a power of two, so that a part is whole chunks. */
const CHUNK_LEAST = 1024;
const CHUNK_MOST = 1024 * 1024;
/** Checksums are kept in the directory up to this many bytes, else in a table that is read by pages of as many. */
export const TABLE_PAGE_BYTES = 4 * 1024;
/** Checksums of such a page. */
export const PAGE_CRCS = TABLE_PAGE_BYTES / 4;

/** Element types of arrays, little-endian. `u8` also serves for opaque bytes. */
export type DType = 'u8' | 'i8' | 'u16' | 'u32' | 'i32' | 'u64' | 'f32' | 'f64';
const DTYPE_BYTES: Record<DType, number> = { u8: 1, i8: 1, u16: 2, u32: 4, i32: 4, u64: 8, f32: 4, f64: 8 };

export function dtypeBytes(dtype: DType): number {
  return DTYPE_BYTES[dtype];
}

/** One array of a segment, as its directory describes it. */
export interface ArrayInfo {
  name: string;
  dtype: DType;
  /** Row-major; the product is the number of elements. */
  shape: number[];
  byteLength: number;
  /** File offset and length of each part, in order; all but the last are MAX_PART_BYTES, only a sole one is empty. */
  parts: { offset: number; bytes: number }[];
  /** Bytes under one checksum. */
  chunk: number;
  /** Where the checksums of the chunks stand when the directory has no room for them. */
  table: { offset: number; bytes: number } | undefined;
  /** CRC-32 of each chunk of the array, or of each page of the table (the last may be shorter). */
  crcs: Uint32Array;
}

/** Chunks of an array: checksums it has. */
export function chunkCount(info: { byteLength: number; chunk: number }): number {
  return Math.ceil(info.byteLength / info.chunk);
}

export const HEAD_BYTES = 64;
/** fixarray of 9, then a fixstr of 8: the first ten bytes of every file of ours. */
const MAGIC = Uint8Array.from([0x99, 0xa8, ...Buffer.from('SHORTLST', 'latin1')]);

/** What a file is. A number, so that the head keeps its width. */
export const FileKind = { segment: 1, manifest: 2 } as const;
export type FileKind = (typeof FileKind)[keyof typeof FileKind];

/** The first value of a file: fixed width, so that it can be written last. */
export interface Head {
  version: number;
  kind: FileKind;
  fileBytes: number;
  directoryOffset: number;
  directoryBytes: number;
  directoryCrc: number;
}

/**
 * The 64 bytes of a head: a msgpack array of nine fixed-width values.
 *
 *      0  99              array of 9
 *      1  a8 + 8 bytes    magic 'SHORTLST'
 *     10  ce + u32        format version
 *     15  ce + u32        kind: 1 segment, 2 manifest
 *     20  cf + u64        length of the file
 *     29  cf + u64        offset of the directory
 *     38  cf + u64        length of the directory
 *     47  ce + u32        CRC-32 of the directory
 *     52  c4 05 + 5 zero  reserved
 *     59  ce + u32        CRC-32 of bytes 0 to 58
 */
export function encodeHead(head: Head): Uint8Array {
  if (head.directoryBytes > MAX_DIRECTORY_BYTES)
    throw new Error(`a directory of ${head.directoryBytes} bytes`);
  const bytes = new Uint8Array(HEAD_BYTES);
  const view = new DataView(bytes.buffer);
  const u32 = (at: number, value: number) => {
    bytes[at] = 0xce;
    view.setUint32(at + 1, value);
  };
  const u64 = (at: number, value: number) => {
    bytes[at] = 0xcf;
    view.setBigUint64(at + 1, BigInt(value));
  };
  bytes.set(MAGIC);
  u32(10, head.version);
  u32(15, head.kind);
  u64(20, head.fileBytes);
  u64(29, head.directoryOffset);
  u64(38, head.directoryBytes);
  u32(47, head.directoryCrc);
  bytes.set([0xc4, 5], 52);
  u32(59, crc32(bytes.subarray(0, 59)));
  return bytes;
}

/**
 * Reads a head and says precisely what is wrong with a file that is not ours to read. The checksum
 * is verified before the version is believed, so a flipped bit is never reported as 'too new'.
 * @param bytes the first HEAD_BYTES of the file, or all of it when it is shorter
 * @param fileBytes its length now
 * @throws NotOursError, CorruptError, TooOldError, TooNewError, TruncatedError
 */
export function decodeHead(bytes: Uint8Array, fileBytes: number, kind: FileKind, path: string): Head {
  for (let i = 0; i < Math.min(MAGIC.length, bytes.length); i++) {
    if (bytes[i] !== MAGIC[i]) throw new NotOursError(path);
  }
  if (bytes.length < HEAD_BYTES) throw new TruncatedError(path, HEAD_BYTES, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES);
  if (crc32(bytes.subarray(0, 59)) !== view.getUint32(60) || bytes[59] !== 0xce) {
    throw new CorruptError(path, 'the checksum of its header does not match');
  }
  const version = view.getUint32(11);
  if (version < OLDEST_FORMAT_VERSION) throw new TooOldError(path, version, OLDEST_FORMAT_VERSION);
  if (version > FORMAT_VERSION) throw new TooNewError(path, version, FORMAT_VERSION);
  const head: Head = {
    version,
    kind: view.getUint32(16) as FileKind,
    fileBytes: Number(view.getBigUint64(21)),
    directoryOffset: Number(view.getBigUint64(30)),
    directoryBytes: Number(view.getBigUint64(39)),
    directoryCrc: view.getUint32(48),
  };
  if (head.kind !== kind) throw new CorruptError(path, `file kind ${head.kind} where ${kind} belongs`);
  if (fileBytes < head.fileBytes) throw new TruncatedError(path, head.fileBytes, fileBytes);
  if (fileBytes > head.fileBytes) {
    throw new CorruptError(path, `${fileBytes - head.fileBytes} bytes after its end`);
  }
  if (head.directoryOffset < HEAD_BYTES || head.directoryOffset + head.directoryBytes !== fileBytes) {
    throw new CorruptError(path, 'its directory lies outside the file');
  }
  if (head.directoryBytes > MAX_DIRECTORY_BYTES) {
    throw new CorruptError(path, `its directory has ${head.directoryBytes} bytes, which can't be`);
  }
  return head;
}

/** Zero bytes of padding so that a payload behind a pad (2 + n bytes) and a bin header (5) is aligned. */
export function padBytes(position: number): number {
  return (ALIGNMENT - ((position + 7) % ALIGNMENT)) % ALIGNMENT;
}

/** An array as it stands in the directory. */
export function encodeArrayInfo(info: ArrayInfo) {
  return {
    name: info.name,
    dtype: info.dtype,
    shape: info.shape,
    parts: info.parts.map((part) => [part.offset, part.bytes]),
    chunk: info.chunk,
    table: info.table && [info.table.offset, info.table.bytes],
    crc32: encodeCrcs(info.crcs),
  };
}

/** Checksums as a file has them: little-endian. */
export function encodeCrcs(crcs: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(crcs.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < crcs.length; i++) view.setUint32(i * 4, crcs[i], true);
  return bytes;
}

export function decodeCrcs(bytes: Uint8Array): Uint32Array {
  // A copy, for its alignment.
  return new Uint32Array(new Uint8Array(bytes).buffer);
}

/**
 * Checks an array's entry against itself and the file, so that nothing later needs to doubt it.
 * @param end offset where the arrays end (the directory begins)
 * @throws Error with a reason
 */
export function decodeArrayInfo(value: MsgValue, end: number): ArrayInfo {
  const entry = expectMap(value);
  const name = entry.get('name');
  const dtype = entry.get('dtype');
  if (typeof name !== 'string' || name === '') throw new Error('an array without a name');
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BYTES, dtype))
    throw new Error(`'${name}': unknown dtype`);
  const shape = expectArray(entry.get('shape')).map(expectCount);
  const elements = shape.reduce((product, n) => product * n, 1);
  const byteLength = elements * DTYPE_BYTES[dtype as DType];
  if (!Number.isSafeInteger(byteLength)) throw new Error(`'${name}': shape overflows`);
  const parts = expectArray(entry.get('parts')).map((part) => {
    const [offset, bytes] = expectArray(part).map(expectCount);
    if (offset % ALIGNMENT !== 0 || offset < HEAD_BYTES || offset + bytes > end) {
      throw new Error(`'${name}': part at ${offset} is misaligned or outside the file`);
    }
    return { offset, bytes };
  });
  const last = parts.length - 1;
  const split = parts.every(({ bytes }, i) =>
    i < last ? bytes === MAX_PART_BYTES : bytes <= MAX_PART_BYTES && (bytes > 0 || last === 0),
  );
  const total = parts.reduce((sum, part) => sum + part.bytes, 0);
  if (!split || total !== byteLength || parts.length === 0) throw new Error(`'${name}': parts do not add up`);
  const chunk = expectCount(entry.get('chunk'));
  // A power of two has one bit set.
  if (chunk < CHUNK_LEAST || chunk > CHUNK_MOST || (chunk & (chunk - 1)) !== 0) {
    throw new Error(`'${name}': chunks of ${chunk} bytes, which can't be`);
  }
  const tableBytes = chunkCount({ byteLength, chunk }) * 4;
  const table = decodeTable(entry.get('table'), name, tableBytes, end);
  const raw = entry.get('crc32');
  const crcBytes = table === undefined ? tableBytes : Math.ceil(tableBytes / TABLE_PAGE_BYTES) * 4;
  if (!(raw instanceof Uint8Array) || raw.length !== crcBytes) {
    throw new Error(`'${name}': wrong number of checksums`);
  }
  return { name, dtype: dtype as DType, shape, byteLength, parts, chunk, table, crcs: decodeCrcs(raw) };
}

/** A table of checksums is there exactly when they would be too many for the directory. */
function decodeTable(value: MsgValue | undefined, name: string, tableBytes: number, end: number) {
  if (tableBytes <= TABLE_PAGE_BYTES) {
    if (value !== undefined) throw new Error(`'${name}': a table of checksums that is not needed`);
    return undefined;
  }
  const [offset, bytes] = expectArray(value).map(expectCount);
  if (bytes !== tableBytes || bytes > MAX_PART_BYTES) {
    throw new Error(`'${name}': a table of ${bytes} bytes of checksums`);
  }
  if (offset % ALIGNMENT !== 0 || offset < HEAD_BYTES || offset + bytes > end) {
    throw new Error(`'${name}': its checksums at ${offset} are misaligned or outside the file`);
  }
  return { offset, bytes };
}

export function expectMap(value: MsgValue | undefined): MsgMap {
  if (!(value instanceof Map)) throw new Error('a map is missing');
  return value;
}

export function expectArray(value: MsgValue | undefined): MsgValue[] {
  if (!Array.isArray(value)) throw new Error('an array is missing');
  return value;
}

/** A non-negative safe integer. */
export function expectCount(value: MsgValue | undefined): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Error(`a count is missing (found ${String(value)})`);
  }
  return value;
}
