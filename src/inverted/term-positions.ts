import { DecodeError } from './bytes.js';
import type { TermEntry } from './dictionary-page.js';
import { BLOCK } from './layout.js';
import { openPositions, type PositionsCursor } from './positions.js';
import type { SegmentText } from './segment-text.js';
import type { Positions, TermPostings } from './term-postings.js';

/**
 * Positions of a term's postings, read a block at a time: blocks without a posting that is asked
 * for are passed over unread. Forward only.
 */
export class TermPositions {
  /** The positions of the posting read last, ascending: tf elements from `from`. */
  out: Uint32Array;
  from = 0;
  tf = 0;
  private readonly text: SegmentText;
  private readonly term: string;
  private readonly entry: TermEntry;
  private readonly list: TermPostings;
  private readonly whole: Positions | undefined;
  private block = -1;
  private posting = 0;
  private cursor: PositionsCursor | undefined;

  constructor(text: SegmentText, term: string, entry: TermEntry, list: TermPostings) {
    this.text = text;
    this.term = term;
    this.entry = entry;
    this.list = list;
    this.whole = text.keepsPositions ? list.positions(() => this.checked(() => this.decodeAll())) : undefined;
    this.out = this.whole?.all ?? new Uint32Array(64);
  }

  /**
   * Fills `out`.
   * @param index of the posting in its list; its block has been decoded; higher than the one before
   * @throws CorruptError
   */
  read(index: number): void {
    const { whole } = this;
    if (whole === undefined) {
      this.checked(() => this.fill(index));
      return;
    }
    const { starts } = whole;
    this.from = starts[index];
    this.tf = starts[index + 1] - this.from;
  }

  /** Goes through all of them, for check(). @param visit gets each document's, which the next overwrites @throws CorruptError */
  readAll(visit: (doc: number, positions: Uint32Array) => void): void {
    const { df, docs } = this.list;
    for (let index = 0; index < df; index++) {
      this.read(index);
      visit(docs[index], this.out.subarray(this.from, this.from + this.tf));
      if (index + 1 === df || (index + 1) % BLOCK === 0) {
        this.checked(() => this.cursor?.end());
      }
    }
  }

  private checked<T>(decode: () => T): T {
    return this.text.checked(`positions of '${this.term}'`, decode);
  }

  private fill(index: number): void {
    const { tfs } = this.list;
    this.tf = tfs[index];
    if (this.entry.occurrences === 1) {
      this.out[0] = this.entry.position;
      return;
    }
    const block = Math.floor(index / BLOCK);
    const cursor = block === this.block && this.cursor !== undefined ? this.cursor : this.open(block);
    let skipped = 0;
    while (this.posting < index) skipped += tfs[this.posting++];
    if (skipped > 0) cursor.skip(skipped);
    const tf = tfs[index];
    cursor.require(tf);
    if (tf > this.out.length) this.out = new Uint32Array(Math.max(tf, this.out.length * 2));
    cursor.read(tf, this.out, 0);
    this.posting++;
  }

  private open(block: number): PositionsCursor {
    const { entry, list } = this;
    const from = block * BLOCK;
    const to = Math.min(from + BLOCK, list.df);
    let occurrences = 0;
    for (let i = from; i < to; i++) occurrences += list.tfs[i];
    const offset = list.table?.positions[block] ?? 0;
    const end = list.table?.positions[block + 1] ?? entry.positionsBytes;
    const bytes = this.text.positions(entry, offset, end - offset);
    this.block = block;
    this.posting = from;
    this.cursor = openPositions(bytes, 0, bytes.length, occurrences);
    return this.cursor;
  }

  private decodeAll(): Positions {
    const { tfs, df } = this.list;
    const { occurrences } = this.entry;
    const starts = new Uint32Array(df + 1);
    if (occurrences === 1) {
      starts[1] = 1;
      return { starts, all: Uint32Array.of(this.entry.position) };
    }
    let sum = 0;
    for (let i = 0; i < df; i++) {
      starts[i] = sum;
      sum += tfs[i];
    }
    starts[df] = sum;
    if (sum !== occurrences) throw new DecodeError(`${sum} positions, not ${occurrences}`);
    // Each takes a bit at least: no more room than there are bytes for.
    if (sum > this.entry.positionsBytes * 8) throw new DecodeError('positions are cut off');
    const all = new Uint32Array(sum);
    for (let block = 0; block * BLOCK < df; block++) {
      const from = block * BLOCK;
      const to = Math.min(from + BLOCK, df);
      const cursor = this.open(block);
      cursor.require(starts[to] - starts[from]);
      for (let i = from; i < to; i++) cursor.read(tfs[i], all, starts[i]);
      cursor.end();
    }
    return { starts, all };
  }
}
