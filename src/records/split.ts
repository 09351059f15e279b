import { type ByteSource, withoutBom } from './bytes.js';

/** One record cut out of a text, still as bytes. */
export interface Slice {
  /** Without the line end (LF or CRLF); undefined where the record is above the limit and was skipped over. */
  bytes?: Uint8Array;
  /** Bytes of the record, also of a skipped one. */
  size: number;
  /** 1-based line the record starts on. */
  line: number;
  /** CSV only: a quoted value stands in it. */
  quoted: boolean;
}

/** Finds where a record ends; keeps its state from chunk to chunk. */
export interface Boundary {
  /** Index of the LF that ends the record that began earlier or begins at `from`, or -1 when it is not in `chunk`. */
  find(chunk: Buffer, from: number): number;
  /** Called after each record: line ends inside it, and whether it has quoted values. Resets the state. */
  finish(): { newlines: number; quoted: boolean };
}

const LF = 10;
const CR = 13;
const PLAIN = { newlines: 0, quoted: false };

/** Every LF ends a record. */
export const lineBoundary: Boundary = {
  find: (chunk, from) => chunk.indexOf(LF, from),
  finish: () => PLAIN,
};

/**
 * Cuts a stream of chunks into records. Holds one unfinished record at most, and of one above `limit` only its
 * length: memory is O(limit + chunk).
 */
export class RecordSplitter {
  readonly #boundary: Boundary;
  readonly #limit: number;
  #carry: Buffer[] = [];
  #carried = 0;
  #skipping = false;
  #line = 1;

  constructor(boundary: Boundary, limit: number) {
    this.#boundary = boundary;
    this.#limit = limit;
  }

  /** The records that end in `chunk`; their bytes may be views of it. */
  push(chunk: Buffer): Slice[] {
    const slices: Slice[] = [];
    let from = 0;
    while (from < chunk.length) {
      const end = this.#boundary.find(chunk, from);
      if (end < 0) {
        this.#keep(from === 0 ? chunk : chunk.subarray(from));
        break;
      }
      slices.push(this.#finish(chunk.subarray(from, end)));
      from = end + 1;
    }
    return slices;
  }

  /** The last record, where no line end follows it. */
  end(): Slice[] {
    return this.#carried > 0 ? [this.#finish(Buffer.alloc(0))] : [];
  }

  #keep(piece: Buffer): void {
    this.#carried += piece.length;
    // One byte more than the limit may still be a record of that size and the CR after it.
    if (this.#carried > this.#limit + 1) {
      this.#skipping = true;
      this.#carry = [];
    }
    if (!this.#skipping) this.#carry.push(piece);
  }

  #finish(last: Buffer): Slice {
    const { newlines, quoted } = this.#boundary.finish();
    const line = this.#line;
    this.#line += newlines + 1;
    let bytes = last;
    let size = this.#carried + last.length;
    if (this.#carried > 0) {
      if (!this.#skipping && size <= this.#limit + 1) {
        if (last.length > 0) this.#carry.push(last);
        bytes = this.#carry.length === 1 ? this.#carry[0] : Buffer.concat(this.#carry, size);
      } else {
        this.#skipping = true;
      }
      this.#carry = [];
      this.#carried = 0;
    }
    if (this.#skipping) {
      this.#skipping = false;
      return { size, line, quoted };
    }
    if (size > 0 && bytes[size - 1] === CR) {
      size--;
      bytes = bytes.subarray(0, size);
    }
    return size > this.#limit ? { size, line, quoted } : { bytes, size, line, quoted };
  }
}

/** The records of a text input, in batches of one chunk: a record is handed over as soon as its line end has arrived. */
export async function* readSlices(
  source: ByteSource,
  boundary: Boundary,
  limit: number,
): AsyncGenerator<Slice[]> {
  const splitter = new RecordSplitter(boundary, limit);
  for await (const chunk of withoutBom(source.chunks)) {
    const slices = splitter.push(chunk);
    if (slices.length > 0) yield slices;
  }
  const rest = splitter.end();
  if (rest.length > 0) yield rest;
}
