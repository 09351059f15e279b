import { closeSync, fstatSync, openSync } from 'node:fs';
import { CorruptError } from '../errors/index.js';
import type { Arena } from '../kernels/index.js';
import { crc32, fromSystem, readExactly, sha256 } from '../storage/index.js';
import { decodeDirectory } from './envelope.js';
import {
  type ArrayInfo,
  chunkCount,
  type DType,
  decodeArrayInfo,
  decodeCrcs,
  decodeHead,
  expectArray,
  expectMap,
  FileKind,
  HEAD_BYTES,
  type Head,
  MAX_PART_BYTES,
  PAGE_CRCS,
  padBytes,
  TABLE_PAGE_BYTES,
} from './format.js';
import type { MsgMap } from './msgpack.js';
import { chunkDamage, Pages, type PagesOptions } from './pages.js';
import { ReadCounter } from './read-counter.js';

/** Verified bytes kept for range reads: neighbours in a list or dictionary page are read together. */
const CACHED_BYTES = 4 * 2 ** 20;
/** Largest piece read at once when an array is loaded; whole chunks. */
const LOAD_BYTES = 16 * 2 ** 20;

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
  /** Verified chunks by what chunkKey() gives, the oldest first: Map keeps insertion order. */
  private readonly cache = new Map<number, Uint8Array>();
  private cachedBytes = 0;
  /** Verified pages of tables of checksums; a thousandth of what is read at most. */
  private readonly tables = new Map<ArrayInfo, (Uint32Array | undefined)[]>();
  /** Number of each array's first chunk among those of all arrays. */
  private readonly firstChunk = new Map<ArrayInfo, number>();
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
      this.verifyChunks(info, at, piece);
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
      const chunk = Math.floor(at / info.chunk);
      const start = at - chunk * info.chunk;
      const piece = this.chunk(info, chunk).subarray(start, start + offset + length - at);
      out.set(piece, at - offset);
      at += piece.length;
    }
    return out;
  }

  /**
   * A range of an array into place, verified, by one read and nothing kept: for long ranges that are met once.
   * @throws CorruptError when the range leaves the array
   */
  readRange(name: string, offset: number, target: Uint8Array): void {
    const info = this.info(name);
    const end = offset + target.length;
    if (!(offset >= 0 && end <= info.byteLength)) {
      throw new CorruptError(this.path, `bytes ${offset} to ${end} are outside array '${name}'`);
    }
    for (let at = offset; at < end; ) {
      const start = at - (at % info.chunk);
      const most = Math.min(end - at, LOAD_BYTES);
      const bytes = new Uint8Array(
        Math.min(Math.ceil((at + most) / info.chunk) * info.chunk, info.byteLength) - start,
      );
      this.fetchArray(info, bytes, start);
      this.verifyChunks(info, start, bytes);
      target.set(bytes.subarray(at - start, at - start + most), at - offset);
      at += most;
    }
  }

  /**
   * An array with its place in an arena, for many single entries: what is wanted of it is read, verified and stays.
   * @throws ResourceError
   */
  pages(name: string, arena: Arena, options: PagesOptions): Pages {
    const { fd, path, counter } = this;
    const crcPage = (info: ArrayInfo, page: number) => this.crcPage(info, page);
    return new Pages({ fd, path, counter, crcPage }, this.info(name), arena, options);
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
        position = this.verifyFrame(position, part, `array '${info.name}'`) + part.bytes;
      }
      const piece = new Uint8Array(Math.min(LOAD_BYTES, info.byteLength));
      for (let at = 0; at < info.byteLength; at += LOAD_BYTES) {
        const part = piece.subarray(0, Math.min(LOAD_BYTES, info.byteLength - at));
        this.fetchArray(info, part, at);
        this.verifyChunks(info, at, part);
      }
    }
    for (const { name, table } of this.arrays.values()) {
      if (table === undefined) continue;
      position = this.verifyFrame(position, table, `the checksums of array '${name}'`) + table.bytes;
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

  /** Pad and header before a payload. @returns where that begins */
  private verifyFrame(position: number, part: { offset: number; bytes: number }, what: string): number {
    const pad = padBytes(position);
    const header = new Uint8Array(2 + pad + 5);
    this.fetch(header, position);
    const bin = new DataView(header.buffer).getUint32(3 + pad);
    const zeros = header.subarray(2, 2 + pad).every((byte) => byte === 0);
    const framed = header[0] === 0xc4 && header[1] === pad && header[2 + pad] === 0xc6;
    const start = position + header.length;
    if (!zeros || !framed || bin !== part.bytes || start !== part.offset) {
      throw new CorruptError(this.path, `the bytes before ${what} at ${start}`);
    }
    return start;
  }

  private digest(onBytes?: (bytes: number) => void): string {
    const hash = sha256();
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
      let chunks = 0;
      const place = ({ offset, bytes }: { offset: number; bytes: number }, what: string) => {
        if (offset < end) throw new Error(`${what} overlaps the one before`);
        end = offset + bytes;
      };
      for (const entry of expectArray(directory.get('arrays'))) {
        const info = decodeArrayInfo(entry, this.head.directoryOffset);
        if (arrays.has(info.name)) throw new Error(`array '${info.name}' twice`);
        for (const part of info.parts) place(part, `array '${info.name}'`);
        arrays.set(info.name, info);
        this.firstChunk.set(info, chunks);
        chunks += chunkCount(info);
      }
      for (const { name, table } of arrays.values()) {
        if (table !== undefined) place(table, `the table of '${name}'`);
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
    const key = this.firstChunk.get(info)! + number;
    let bytes = this.cache.get(key);
    if (bytes === undefined) {
      const start = number * info.chunk;
      bytes = new Uint8Array(Math.min(info.chunk, info.byteLength - start));
      this.fetchArray(info, bytes, start);
      this.verifyChunks(info, start, bytes);
      this.cachedBytes += bytes.length;
      for (const [oldest, { length }] of this.cache) {
        if (this.cachedBytes <= CACHED_BYTES) break;
        this.cache.delete(oldest);
        this.cachedBytes -= length;
      }
      this.cache.set(key, bytes);
    }
    return bytes;
  }

  /** Chunks of an array that were read from `start`, a multiple of its chunk. */
  private verifyChunks(info: ArrayInfo, start: number, bytes: Uint8Array): void {
    const first = start / info.chunk;
    for (let at = 0; at < bytes.length; at += info.chunk) {
      const chunk = bytes.length <= info.chunk ? bytes : bytes.subarray(at, at + info.chunk);
      const number = first + at / info.chunk;
      if (crc32(chunk) !== this.crcOf(info, number)) throw chunkDamage(this.path, info, number);
    }
  }

  /** The recorded checksum of a chunk. */
  private crcOf(info: ArrayInfo, number: number): number {
    if (info.table === undefined) return info.crcs[number];
    return this.crcPage(info, Math.floor(number / PAGE_CRCS))[number % PAGE_CRCS];
  }

  /** The recorded checksums of chunks from `page` · PAGE_CRCS on, themselves verified where they stand in a table. */
  private crcPage(info: ArrayInfo, page: number): Uint32Array {
    const { table } = info;
    if (table === undefined) return info.crcs;
    let pages = this.tables.get(info);
    if (pages === undefined) {
      pages = new Array(info.crcs.length);
      this.tables.set(info, pages);
    }
    let crcs = pages[page];
    if (crcs === undefined) {
      const start = page * TABLE_PAGE_BYTES;
      const bytes = new Uint8Array(Math.min(TABLE_PAGE_BYTES, table.bytes - start));
      this.fetch(bytes, table.offset + start);
      if (crc32(bytes) !== info.crcs[page]) {
        throw new CorruptError(this.path, `the checksums of array '${info.name}' are damaged`);
      }
      crcs = decodeCrcs(bytes);
      pages[page] = crcs;
    }
    return crcs;
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
