import { type Candidates, type DocSet, topK } from '../branch/index.js';
import { Intersection } from './intersection.js';
import { BLOCK_SHIFT } from './layout.js';
import { SLACK } from './max-score.js';
import type { PhraseMatcher } from './phrase.js';
import { NO_SATURATION, type Scoring } from './scoring/index.js';
import { type Bounds, levelOf, TermPostings } from './term-postings.js';
import type { DocumentNumbers } from './whole-numbers.js';

/** A requirement: a term, or a phrase of several. */
export interface Required {
  weight: number;
  /** See Scoring.unit(). */
  rarity: number;
  /** Which lists it needs. */
  lists: number[];
  /** undefined for a term. */
  phrase: PhraseMatcher | undefined;
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
  visit: (doc: number, at: number[]) => void,
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
  /** Of requirements without the list, or of another rarity. */
  rest: number;
  /** Of those with it: times what a posting of the list scores, or `cap` if that is less. */
  weight: number;
  cap: number;
  /** Of those. */
  rarity: number;
  /** The list's, under that rarity. */
  own: Bounds | undefined;
}

/**
 * A phrase scores no more than its least frequent term would.
 * @param lead number of the list; none of them: all is rest
 */
function leadBound(
  lead: number,
  lists: TermPostings[],
  required: Required[],
  lengths: DocumentNumbers,
  scoring: Scoring,
): LeadBound {
  const bound: LeadBound = { rest: 0, weight: 0, cap: 0, rarity: 0, own: undefined };
  for (const { weight, rarity, lists: needed } of required) {
    let others = Number.POSITIVE_INFINITY;
    let own: Bounds | undefined;
    for (const l of needed) {
      const bounds = lists[l].bounds(scoring, rarity, lengths);
      if (l === lead) own = bounds;
      else if (bounds.max < others) others = bounds.max;
    }
    if (own === undefined) {
      bound.rest += weight * others;
      continue;
    }
    if (bound.own === undefined) {
      bound.own = own;
      bound.rarity = rarity;
    }
    if (rarity === bound.rarity) {
      bound.weight += weight;
      bound.cap = Math.max(bound.cap, others);
    } else bound.rest += weight * Math.min(others, own.max);
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
  lengths: DocumentNumbers,
  scoring: Scoring,
  depth: number,
  filter: DocSet | undefined,
): Candidates {
  const best = topK(depth);
  const leads = filter !== undefined && lists.every((list) => filter.count < list.df);
  const walked = leads ? [...lists, TermPostings.ofSet(filter)] : lists;
  const common = new Intersection(walked, lengths.values.length, leads ? undefined : filter);
  const { lead, first, kept, at } = common;
  const { rest, weight, cap, rarity, own } = leadBound(leads ? -1 : first, lists, required, lengths, scoring);
  const leadBlocks = own?.blocks;
  const parts = own?.parts;
  const levels = own && lead.levels(scoring, rarity, lengths);
  const sums = new Sums(lists, required, lengths, scoring);

  for (let block = 0; block < lead.last.length; block++) {
    const threshold = best.threshold();
    if (leadBlocks !== undefined && (rest + weight * Math.min(cap, leadBlocks[block])) * SLACK <= threshold)
      continue;
    let n: number;
    // Until there are enough documents all may enter.
    if (!(weight > 0 && threshold > 0)) n = common.all(block);
    else if (own !== undefined && levels !== undefined) {
      // (rest + weight * part) * SLACK > threshold, for the part; what that is rounded by is far less than SLACK.
      const needed = (threshold / SLACK - rest) / weight;
      if (needed > cap) return best.take();
      n = common.reaching(block, levels, levelOf(needed, own.max));
    } else {
      const scored = common.all(block);
      const start = block << BLOCK_SHIFT;
      n = 0;
      for (let i = start; i < start + scored; i++) {
        const part = parts === undefined ? sums.unit(lead.docs[i], lead.tfs[i], rarity) : parts[i];
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
  /** Frequencies in the first list of each requirement. */
  private readonly tfs: Uint32Array[] = [];
  private readonly lengths: DocumentNumbers;
  private readonly general: Scoring | undefined;
  private readonly floor: number;
  private readonly base: number;
  private readonly perTerm: number;

  constructor(lists: TermPostings[], required: Required[], lengths: DocumentNumbers, scoring: Scoring) {
    this.lists = lists;
    this.required = required;
    this.phrases = required.some(({ phrase }) => phrase !== undefined);
    for (const { lists: own } of required) this.tfs.push(lists[own[0]].tfs);
    this.lengths = lengths;
    this.general = scoring.saturation === undefined ? scoring : undefined;
    const { floor, base, perTerm } = scoring.saturation ?? NO_SATURATION;
    this.floor = floor;
    this.base = base;
    this.perTerm = perTerm;
  }

  private length(doc: number): number {
    this.lengths.ensure(doc);
    return this.lengths.values[doc];
  }

  /** What a posting adds, for a weight of 1. */
  unit(doc: number, tf: number, rarity: number): number {
    const length = this.length(doc);
    const { general } = this;
    if (general !== undefined) return general.unit(tf, length, rarity);
    return this.floor + tf / (tf + (this.base + this.perTerm * length));
  }

  /** Score of a document; any that does not exceed the threshold, where that is clear before. @param at index of its posting in each list */
  of(doc: number, at: number[], threshold: number): number {
    const { lists, required, tfs, general, floor } = this;
    const length = this.length(doc);
    const norm = this.base + this.perTerm * length;
    let sum = 0;
    for (let r = 0; r < tfs.length; r++) {
      const { weight, lists: own, rarity } = required[r];
      let tf = tfs[r][at[own[0]]];
      for (let o = 1; o < own.length; o++) {
        const other = lists[own[o]].tfs[at[own[o]]];
        if (other < tf) tf = other;
      }
      sum += weight * (general === undefined ? floor + tf / (tf + norm) : general.unit(tf, length, rarity));
    }
    if (!this.phrases) return sum;
    return sum * SLACK > threshold ? this.withPhrases(doc, at, length) : NONE;
  }

  private withPhrases(doc: number, at: number[], length: number): number {
    const { general, floor } = this;
    const norm = this.base + this.perTerm * length;
    let sum = 0;
    for (const { phrase, weight, rarity, lists: own } of this.required) {
      const tf = phrase === undefined ? this.lists[own[0]].tfs[at[own[0]]] : phrase.count(doc, own, at);
      if (tf === 0) return NONE;
      sum += weight * (general === undefined ? floor + tf / (tf + norm) : general.unit(tf, length, rarity));
    }
    return sum;
  }
}
