import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fromSystem, readExactly, writeExactly } from './files.js';

/** Appends are gathered up to this many bytes, so that small records cost no system call each. */
const WRITE_BUFFER_BYTES = 256 * 1024;

/** Names of spill files begin so; a writer that finds such a file it does not own may delete it. */
const SPILL_PREFIX = 'tmp-';

/**
 * Append-only scratch file, read back by position once written. Not synced, not checksummed: it
 * lives as long as the process that wrote it.
 */
export class SpillFile {
  readonly path: string;
  /** Bytes appended so far. */
  length = 0;
  private readonly fd: number;
  private buffer: Buffer;
  private buffered = 0;
  private open = true;

  /** @param written bytes of a file that another thread wrote and released; undefined: a new one */
  constructor(path: string, bufferBytes = WRITE_BUFFER_BYTES, written?: number) {
    this.path = path;
    this.buffer = Buffer.alloc(written === undefined ? bufferBytes : 0);
    this.length = written ?? 0;
    try {
      this.fd = openSync(path, written === undefined ? 'wx+' : 'r', 0o600);
    } catch (error) {
      throw fromSystem(error, path);
    }
  }

  append(bytes: Uint8Array): void {
    this.make(bytes.length);
    if (bytes.length >= this.buffer.length) {
      writeExactly(this.fd, bytes, this.length, this.path);
      this.length += bytes.length;
    } else {
      this.buffer.set(bytes, this.buffered);
      this.take(bytes.length);
    }
  }

  /** Appends a whole number below 2^32, little-endian. */
  appendU32(value: number): void {
    this.make(4);
    const { buffer, buffered } = this;
    buffer[buffered] = value;
    buffer[buffered + 1] = value >>> 8;
    buffer[buffered + 2] = value >>> 16;
    buffer[buffered + 3] = value >>> 24;
    this.take(4);
  }

  /** Appends a whole number up to 2^53 - 1 as a little-endian u64. */
  appendU64(value: number): void {
    this.appendU32(value % 2 ** 32);
    this.appendU32(Math.floor(value / 2 ** 32));
  }

  /** Appends a text as UTF-8. @returns its bytes: a view that the next append may overwrite */
  appendText(text: string): Uint8Array {
    // A code unit takes three bytes at most.
    if (text.length * 3 > this.buffer.length) {
      const bytes = Buffer.from(text);
      this.append(bytes);
      return bytes;
    }
    this.make(text.length * 3);
    const start = this.buffered;
    this.take(this.buffer.write(text, start));
    return this.buffer.subarray(start, this.buffered);
  }

  /** Fills `target` from byte `position` of what was appended. */
  read(target: Uint8Array, position: number): void {
    if (!this.open) throw new Error(`${this.path} was deleted`);
    this.flush();
    readExactly(this.fd, target, position, this.path);
  }

  /** The file in pieces of at most `size` bytes, in order. A piece is valid until the next one. */
  *chunks(size = 1 << 20): Generator<Uint8Array> {
    const piece = new Uint8Array(Math.min(size, Math.max(1, this.length)));
    for (let at = 0; at < this.length; at += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, this.length - at));
      this.read(part, at);
      yield part;
    }
  }

  /** Writes what is buffered and closes the file, for another thread to open. */
  release(): void {
    this.flush();
    this.open = false;
    this.buffer = Buffer.alloc(0);
    closeSync(this.fd);
  }

  /** Closes and deletes it. Safe to call twice. */
  delete(): void {
    if (!this.open) return;
    this.open = false;
    // The directory that made it still knows it; a build of many segments makes thousands.
    this.buffer = Buffer.alloc(0);
    closeSync(this.fd);
    rmSync(this.path, { force: true });
  }

  /** Makes room for so many bytes in the buffer, unless they are more than that holds. */
  private make(bytes: number): void {
    // Its descriptor may be another file's by now.
    if (!this.open) throw new Error(`${this.path} was deleted`);
    if (this.buffered + bytes > this.buffer.length) this.flush();
  }

  private take(bytes: number): void {
    this.buffered += bytes;
    this.length += bytes;
  }

  private flush(): void {
    if (this.buffered === 0) return;
    const at = this.length - this.buffered;
    writeExactly(this.fd, this.buffer.subarray(0, this.buffered), at, this.path);
    this.buffered = 0;
  }
}

/** Hands out spill files in one directory and deletes what is left of them at the end. */
export class SpillDirectory {
  private readonly directory: string;
  private readonly files = new Set<SpillFile>();
  /** Paths of files that threads write. */
  private readonly reserved = new Set<string>();
  private readonly ends: (() => void)[] = [];
  private next = 0;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** @param what short name that helps a person who finds the file */
  create(what: string, bufferBytes?: number): SpillFile {
    const name = `${SPILL_PREFIX}${process.pid}-${this.next++}-${what}`;
    const file = new SpillFile(join(this.directory, name), bufferBytes);
    this.files.add(file);
    return file;
  }

  /** Path for a file that will be renamed into place; counted as scratch until then. */
  path(what: string): string {
    return join(this.directory, `${SPILL_PREFIX}${process.pid}-${this.next++}-${what}`);
  }

  /** Calls `end` before the files are deleted: for what writes them. */
  atEnd(end: () => void): void {
    this.ends.push(end);
  }

  /** Path for a file that a thread will write: deleted with the others. */
  reserve(what: string): string {
    const path = this.path(what);
    this.reserved.add(path);
    return path;
  }

  /** The file at a reserved path, written and released. */
  adopt(path: string, bytes: number): SpillFile {
    const file = new SpillFile(path, 0, bytes);
    this.files.add(file);
    this.reserved.delete(path);
    return file;
  }

  deleteAll(): void {
    for (const end of this.ends.splice(0)) end();
    for (const file of this.files) file.delete();
    this.files.clear();
    for (const path of this.reserved) rmSync(path, { force: true });
    this.reserved.clear();
  }
}
