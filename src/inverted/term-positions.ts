import type { TermEntry } from './dictionary-page.js';
import { BLOCK } from './layout.js';
import { openPositions, type PositionsCursor } from './positions.js';
import type { SegmentText } from './segment-text.js';
import type { TermPostings } from './term-postings.js';

/**
 * Positions of a term's postings, read a block at a time: blocks without a posting that is asked
 * for are passed over unread. Forward only.
 */
export class TermPositions {
  /** Its first tf elements are the positions of the posting read last, ascending. */
  out = new Uint32Array(64);
  tf = 0;
  private readonly text: SegmentText;
  private readonly term: string;
  private readonly entry: TermEntry;
  private readonly list: TermPostings;
  private block = -1;
  private posting = 0;
  private cursor: PositionsCursor | undefined;

  constructor(text: SegmentText, term: string, entry: TermEntry, list: TermPostings) {
    this.text = text;
    this.term = term;
    this.entry = entry;
    this.list = list;
  }

  /**
   * Fills `out`.
   * @param index of the posting in its list; its block has been decoded; higher than the one before
   * @throws CorruptError
   */
  read(index: number): void {
    this.text.checked(`positions of '${this.term}'`, () => this.fill(index));
  }

  /** Goes through all of them, for check(). @throws CorruptError */
  readAll(): void {
    const { df } = this.list;
    for (let index = 0; index < df; index++) {
      this.read(index);
      if (index + 1 === df || (index + 1) % BLOCK === 0) {
        this.text.checked(`positions of '${this.term}'`, () => this.cursor?.end());
      }
    }
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
    cursor.read(tf, this.out);
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
}
