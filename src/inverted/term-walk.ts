import type { SegmentView } from '../branch/index.js';
import type { Schema } from '../schema/index.js';
import type { TermEntry } from './dictionary-page.js';
import { SegmentText } from './segment-text.js';
import type { TermPostings } from './term-postings.js';

/** Goes through the terms of a segment, ascending by their bytes, a page of the dictionary in memory. */
export class TermWalk {
  /** UTF-8 of the current term; undefined before the first next() and behind the last term. */
  term: Uint8Array | undefined;
  /** Terms in each document of the segment. */
  readonly lengths: Uint32Array;
  private readonly text: SegmentText;
  private page = 0;
  private entries: { term: Uint8Array; entry: TermEntry }[] = [];
  private at = -1;

  /** @throws CorruptError */
  constructor(view: SegmentView, schema: Schema) {
    this.text = new SegmentText(view, schema.text.length, schema.positions);
    this.lengths = this.text.lengths.all();
  }

  /** @returns false behind the last term @throws CorruptError */
  next(): boolean {
    if (++this.at >= this.entries.length) {
      if (this.page >= this.text.pageCount) {
        this.term = undefined;
        return false;
      }
      this.entries = [];
      this.text.eachOfPage(this.page++, (term, entry) => this.entries.push({ term: term.slice(), entry }));
      this.at = 0;
    }
    this.term = this.entries[this.at].term;
    return true;
  }

  /** All postings of the current term, decoded. @throws CorruptError */
  postings(): TermPostings {
    const { term, entry } = this.entries[this.at];
    const list = this.text.open(Buffer.from(term).toString(), entry);
    list.ensureAll();
    return list;
  }
}
