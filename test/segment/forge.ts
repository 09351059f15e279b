import { readFileSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { decode, encode } from '@msgpack/msgpack';

/** An array as the directory of a file has it. */
export interface Entry {
  name: unknown;
  dtype: unknown;
  shape: unknown;
  parts: unknown;
  chunk: unknown;
  crc32: unknown;
  [other: string]: unknown;
}

export interface Directory {
  arrays: Entry[];
  meta: Record<string, unknown>;
  [other: string]: unknown;
}

/** Byte offsets of the values in a head (docs of encodeHead), behind their msgpack tags. */
export const HEAD = {
  version: 11,
  kind: 16,
  fileBytes: 21,
  directoryOffset: 30,
  directoryBytes: 39,
  directoryCrc: 48,
  crc: 60,
};

/** Where the directory lies, by the head. */
export function directoryRange(bytes: Uint8Array): { start: number; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = Number(view.getBigUint64(HEAD.directoryOffset));
  return { start, end: start + Number(view.getBigUint64(HEAD.directoryBytes)) };
}

/** The directory as another library decodes it. */
export function directoryOf(bytes: Uint8Array): Directory {
  const { start, end } = directoryRange(bytes);
  return decode(bytes.subarray(start, end)) as Directory;
}

/** Edits the head and makes its checksum right again. */
export function withHead(bytes: Uint8Array, edit: (view: DataView, head: Uint8Array) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  edit(view, copy);
  view.setUint32(HEAD.crc, crc32(copy.subarray(0, 59)));
  return copy;
}

/** Puts other bytes in the directory's place; lengths and checksums are made right. */
export function withDirectoryBytes(bytes: Uint8Array, directory: Uint8Array): Uint8Array {
  const { start } = directoryRange(bytes);
  return withHead(Buffer.concat([bytes.subarray(0, start), directory]), (view) => {
    view.setBigUint64(HEAD.fileBytes, BigInt(start + directory.length));
    view.setBigUint64(HEAD.directoryBytes, BigInt(directory.length));
    view.setUint32(HEAD.directoryCrc, crc32(directory));
  });
}

/** Edits the directory as an object; lengths and checksums are made right. */
export function withDirectory(bytes: Uint8Array, edit: (directory: Directory) => unknown): Uint8Array {
  const directory = directoryOf(bytes);
  edit(directory);
  return withDirectoryBytes(bytes, encode(directory));
}

/** Rewrites the file at `path`. */
export function rewrite(path: string, change: (bytes: Uint8Array) => Uint8Array): void {
  writeFileSync(path, change(readFileSync(path)));
}

/** Replaces the data of one array by as many other bytes, and its checksums by theirs. */
export function withArray(bytes: Uint8Array, name: string, change: (data: Uint8Array) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  return withDirectory(copy, (directory) => {
    const entry = directory.arrays.find((array) => array.name === name);
    if (entry === undefined) throw new Error(`no array '${name}' to change`);
    const [[offset, length]] = entry.parts as [number, number][];
    const data = copy.subarray(offset, offset + length);
    change(data);
    entry.crc32 = checksums(data, entry.chunk as number);
  });
}

/** CRC-32 of each chunk, little-endian; of arrays whose checksums stand in the directory. */
export function checksums(data: Uint8Array, chunk = 65_536): Uint8Array {
  const crcs: number[] = [];
  for (let at = 0; at < data.length; at += chunk) crcs.push(crc32(data.subarray(at, at + chunk)));
  return new Uint8Array(Uint32Array.from(crcs).buffer);
}
