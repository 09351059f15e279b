import type { TermEntry } from './dictionary-page.js';
import type { PhraseTerm } from './query.js';
import type { SegmentText } from './segment-text.js';
import { TermPositions } from './term-positions.js';
import type { TermPostings } from './term-postings.js';

/**
 * Counts a phrase in documents: occurrences of its first term that have every other term at its
 * offset from it, all in one text field. Positions are read for documents that are asked for, in
 * ascending order.
 */
export class PhraseMatcher {
  private readonly text: SegmentText;
  private readonly phrase: PhraseTerm[];
  /** Which of the different terms each term of the phrase is. */
  private readonly slots: number[];
  private readonly positions: TermPositions[];
  private readonly span: number;
  /** For each term of the phrase: where its next positions are looked for. */
  private readonly at: Uint32Array;

  /**
   * @param terms the phrase's different terms, in the order in which they first stand
   * @param lists,entries of these terms
   */
  constructor(
    text: SegmentText,
    phrase: PhraseTerm[],
    terms: string[],
    lists: TermPostings[],
    entries: TermEntry[],
  ) {
    this.text = text;
    this.phrase = phrase;
    this.slots = phrase.map(({ term }) => terms.indexOf(term));
    this.positions = terms.map((term, t) => new TermPositions(text, term, entries[t], lists[t]));
    this.span = phrase[phrase.length - 1].offset;
    this.at = new Uint32Array(phrase.length);
  }

  /**
   * @param own for each of the different terms, its place in `at`
   * @param at indexes of the document's postings; their blocks have been decoded
   */
  count(doc: number, own: number[], at: Uint32Array): number {
    const { positions } = this;
    for (let t = 0; t < positions.length; t++) positions[t].read(at[own[t]]);
    return this.occurrences(doc);
  }

  private occurrences(doc: number): number {
    const { phrase, slots, positions, at } = this;
    at.fill(0);
    const first = positions[slots[0]];
    const n = first.tf;
    let found = 0;
    starts: for (let i = 0; i < n; i++) {
      const start = first.out[i];
      for (let p = 1; p < phrase.length; p++) {
        const { out, tf } = positions[slots[p]];
        const wanted = start + phrase[p].offset;
        let o = at[p];
        while (o < tf && out[o] < wanted) o++;
        at[p] = o;
        if (o === tf) break starts;
        if (out[o] !== wanted) continue starts;
      }
      if (this.inOneField(doc, start, start + this.span)) found++;
    }
    return found;
  }

  private inOneField(doc: number, start: number, end: number): boolean {
    const { bounds, extents } = this.text;
    if (bounds === 0) return true;
    extents.ensure(doc * bounds);
    extents.ensure(doc * bounds + bounds - 1);
    let boundary = 0;
    for (let f = 0; f < bounds; f++) {
      boundary += extents.values[doc * bounds + f];
      if (start < boundary) return end < boundary;
    }
    return true;
  }
}
