import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { CorruptError } from '../errors/index.js';
import { fromSystem, readExactly } from '../storage/index.js';
import { decodeDirectory } from './envelope.js';
import {
  type ArrayInfo,
  CHUNK_BYTES,
  type DType,
  decodeArrayInfo,
  decodeHead,
  expectArray,
  expectMap,
  FileKind,
  HEAD_BYTES,
  type Head,
  MAX_PART_BYTES,
  padBytes,
} from './format.js';
import type { MsgMap } from './msgpack.js';

/** Verified chunks kept for range reads: neighbours in a list or dictionary page are read together. */
const CACHED_CHUNKS = 64;
/** Largest piece read at once when an array is loaded; a multiple of CHUNK_BYTES. */
const LOAD_BYTES = 256 * CHUNK_BYTES;

/** Counts what was asked of the system, for `--explain`. */
export class ReadCounter {
  reads = 0;
  bytes = 0;
}

/**
 * Reads one segment file. Opening costs two positional reads (head, directory); arrays are loaded
 * whole or by range, and every byte handed out has passed its checksum.
 */
export class SegmentReader {
  readonly path: string;
  readonly meta: MsgMap;
  readonly fileBytes: number;
  readonly counter: ReadCounter;
  private readonly fd: number;
  private readonly head: Head;
  private readonly arrays: Map<string, ArrayInfo>;
  private readonly cache = new Map<string, Uint8Array>();
  private open = true;

  /**
   * @param counter shared by all segments of an index
   * @throws NotOursError, CorruptError, TooOldError, TooNewError, TruncatedError; ENOENT as the system gives it
   */
  constructor(path: string, counter = new ReadCounter()) {
    this.path = path;
    this.counter = counter;
    try {
      this.fd = openSync(path, 'r');
    } catch (error) {
      throw fromSystem(error, path);
    }
    try {
      this.fileBytes = fstatSync(this.fd).size;
      const head = new Uint8Array(Math.min(HEAD_BYTES, this.fileBytes));
      this.fetch(head, 0);
      this.head = decodeHead(head, this.fileBytes, FileKind.segment, path);
      const bytes = new Uint8Array(this.head.directoryBytes);
      this.fetch(bytes, this.head.directoryOffset);
      const directory = decodeDirectory(bytes, this.head.directoryCrc, path);
      this.arrays = this.arraysOf(directory);
      this.meta = this.expect(() => expectMap(directory.get('meta')));
    } catch (error) {
      closeSync(this.fd);
      throw error;
    }
  }

  /** All arrays in file order. */
  list(): ArrayInfo[] {
    return [...this.arrays.values()];
  }

  has(name: string): boolean {
    return this.arrays.has(name);
  }

  /** @throws CorruptError when there is no such array, or it has another type */
  info(name: string, dtype?: DType): ArrayInfo {
    const info = this.arrays.get(name);
    if (info === undefined) throw new CorruptError(this.path, `array '${name}' is missing`);
    if (dtype !== undefined && info.dtype !== dtype) {
      throw new CorruptError(this.path, `array '${name}' is ${info.dtype}, not ${dtype}`);
    }
    return info;
  }

  /**
   * Loads a whole array straight into `target` (WebAssembly memory, say), verified.
   * @param target exactly byteLength bytes
   */
  readInto(name: string, target: Uint8Array): void {
    const info = this.info(name);
    if (target.length !== info.byteLength) throw new RangeError(`'${name}' needs ${info.byteLength} bytes`);
    for (let at = 0; at < target.length; at += LOAD_BYTES) {
      const piece = target.subarray(at, at + LOAD_BYTES);
      this.fetchArray(info, piece, at);
      for (let o = 0; o < piece.length; o += CHUNK_BYTES) {
        this.verifyChunk(info, (at + o) / CHUNK_BYTES, piece.subarray(o, o + CHUNK_BYTES));
      }
    }
  }

  /** Loads a whole array into fresh memory, aligned for any element type. */
  load(name: string): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.info(name).byteLength);
    this.readInto(name, bytes);
    return bytes;
  }

  loadU32(name: string): Uint32Array<ArrayBuffer> {
    this.info(name, 'u32');
    return new Uint32Array(this.load(name).buffer);
  }

  loadF64(name: string): Float64Array<ArrayBuffer> {
    this.info(name, 'f64');
    return new Float64Array(this.load(name).buffer);
  }

  loadF32(name: string): Float32Array<ArrayBuffer> {
    this.info(name, 'f32');
    return new Float32Array(this.load(name).buffer);
  }

  /**
   * A range of an array by positional reads, verified; whole chunks are fetched and a few kept.
   * @returns a copy of `length` bytes from `offset`, at offset 0 of its own buffer
   * @throws CorruptError when the range leaves the array: ranges come from the file itself
   */
  range(name: string, offset: number, length: number): Uint8Array<ArrayBuffer> {
    const info = this.info(name);
    if (!(offset >= 0 && length >= 0 && offset + length <= info.byteLength)) {
      throw new CorruptError(this.path, `bytes ${offset} to ${offset + length} are outside array '${name}'`);
    }
    const out = new Uint8Array(length);
    for (let at = offset; at < offset + length; ) {
      const chunk = Math.floor(at / CHUNK_BYTES);
      const start = at - chunk * CHUNK_BYTES;
      const piece = this.chunk(info, chunk).subarray(start, start + offset + length - at);
      out.set(piece, at - offset);
      at += piece.length;
    }
    return out;
  }

  /**
   * Reads the whole file front to back: whole-file digest, every pad and bin header, every chunk.
   * @param digest what the manifest recorded
   * @param onBytes called with bytes as they are read
   * @throws CorruptError naming the first damage found
   */
  verify(digest: string, onBytes?: (bytes: number) => void): void {
    // Named damage first: a failing chunk says more than a failing file.
    let position = HEAD_BYTES;
    for (const info of this.arrays.values()) {
      for (const part of info.parts) {
        const pad = padBytes(position);
        const header = new Uint8Array(2 + pad + 5);
        this.fetch(header, position);
        const bin = new DataView(header.buffer).getUint32(3 + pad);
        const zeros = header.subarray(2, 2 + pad).every((byte) => byte === 0);
        const framed = header[0] === 0xc4 && header[1] === pad && header[2 + pad] === 0xc6;
        position += header.length;
        if (!zeros || !framed || bin !== part.bytes || position !== part.offset) {
          throw new CorruptError(this.path, `the bytes before array '${info.name}' at ${position}`);
        }
        position += part.bytes;
      }
      const piece = new Uint8Array(Math.min(LOAD_BYTES, info.byteLength));
      for (let at = 0; at < info.byteLength; at += LOAD_BYTES) {
        const part = piece.subarray(0, Math.min(LOAD_BYTES, info.byteLength - at));
        this.fetchArray(info, part, at);
        for (let o = 0; o < part.length; o += CHUNK_BYTES) {
          this.verifyChunk(info, (at + o) / CHUNK_BYTES, part.subarray(o, o + CHUNK_BYTES));
        }
      }
    }
    if (position !== this.head.directoryOffset) {
      throw new CorruptError(
        this.path,
        `${this.head.directoryOffset - position} unaccounted bytes at ${position}`,
      );
    }
    if (this.digest(onBytes) !== digest) {
      throw new CorruptError(
        this.path,
        "its digest is not the manifest's: another file, or damage between arrays",
      );
    }
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    closeSync(this.fd);
  }

  private digest(onBytes?: (bytes: number) => void): string {
    const hash = createHash('sha256');
    const piece = new Uint8Array(LOAD_BYTES);
    for (let at = HEAD_BYTES; at < this.fileBytes; at += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, this.fileBytes - at));
      this.fetch(part, at);
      hash.update(part);
      onBytes?.(part.length);
    }
    const head = new Uint8Array(HEAD_BYTES);
    this.fetch(head, 0);
    return hash.update(head).digest('hex');
  }

  private arraysOf(directory: MsgMap): Map<string, ArrayInfo> {
    return this.expect(() => {
      const arrays = new Map<string, ArrayInfo>();
      let end = HEAD_BYTES;
      for (const entry of expectArray(directory.get('arrays'))) {
        const info = decodeArrayInfo(entry, this.head.directoryOffset);
        if (arrays.has(info.name)) throw new Error(`array '${info.name}' twice`);
        for (const part of info.parts) {
          if (part.offset < end) throw new Error(`array '${info.name}' overlaps the one before`);
          end = part.offset + part.bytes;
        }
        arrays.set(info.name, info);
      }
      return arrays;
    });
  }

  private expect<T>(decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      throw new CorruptError(this.path, (error as Error).message);
    }
  }

  /** One verified chunk, from the cache or the file. */
  private chunk(info: ArrayInfo, number: number): Uint8Array {
    const key = `${info.name}\0${number}`;
    let bytes = this.cache.get(key);
    if (bytes === undefined) {
      const start = number * CHUNK_BYTES;
      bytes = new Uint8Array(Math.min(CHUNK_BYTES, info.byteLength - start));
      this.fetchArray(info, bytes, start);
      this.verifyChunk(info, number, bytes);
      // Oldest first out: Map keeps insertion order.
      if (this.cache.size >= CACHED_CHUNKS) this.cache.delete(this.cache.keys().next().value as string);
      this.cache.set(key, bytes);
    }
    return bytes;
  }

  private verifyChunk(info: ArrayInfo, number: number, bytes: Uint8Array): void {
    if (crc32(bytes) !== info.crcs[number]) {
      const at = number * CHUNK_BYTES;
      throw new CorruptError(
        this.path,
        `array '${info.name}', bytes ${at} to ${at + bytes.length}: checksum does not match`,
      );
    }
  }

  /** Bytes of an array from `offset`, across its parts. Both ends lie inside the array. */
  private fetchArray(info: ArrayInfo, target: Uint8Array, offset: number): void {
    for (let done = 0; done < target.length; ) {
      const at = offset + done;
      const part = info.parts[Math.floor(at / MAX_PART_BYTES)];
      const inside = at % MAX_PART_BYTES;
      const piece = target.subarray(done, done + part.bytes - inside);
      this.fetch(piece, part.offset + inside);
      done += piece.length;
    }
  }

  private fetch(target: Uint8Array, position: number): void {
    readExactly(this.fd, target, position, this.path);
    this.counter.reads++;
    this.counter.bytes += target.length;
  }
}
