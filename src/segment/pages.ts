import { readSync } from 'node:fs';
import { CorruptError, TruncatedError } from '../errors/index.js';
import { type Arena, CRC_TABLES_BYTES, type Pointer } from '../kernels/index.js';
import { type ArrayInfo, MAX_PART_BYTES, PAGE_CRCS, TABLE_PAGE_BYTES } from './format.js';
import type { ReadCounter } from './read-counter.js';

/** Chunks between two wanted ones that are read along: a call costs as much as reading and checking these. */
const GAP = 2;
/** Chunks of a read at most. */
const READ_CHUNKS = 64;

const checksumTables = new WeakMap<Arena, Pointer>();

/** One for all pages of an arena. */
function checksumTablesOf(arena: Arena): Pointer {
  let tables = checksumTables.get(arena);
  if (tables === undefined) {
    tables = arena.allocate(CRC_TABLES_BYTES);
    arena.kernels.makeChecksums(tables);
    checksumTables.set(arena, tables);
  }
  return tables;
}

export interface PagesOptions {
  /** Bytes of an entry of the array. */
  entryBytes: number;
  /** Entries of a call of need() at most; more are asked for in turns. */
  entries: number;
  /** Looks at what was read before anybody else does. */
  check?: (at: Pointer, bytes: number) => void;
}

/** Says which bytes of an array are not what was written. @param chunk its number */
export function chunkDamage(
  path: string,
  { name, chunk: bytes, byteLength }: ArrayInfo,
  chunk: number,
): CorruptError {
  const from = chunk * bytes;
  const to = Math.min(from + bytes, byteLength);
  return new CorruptError(path, `array '${name}', bytes ${from} to ${to}: checksum does not match`);
}

/** What pages need of the file they are read from. */
export interface PagesFile {
  fd: number;
  path: string;
  counter: ReadCounter;
  /** Verified checksums of the chunks from `page` · PAGE_CRCS on, as many as a page of a table has. */
  crcPage(info: ArrayInfo, page: number): Uint32Array;
}

/**
 * An array of a file that has its place in an arena, where chunks are read when they are wanted, verified, and stay. What
 * is not read takes addresses and no memory: the system gives a page to what is written. For many single entries: what is
 * missing is listed, and what was read is verified, in WebAssembly, so that little JavaScript runs for each.
 */
export class Pages {
  /** Where entry 0 stands, or would. */
  readonly base: Pointer;
  private readonly file: PagesFile;
  private readonly info: ArrayInfo;
  private readonly arena: Arena;
  private readonly entryBytes: number;
  /** Most entries of a call. */
  private readonly entries: number;
  private readonly chunks: number;
  private readonly there: Pointer;
  private readonly crcs: Pointer;
  private readonly crcPages: Uint8Array;
  private readonly list: Pointer;
  private readonly runs: Pointer;
  private readonly tables: Pointer;
  private readonly check: PagesOptions['check'];

  /** @throws ResourceError */
  constructor(file: PagesFile, info: ArrayInfo, arena: Arena, { entryBytes, entries, check }: PagesOptions) {
    this.file = file;
    this.info = info;
    this.arena = arena;
    this.entryBytes = entryBytes;
    this.entries = entries;
    this.check = check;
    const chunks = Math.ceil(info.byteLength / info.chunk);
    this.chunks = chunks;
    const touched = entries * (Math.ceil(entryBytes / info.chunk) + 1);
    this.crcPages = new Uint8Array(Math.ceil(chunks / PAGE_CRCS));
    this.base = arena.allocate(chunks * info.chunk);
    this.there = arena.allocate(chunks);
    this.crcs = arena.allocate(chunks * 4);
    this.list = arena.allocate(touched * 4);
    this.runs = arena.allocate(touched * 8);
    this.tables = checksumTablesOf(arena);
  }

  /**
   * Reads what is missing of some entries, neighbours together.
   * @param at u32[count], numbers of entries @throws CorruptError, TruncatedError
   */
  need(at: Pointer, count: number): void {
    if (count > this.entries) {
      this.need(at, this.entries);
      this.need(at + this.entries * 4, count - this.entries);
      return;
    }
    const { kernels } = this.arena;
    const { chunk, byteLength } = this.info;
    const { entryBytes, there, runs } = this;
    const found = kernels.missingRuns(
      at,
      count,
      entryBytes,
      chunk,
      this.chunks,
      there,
      GAP,
      READ_CHUNKS,
      this.list,
      runs,
    );
    if (found === 0) return;
    const list = this.arena.u32(runs, found * 2);
    try {
      this.read(list);
      const damaged = kernels.damagedChunk(runs, found, this.base, chunk, byteLength, this.crcs, this.tables);
      if (damaged >= 0) throw chunkDamage(this.file.path, this.info, damaged);
      if (this.check !== undefined) {
        for (let i = 0; i < list.length; i += 2) {
          const from = list[i] * chunk;
          this.check(this.base + from, Math.min(list[i + 1] * chunk, byteLength) - from);
        }
      }
    } catch (error) {
      for (let i = 0; i < list.length; i += 2) {
        this.arena.bytes(there + list[i], list[i + 1] - list[i]).fill(0);
      }
      throw error;
    }
  }

  /** Without the reader's own way to a part, which makes two views and three calls a read: 5 ms of a query by vector, interpreted. */
  private read(runs: Uint32Array): void {
    const { fd, counter } = this.file;
    const { parts, chunk, byteLength } = this.info;
    const bytes = this.arena.bytes(this.base, byteLength);
    for (let i = 0; i < runs.length; i += 2) {
      const last = Math.floor((runs[i + 1] - 1) / PAGE_CRCS);
      for (let page = Math.floor(runs[i] / PAGE_CRCS); page <= last; page++) {
        if (this.crcPages[page] === 0) this.readCrcs(page);
      }
      const end = Math.min(runs[i + 1] * chunk, byteLength);
      for (let at = runs[i] * chunk; at < end; ) {
        const part = Math.floor(at / MAX_PART_BYTES);
        const position = parts[part].offset + at - part * MAX_PART_BYTES;
        const got = readSync(fd, bytes, at, Math.min(end, (part + 1) * MAX_PART_BYTES) - at, position);
        if (got === 0) throw new TruncatedError(this.file.path, position + end - at, position);
        counter.reads++;
        counter.bytes += got;
        at += got;
      }
    }
  }

  private readCrcs(page: number): void {
    const crcs = this.file.crcPage(this.info, page);
    this.arena.u32(this.crcs + page * TABLE_PAGE_BYTES, crcs.length).set(crcs);
    this.crcPages[page] = 1;
  }
}
