import { PassThrough, pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { InputError } from '../errors/index.js';
import { readFault } from './faults.js';
import type { RandomFile } from './randomfile.js';

const END_BYTES = 22;
const LARGEST_COMMENT = 65_535;
const LARGEST_DIRECTORY = 16 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const STORED = 0;
const DEFLATED = 8;

/** One file in an archive. */
export interface ZipEntry {
  name: string;
  /** Inflated. */
  size: number;
  method: number;
  encrypted: boolean;
  crc: number;
  compressedSize: number;
  headerAt: number;
}

/** The directory of a zip archive, also of zip64 (APPNOTE.TXT 6.3.10, 4.3). @throws InputError */
export async function readZipDirectory(file: RandomFile): Promise<ZipEntry[]> {
  const fail = (reason: string) => new InputError(file.place, reason, 'copy the file again');
  const tailBytes = Math.min(file.size, END_BYTES + LARGEST_COMMENT);
  const tail = Buffer.from((await file.read(file.size - tailBytes, tailBytes)).buffer);
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || end + END_BYTES > tail.length) throw fail('not a zip archive, or truncated');
  let entries = tail.readUInt16LE(end + 10);
  let bytes = tail.readUInt32LE(end + 12);
  let at = tail.readUInt32LE(end + 16);
  if (end >= 20 && tail.toString('latin1', end - 20, end - 16) === 'PK\x06\x07') {
    const record = Buffer.from((await file.read(Number(tail.readBigUInt64LE(end - 12)), 56)).buffer);
    entries = Number(record.readBigUInt64LE(32));
    bytes = Number(record.readBigUInt64LE(40));
    at = Number(record.readBigUInt64LE(48));
  }
  if (bytes > LARGEST_DIRECTORY) throw fail(`a zip directory of ${bytes} bytes, above ${LARGEST_DIRECTORY}`);
  const directory = Buffer.from((await file.read(at, bytes)).buffer);
  const found: ZipEntry[] = [];
  for (let p = 0; found.length < entries; ) {
    if (p + 46 > bytes || directory.readUInt32LE(p) !== 0x02014b50)
      throw fail('its zip directory is damaged');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) =>
      directory.readUInt16LE(p + offset),
    );
    const next = p + 46 + nameBytes + extraBytes + commentBytes;
    if (next > bytes) throw fail('its zip directory is damaged');
    const entry: ZipEntry = {
      name: directory.toString('utf8', p + 46, p + 46 + nameBytes),
      encrypted: (directory.readUInt16LE(p + 8) & 1) !== 0,
      method: directory.readUInt16LE(p + 10),
      crc: directory.readUInt32LE(p + 16),
      compressedSize: directory.readUInt32LE(p + 20),
      size: directory.readUInt32LE(p + 24),
      headerAt: directory.readUInt32LE(p + 42),
    };
    widen(entry, directory.subarray(p + 46 + nameBytes, p + 46 + nameBytes + extraBytes));
    found.push(entry);
    p = next;
  }
  return found;
}

/** Takes the 64-bit values of a zip64 extra field for those that are all ones. */
function widen(entry: ZipEntry, extra: Buffer): void {
  for (let p = 0; p + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(p + 2);
    if (extra.readUInt16LE(p) === 1) {
      let q = p + 4;
      for (const key of ['size', 'compressedSize', 'headerAt'] as const) {
        if (entry[key] !== 0xffffffff || q + 8 > Math.min(extra.length, p + 4 + length)) continue;
        entry[key] = Number(extra.readBigUInt64LE(q));
        q += 8;
      }
    }
    p += 4 + length;
  }
}

/**
 * The bytes of an entry as it was before it was packed. Reads no further than it is pulled.
 * @throws InputError for another method than stored and deflate, for encryption, damage and a wrong checksum
 */
export async function* readZipEntry(file: RandomFile, entry: ZipEntry): AsyncGenerator<Buffer> {
  const fail = (reason: string, mend = 'copy the file again') =>
    new InputError(file.place, `'${entry.name}' ${reason}`, mend);
  if (entry.encrypted) throw fail('is encrypted', 'save it without a password');
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw fail(`is packed by method ${entry.method}`, 'save it with numpy.savez or numpy.savez_compressed');
  }
  const header = Buffer.from((await file.read(entry.headerAt, 30)).buffer);
  if (header.readUInt32LE(0) !== 0x04034b50) throw fail('has no header where the directory says');
  const at = entry.headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = slices(file, at, entry.compressedSize);
  const inflate = entry.method === STORED ? new PassThrough() : createInflateRaw({ chunkSize: CHUNK_BYTES });
  // The iterator below sees every error that pipeline does; the callback only keeps it from being thrown twice.
  pipeline(Readable.from(packed, { highWaterMark: 1 }), inflate, () => {});
  let size = 0;
  let crc = 0;
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > entry.size) throw fail(`is larger than the ${entry.size} bytes its directory says`);
      crc = crc32(chunk, crc);
      yield chunk;
    }
  } catch (error) {
    throw readFault(error, file.place, 'zip');
  }
  if (size < entry.size) throw fail(`has ${size} of ${entry.size} bytes`);
  if (crc !== entry.crc) throw fail('does not match its checksum');
}

async function* slices(file: RandomFile, at: number, length: number): AsyncGenerator<Uint8Array> {
  if (at + length > file.size) throw file.truncated();
  for (let done = 0; done < length; done += CHUNK_BYTES) {
    yield await file.read(at + done, Math.min(CHUNK_BYTES, length - done));
  }
}
