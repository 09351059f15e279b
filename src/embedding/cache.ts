import { createHash } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { InputError } from '../errors/index.js';
import type { TextKind } from './kinds.js';

const MAGIC = Buffer.from('shortlist vectors 1\n');
/** Key, length, checksum. */
const HEAD_BYTES = 16 + 4 + 4;
const MAX_DIMENSION = 65_536;

/**
 * Vectors on disk by what they were made of: a hash of the command, the kind and the text. A file that grows at its end:
 * records of a key (16 bytes), the vector's length (u32), a CRC-32 of all else, the vector (float32). What a killed run left half-written is cut
 * off. In memory: 16 bytes of key and a place for each vector.
 */
export class EmbeddingCache {
  private readonly path: string;
  private readonly command: string;
  private readonly places = new Map<string, number>();
  private fd: number | undefined;
  private end: number;

  /** @throws InputError for a file that is something else */
  constructor(path: string, command: string) {
    this.path = path;
    this.command = command;
    try {
      this.fd = openSync(path, 'a+');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new InputError({ file: path }, `can't be opened (${code})`, 'name a file that can be written');
    }
    this.end = this.scan(this.fd);
  }

  get(text: string, kind: TextKind): Float32Array | undefined {
    const place = this.places.get(this.key(text, kind).toString('latin1'));
    return place === undefined ? undefined : this.read(place)?.vector;
  }

  put(text: string, kind: TextKind, vector: Float32Array): void {
    if (this.fd === undefined) return;
    const key = this.key(text, kind);
    const bytes = Buffer.concat([
      key,
      Buffer.alloc(8),
      Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
    ]);
    bytes.writeUInt32LE(vector.length, 16);
    bytes.writeUInt32LE(checksum(bytes), 20);
    // One write at the end of the file: several runs may share it.
    const place = fstatSync(this.fd).size;
    writeSync(this.fd, bytes);
    if (place === this.end) this.places.set(key.toString('latin1'), place);
    this.end = fstatSync(this.fd).size;
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  private key(text: string, kind: TextKind): Buffer {
    const hash = createHash('sha256');
    for (const part of [this.command, kind, text]) hash.update(`${Buffer.byteLength(part)}:${part}`);
    return hash.digest().subarray(0, 16);
  }

  /** @returns where the whole records end */
  private scan(fd: number): number {
    const { size } = fstatSync(fd);
    if (size === 0) return writeSync(fd, MAGIC);
    const magic = Buffer.alloc(MAGIC.length);
    readSync(fd, magic, 0, magic.length, 0);
    if (!magic.equals(MAGIC))
      throw new InputError(
        { file: this.path },
        'is no cache of vectors',
        'name another file, or one that is not there',
      );
    let at = MAGIC.length;
    for (let found = this.read(at); found !== undefined; found = this.read(at)) {
      this.places.set(found.key.toString('latin1'), at);
      at = found.end;
    }
    if (at < size) ftruncateSync(fd, at);
    return at;
  }

  private read(place: number): { key: Buffer; vector: Float32Array; end: number } | undefined {
    const { fd } = this;
    if (fd === undefined) return undefined;
    const head = Buffer.alloc(HEAD_BYTES);
    if (readSync(fd, head, 0, HEAD_BYTES, place) < HEAD_BYTES) return undefined;
    const length = head.readUInt32LE(16);
    if (length === 0 || length > MAX_DIMENSION) return undefined;
    const bytes = Buffer.alloc(HEAD_BYTES + 4 * length);
    if (readSync(fd, bytes, 0, bytes.length, place) < bytes.length) return undefined;
    if (checksum(bytes) !== head.readUInt32LE(20)) return undefined;
    const vector = new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + HEAD_BYTES, bytes.byteOffset + bytes.length),
    );
    return { key: bytes.subarray(0, 16), vector, end: place + bytes.length };
  }
}

/** Of a record, but for the place of the checksum itself. */
function checksum(record: Buffer): number {
  return crc32(record.subarray(HEAD_BYTES), crc32(record.subarray(0, 20)));
}
