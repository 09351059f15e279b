import { type Candidates, type DocSet, topK } from '../branch/index.js';
import type { Bm25 } from './bm25.js';
import { Intersection } from './intersection.js';
import { BLOCK_SHIFT } from './layout.js';
import { SLACK } from './max-score.js';
import type { PhraseMatcher } from './phrase.js';
import { type Bounds, TermPostings } from './term-postings.js';
import type { WholeNumbers } from './whole-numbers.js';

/** A requirement: a term, or a phrase of several. */
export interface Required {
  weight: number;
  /** Which lists it needs. */
  lists: number[];
  /** Absent for a term. */
  phrase?: PhraseMatcher;
}

/**
 * Visits the documents that are in all lists, ascending.
 * @param lists at least one
 * @param documents of the segment
 * @param filter only these documents; undefined: all
 * @param visit gets a document and the index of its posting in each list, by list number
 */
export function eachCommon(
  lists: TermPostings[],
  documents: number,
  filter: DocSet | undefined,
  visit: (doc: number, at: Uint32Array) => void,
): void {
  const common = new Intersection(lists, documents, filter);
  const { lead, kept, at } = common;
  for (let block = 0; block < lead.last.length; block++) {
    const n = common.common(common.all(block));
    for (let j = 0; j < n; j++) visit(common.locate(kept[j]), at);
  }
}

/** What a document of one list can score at most. */
interface LeadBound {
  /** Of requirements without the list. */
  rest: number;
  /** Of those with it: times what a posting of the list scores, or `cap` if that is less. */
  weight: number;
  cap: number;
}

/** A phrase scores no more than the rarest of its terms. @param lead number of the list; none of them: all is rest */
function leadBound(lead: number, required: Required[], bounds: Bounds[]): LeadBound {
  const bound = { rest: 0, weight: 0, cap: 0 };
  for (const { weight, lists } of required) {
    let others = Number.POSITIVE_INFINITY;
    for (const l of lists) if (l !== lead) others = Math.min(others, bounds[l].max);
    if (lists.includes(lead)) {
      bound.weight += weight;
      bound.cap = Math.max(bound.cap, others);
    } else bound.rest += weight * others;
  }
  return bound;
}

/**
 * The best `depth` documents with every requirement: those of the shortest list are looked up in the others, where what
 * they score there and the most that the others can add is enough. Blocks of the shortest list are passed over where no
 * document can enter, and so are the positions of a document: a phrase is no more frequent than the rarest of its terms.
 * Exact, as topAny(). A filter that leaves fewer documents than the shortest list has leads in its place.
 * @param required in the order of summation
 * @param filter only these documents; undefined: all
 */
export function topAll(
  lists: TermPostings[],
  required: Required[],
  lengths: WholeNumbers,
  bm25: Bm25,
  depth: number,
  filter: DocSet | undefined,
): Candidates {
  const best = topK(depth);
  const leads = filter !== undefined && lists.every((list) => filter.count < list.df);
  const bounds = lists.map((list) => list.bounds(bm25, lengths));
  const walked = leads ? [...lists, TermPostings.ofSet(filter)] : lists;
  const common = new Intersection(walked, lengths.values.length, leads ? undefined : filter);
  const { lead, first, kept, at } = common;
  const { rest, weight, cap } = leadBound(first, required, bounds);
  const { blocks: leadBlocks, parts } = leads ? { blocks: undefined, parts: undefined } : bounds[first];
  const sums = new Sums(lists, required, lengths, bm25);

  for (let block = 0; block < lead.last.length; block++) {
    const threshold = best.threshold();
    if (leadBlocks !== undefined && (rest + weight * Math.min(cap, leadBlocks[block])) * SLACK <= threshold)
      continue;
    let n = common.all(block);
    // Until there are enough documents all may enter.
    if (weight > 0 && threshold > 0) {
      const start = block << BLOCK_SHIFT;
      const scored = n;
      n = 0;
      for (let i = start; i < start + scored; i++) {
        const part = parts === undefined ? sums.part(lead.docs[i], lead.tfs[i]) : parts[i];
        if ((rest + weight * (part < cap ? part : cap)) * SLACK > threshold) kept[n++] = i;
      }
    }
    n = common.common(n);
    for (let j = 0; j < n; j++) {
      const doc = common.locate(kept[j]);
      const sum = sums.of(doc, at, best.threshold());
      if (sum > best.threshold()) best.push(doc, sum);
    }
  }
  return best.take();
}

/** Score of a document that can't enter. */
const NONE = Number.NEGATIVE_INFINITY;

/** Scores documents with every requirement. */
class Sums {
  private readonly lists: TermPostings[];
  private readonly required: Required[];
  private readonly phrases: boolean;
  private readonly lengths: WholeNumbers;
  private readonly normBase: number;
  private readonly normPerTerm: number;

  constructor(lists: TermPostings[], required: Required[], lengths: WholeNumbers, bm25: Bm25) {
    this.lists = lists;
    this.required = required;
    this.phrases = required.some(({ phrase }) => phrase !== undefined);
    this.lengths = lengths;
    this.normBase = bm25.normBase;
    this.normPerTerm = bm25.normPerTerm;
  }

  private norm(doc: number): number {
    this.lengths.ensure(doc);
    return this.normBase + this.normPerTerm * this.lengths.values[doc];
  }

  /** What a posting adds, for a weight of 1. */
  part(doc: number, tf: number): number {
    return tf / (tf + this.norm(doc));
  }

  /** Score of a document; any that does not exceed the threshold, where that is clear before. @param at index of its posting in each list */
  of(doc: number, at: Uint32Array, threshold: number): number {
    const { lists, required } = this;
    const norm = this.norm(doc);
    let sum = 0;
    for (let r = 0; r < required.length; r++) {
      const { weight, lists: own } = required[r];
      let tf = lists[own[0]].tfs[at[own[0]]];
      for (let o = 1; o < own.length; o++) tf = Math.min(tf, lists[own[o]].tfs[at[own[o]]]);
      sum += weight * (tf / (tf + norm));
    }
    if (!this.phrases) return sum;
    return sum * SLACK > threshold ? this.withPhrases(doc, at, norm) : NONE;
  }

  private withPhrases(doc: number, at: Uint32Array, norm: number): number {
    let sum = 0;
    for (const { phrase, weight, lists: own } of this.required) {
      const tf = phrase === undefined ? this.lists[own[0]].tfs[at[own[0]]] : phrase.count(doc, own, at);
      if (tf === 0) return NONE;
      sum += weight * (tf / (tf + norm));
    }
    return sum;
  }
}
