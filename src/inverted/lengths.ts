import type { SegmentReader } from '../segment/index.js';
import { LENGTHS } from './layout.js';

/** Lengths read at once: 64 KiB, what the segment checks as one chunk. */
const CHUNK = 1 << 14;

/**
 * Document lengths of a segment, read where they are needed: a query that matches few documents of
 * a large segment does not pay for all of it.
 */
export class Lengths {
  /** Terms per document; valid where ensure() was called. */
  readonly values: Uint32Array;
  private readonly reader: SegmentReader;
  private readonly loaded: Uint8Array;

  constructor(reader: SegmentReader, documents: number) {
    this.reader = reader;
    this.values = new Uint32Array(documents);
    this.loaded = new Uint8Array(Math.ceil(documents / CHUNK));
  }

  /** Makes values valid for document `doc` and all others of its 16,384. @param doc below the documents */
  ensure(doc: number): void {
    const chunk = Math.floor(doc / CHUNK);
    if (this.loaded[chunk] === 1) return;
    const start = chunk * CHUNK;
    const count = Math.min(CHUNK, this.values.length - start);
    const bytes = this.reader.range(LENGTHS, start * 4, count * 4);
    this.values.set(new Uint32Array(bytes.buffer), start);
    this.loaded[chunk] = 1;
  }

  all(): Uint32Array {
    for (let doc = 0; doc < this.values.length; doc += CHUNK) this.ensure(doc);
    return this.values;
  }
}
