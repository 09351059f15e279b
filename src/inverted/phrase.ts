import type { TermEntry } from './dictionary-page.js';
import type { PhraseTerm } from './query.js';
import type { SegmentText } from './segment-text.js';
import { TermPositions } from './term-positions.js';
import type { TermPostings } from './term-postings.js';

/** What a phrase may look like in a document. */
export interface PhraseForm {
  /**
   * How far terms may be moved against one another: the greatest less the least shift from where the phrase has
   * them. 0: as written.
   */
  slop?: number;
  /** Only in this text field. */
  field?: number;
  /** Is filled by count(): occurrences in each text field. */
  counts?: Uint32Array;
}

/**
 * Counts a phrase (or one term) in documents: occurrences of its first term that have every other term
 * at its offset from it, or near it as the slop allows, all in one text field and no two terms in one
 * place. Positions are read for documents that are asked for, in ascending order.
 */
export class PhraseMatcher {
  private readonly text: SegmentText;
  private readonly phrase: PhraseTerm[];
  /** Which of the different terms each term of the phrase is. */
  private readonly slots: number[];
  /** Terms of the phrase by rising df: the rarest is where occurrences are looked for. */
  private readonly order: number[];
  private readonly positions: TermPositions[];
  private readonly span: number;
  /** For each term of the phrase: where its next positions are looked for. */
  private readonly at: Uint32Array;
  private readonly slop: number;
  private readonly field: number | undefined;
  private readonly counts: Uint32Array | undefined;

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
    form: PhraseForm = {},
  ) {
    this.text = text;
    this.phrase = phrase;
    this.slots = phrase.map(({ term }) => terms.indexOf(term));
    this.order = phrase.map((_, p) => p).sort((a, b) => lists[this.slots[a]].df - lists[this.slots[b]].df);
    this.positions = terms.map((term, t) => new TermPositions(text, term, entries[t], lists[t]));
    this.span = phrase[phrase.length - 1].offset;
    this.at = new Uint32Array(phrase.length);
    this.slop = form.slop ?? 0;
    this.field = form.field;
    this.counts = form.counts;
  }

  /**
   * @param own for each of the different terms, its place in `at`
   * @param at indexes of the document's postings; their blocks have been decoded
   */
  count(doc: number, own: number[], at: number[]): number {
    const { positions } = this;
    for (let t = 0; t < positions.length; t++) positions[t].read(at[own[t]]);
    this.counts?.fill(0);
    return this.slop === 0 ? this.occurrences(doc) : this.near(doc);
  }

  private occurrences(doc: number): number {
    const { phrase, slots, positions, order, at } = this;
    for (let p = 0; p < at.length; p++) at[p] = 0;
    const rarest = order[0];
    const { out: anchors, from, tf: n } = positions[slots[rarest]];
    const before = phrase[rarest].offset;
    let found = 0;
    search: for (let i = 0; i < n; i++) {
      const start = anchors[from + i] - before;
      for (let p = 1; p < order.length; p++) {
        const { out, from: base, tf } = positions[slots[order[p]]];
        const wanted = start + phrase[order[p]].offset;
        let o = at[p];
        while (o < tf && out[base + o] < wanted) o++;
        at[p] = o;
        if (o === tf) break search;
        if (out[base + o] !== wanted) continue search;
      }
      if (!this.inOneField(doc, start, start + this.span)) continue;
      found++;
      if (this.counts !== undefined) this.counts[this.text.fieldOf(doc, start)]++;
    }
    return found;
  }

  /** Occurrences of the first term around which the others can be placed. */
  private near(doc: number): number {
    const first = this.positions[this.slots[0]];
    let found = 0;
    for (let i = 0; i < first.tf; i++) {
      const start = first.out[first.from + i];
      const [from, end] = this.text.fieldAt(doc, start);
      if (this.field !== undefined && this.field !== this.text.fieldOf(doc, start)) continue;
      // The least shift of any term: that of the first is 0.
      for (let least = -this.slop; least <= 0; least++) {
        if (!this.placed(start, least, from, end)) continue;
        found++;
        if (this.counts !== undefined) this.counts[this.text.fieldOf(doc, start)]++;
        break;
      }
    }
    return found;
  }

  /** Whether every term has a place of its own, shifted by `least` to `least` + slop, in from <= position < end. */
  private placed(start: number, least: number, from: number, end: number): boolean {
    const { phrase, slots, positions, slop } = this;
    const taken = this.at.fill(0);
    for (let p = 1; p < phrase.length; p++) {
      const slot = slots[p];
      const { out, from: base, tf } = positions[slot];
      const wanted = start + phrase[p].offset + least;
      // Equal terms take the lowest free place each: offsets ascend, so what one leaves the next may have.
      let o = taken[slot];
      while (
        o < tf &&
        (out[base + o] < wanted || out[base + o] < from || (slot === slots[0] && out[base + o] === start))
      )
        o++;
      if (o === tf || out[base + o] > wanted + slop || out[base + o] >= end) return false;
      taken[slot] = o + 1;
    }
    return true;
  }

  private inOneField(doc: number, start: number, end: number): boolean {
    if (this.text.bounds === 0) return true;
    if (this.field !== undefined && this.field !== this.text.fieldOf(doc, start)) return false;
    return end < this.text.fieldAt(doc, start)[1];
  }
}
