import { ByteWriter } from './bytes.js';

/**
 * The postings of one term while they are gathered: growing docs and tfs, and positions as VBytes: of
 * each posting the first, then gaps.
 */
export class PostingList {
  docs = new Uint32Array(64);
  tfs = new Uint32Array(64);
  count = 0;
  /** Occurrences: the sum of tfs. */
  occurrences = 0;
  positions = new ByteWriter();

  clear(): void {
    this.count = 0;
    this.occurrences = 0;
    this.positions.length = 0;
  }

  push(doc: number, tf: number): void {
    if (this.count === this.docs.length) this.grow();
    this.docs[this.count] = doc;
    this.tfs[this.count++] = tf;
    this.occurrences += tf;
  }

  private grow(): void {
    const docs = new Uint32Array(this.docs.length * 2);
    docs.set(this.docs);
    this.docs = docs;
    const tfs = new Uint32Array(docs.length);
    tfs.set(this.tfs);
    this.tfs = tfs;
  }
}
