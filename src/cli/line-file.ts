import {
  closeSync,
  fstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { ResourceError, UsageError } from '../errors/index.js';
import { fromSystem } from '../storage/index.js';
import type { Sink } from './answer-files/sink.js';
import type { Terminal } from './io.js';

/** Characters gathered before a write. */
const BUFFER_CHARS = 1 << 16;

/**
 * Lines, or bytes, for a file the user named. A regular file is written aside and renamed when complete, so that a failed run
 * leaves the old one; `-` is standard output; anything else (a pipe, a device) is written in place.
 */
export class LineFile implements Sink {
  private readonly path: string;
  private readonly terminal: Terminal;
  /** Where it is written until commit(); undefined when it is written in place. */
  private readonly scratch: string | undefined;
  private fd: number | undefined;
  private pending = '';

  /** @throws UsageError when nothing can be written there, before any work is done */
  constructor(path: string, terminal: Terminal) {
    this.terminal = terminal;
    this.path = path;
    if (path === '-') return;
    try {
      const there = statSync(path, { throwIfNoEntry: false });
      if (there?.isDirectory()) throw new UsageError(`${path}: a directory; name a file`);
      // Through a link the file it leads to is replaced, not the link.
      if (there?.isFile()) this.path = realpathSync(path);
      this.scratch = there === undefined || there.isFile() ? `${this.path}.${process.pid}.tmp` : undefined;
      this.fd = openSync(this.scratch ?? this.path, 'w');
      if (this.scratch !== undefined && !fstatSync(this.fd).isFile())
        throw new UsageError(`${path}: not a file`);
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  get patchable(): boolean {
    return this.scratch !== undefined;
  }

  line(text: string): void {
    this.pending += `${text}\n`;
    if (this.fd !== undefined && this.pending.length > BUFFER_CHARS) this.flush(this.fd);
  }

  /** Not for `-`, whose bytes go to the terminal. */
  write(chunk: string | Uint8Array): undefined {
    if (typeof chunk === 'string') {
      this.pending += chunk;
      if (this.pending.length > BUFFER_CHARS) this.flush(this.opened());
      return;
    }
    if (this.pending !== '') this.flush(this.opened());
    this.put(this.opened(), chunk);
  }

  patch(bytes: Uint8Array, position: number): void {
    this.flush(this.opened());
    this.put(this.opened(), bytes, position);
  }

  async commit(): Promise<void> {
    if (this.fd === undefined) {
      await this.terminal.print(this.pending);
      return;
    }
    this.flush(this.fd);
    closeSync(this.fd);
    this.fd = undefined;
    if (this.scratch !== undefined) renameSync(this.scratch, this.path);
  }

  /** Takes away what commit() did not put in place. */
  abandon(): void {
    if (this.fd === undefined) return;
    closeSync(this.fd);
    this.fd = undefined;
    if (this.scratch !== undefined) rmSync(this.scratch, { force: true });
  }

  private opened(): number {
    if (this.fd === undefined) throw new Error(`${this.path} is not open`);
    return this.fd;
  }

  private flush(fd: number): void {
    const bytes = Buffer.from(this.pending);
    this.pending = '';
    this.put(fd, bytes);
  }

  /** At `position`, else behind what is written. */
  private put(fd: number, bytes: Uint8Array, position?: number): void {
    try {
      for (let done = 0; done < bytes.length; ) {
        const at = position === undefined ? null : position + done;
        done += writeSync(fd, bytes, done, bytes.length - done, at);
      }
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }
}

function unwritable(path: string, error: unknown): unknown {
  const known = fromSystem(error, path);
  const { code } = error as NodeJS.ErrnoException;
  if (known instanceof ResourceError || known instanceof UsageError || code === undefined) return known;
  return new UsageError(
    `${path}: can't be written (${code}); name a file in a directory that is there and writable`,
  );
}
