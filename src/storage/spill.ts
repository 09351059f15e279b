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
  private buffer: Uint8Array;
  private buffered = 0;
  private open = true;

  constructor(path: string, bufferBytes = WRITE_BUFFER_BYTES) {
    this.path = path;
    this.buffer = new Uint8Array(bufferBytes);
    try {
      this.fd = openSync(path, 'wx+', 0o600);
    } catch (error) {
      throw fromSystem(error, path);
    }
  }

  append(bytes: Uint8Array): void {
    // Its descriptor may be another file's by now.
    if (!this.open) throw new Error(`${this.path} was deleted`);
    if (this.buffered + bytes.length > this.buffer.length) this.flush();
    if (bytes.length >= this.buffer.length) {
      writeExactly(this.fd, bytes, this.length, this.path);
    } else {
      this.buffer.set(bytes, this.buffered);
      this.buffered += bytes.length;
    }
    this.length += bytes.length;
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

  /** Closes and deletes it. Safe to call twice. */
  delete(): void {
    if (!this.open) return;
    this.open = false;
    // The directory that made it still knows it; a build of many segments makes thousands.
    this.buffer = new Uint8Array(0);
    closeSync(this.fd);
    rmSync(this.path, { force: true });
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

  deleteAll(): void {
    for (const file of this.files) file.delete();
    this.files.clear();
  }
}
