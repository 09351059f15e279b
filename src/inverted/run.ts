import type { SpillFile } from '../storage/index.js';
import { ByteWriter } from './bytes.js';
import { PostingList } from './posting-list.js';

/**
 * A sorted run: terms ascending by their bytes, each with its postings. The runs of a segment hold
 * ranges of documents that follow one another.
 */
export interface Run {
  /** UTF-8 of the current term, never written again; undefined behind the last one and before the first next(). */
  term: Uint8Array | undefined;
  /** Moves to the next term. @returns false behind the last one */
  next(): boolean;
  /** Appends the current term's postings. Once a term. */
  appendTo(list: PostingList): void;
  close(): void;
}

/** Writes a run to a spill file: term, counts, (document gap, tf) pairs, positions; all numbers VBytes. */
export class RunWriter {
  private readonly file: SpillFile;
  private readonly buffer = new ByteWriter(1 << 16);

  constructor(file: SpillFile) {
    this.file = file;
  }

  add(term: Uint8Array, list: PostingList): void {
    const { buffer } = this;
    buffer.length = 0;
    buffer.vbyte(term.length);
    buffer.append(term);
    buffer.vbyte(list.count);
    buffer.vbyte(list.positions.length);
    let previous = 0;
    for (let i = 0; i < list.count; i++) {
      buffer.vbyte(list.docs[i] - previous);
      buffer.vbyte(list.tfs[i]);
      previous = list.docs[i];
    }
    this.file.append(buffer.view());
    this.file.append(list.positions.view());
  }

  finish(): SpillFile {
    return this.file;
  }
}

/** Writes all of a run. @returns the file */
export function spillRun(run: Run, file: SpillFile): SpillFile {
  const writer = new RunWriter(file);
  const list = new PostingList();
  while (run.next()) {
    list.clear();
    run.appendTo(list);
    writer.add(run.term as Uint8Array, list);
  }
  return writer.finish();
}

/** Reads a run back through one buffer. */
export class SpilledRun implements Run {
  term: Uint8Array | undefined;
  private readonly file: SpillFile;
  private readonly buffer: Uint8Array;
  private filled = 0;
  private at = 0;
  private position = 0;
  private count = 0;
  private positionBytes = 0;

  constructor(file: SpillFile, bufferBytes: number) {
    this.file = file;
    this.buffer = new Uint8Array(Math.min(bufferBytes, Math.max(1, file.length)));
  }

  next(): boolean {
    if (this.at === this.filled && this.position === this.file.length) {
      this.term = undefined;
      return false;
    }
    const term = new Uint8Array(this.vbyte());
    this.bytes(term);
    this.term = term;
    this.count = this.vbyte();
    this.positionBytes = this.vbyte();
    return true;
  }

  appendTo(list: PostingList): void {
    let doc = 0;
    for (let i = 0; i < this.count; i++) {
      doc += this.vbyte();
      list.push(doc, this.vbyte());
    }
    this.bytes(list.positions.grow(this.positionBytes));
  }

  close(): void {
    this.file.delete();
  }

  private vbyte(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      if (this.at === this.filled) this.fill();
      const byte = this.buffer[this.at++];
      value += (byte & 127) * unit;
      if (byte < 128) return value;
      unit *= 128;
    }
  }

  private bytes(target: Uint8Array): void {
    for (let done = 0; done < target.length; ) {
      if (this.at === this.filled) this.fill();
      const piece = this.buffer.subarray(this.at, Math.min(this.filled, this.at + target.length - done));
      target.set(piece, done);
      done += piece.length;
      this.at += piece.length;
    }
  }

  private fill(): void {
    this.filled = Math.min(this.buffer.length, this.file.length - this.position);
    this.file.read(this.buffer.subarray(0, this.filled), this.position);
    this.position += this.filled;
    this.at = 0;
  }
}
