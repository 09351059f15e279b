import { type Candidates, type DocSet, inSet, topK } from '../branch/index.js';
import type { Bm25 } from './bm25.js';
import { BLOCK_SHIFT } from './layout.js';
import { SLACK } from './max-score.js';
import type { PhraseMatcher } from './phrase.js';
import { type Bounds, ones, TermPostings } from './term-postings.js';
import type { WholeNumbers } from './whole-numbers.js';

/** A requirement: a term, or a phrase of several. */
export interface Required {
  weight: number;
  /** Which lists it needs. */
  lists: number[];
  /** Absent for a term. */
  phrase?: PhraseMatcher;
}

/** Found nowhere in a list; nor is any later document. */
const ABSENT = -1;
const ENDED = -2;

/** Looks documents up in a list, in ascending order: by rank where the list is long and often asked for, else by galloping. */
class Seeker {
  private readonly list: TermPostings;
  private readonly ranks: Uint32Array | undefined;
  private block = 0;

  /** @param documents of the segment */
  constructor(list: TermPostings, documents: number) {
    this.list = list;
    this.ranks = list.ranks(documents);
  }

  /** Index of a document's posting, ABSENT or ENDED. Short, so that it becomes part of the loop around it. */
  seek(doc: number): number {
    const { ranks } = this;
    if (ranks === undefined) return this.gallop(doc);
    const at = (doc >>> 5) << 1;
    const word = ranks[at];
    const bit = 1 << (doc & 31);
    return (word & bit) === 0 ? ABSENT : ranks[at + 1] + ones(word & (bit - 1));
  }

  private gallop(doc: number): number {
    const { list } = this;
    this.block = list.blockOf(doc, this.block);
    if (this.block === list.last.length) return ENDED;
    const index = list.find(doc, this.block);
    return list.docs[index] === doc ? index : ABSENT;
  }
}

/**
 * Visits the documents that are in all lists, ascending: each of the shortest is looked up in the
 * others, shorter ones first. O(shortest · lists · log(gap)).
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
  const [first, ...others] = shortestFirst(lists);
  const lead = lists[first];
  const seekers = others.map((l) => new Seeker(lists[l], documents));
  const at = new Uint32Array(lists.length);
  for (let block = 0; block < lead.last.length; block++) {
    lead.ensure(block);
    const stop = Math.min(lead.df, (block + 1) << BLOCK_SHIFT);
    scan: for (let i = block << BLOCK_SHIFT; i < stop; i++) {
      const doc = lead.docs[i];
      if (filter !== undefined && !inSet(filter, doc)) continue;
      for (let o = 0; o < seekers.length; o++) {
        const index = seekers[o].seek(doc);
        if (index === ENDED) return;
        if (index === ABSENT) continue scan;
        at[others[o]] = index;
      }
      at[first] = i;
      visit(doc, at);
    }
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
  const phrases = required.some(({ phrase }) => phrase !== undefined);
  const walked = leads ? [...lists, TermPostings.ofSet(filter)] : lists;
  const documents = lengths.values.length;
  const [first, ...others] = shortestFirst(walked);
  const lead = walked[first];
  const seekers = others.map((l) => new Seeker(walked[l], documents));
  const { rest, weight, cap } = leadBound(first, required, bounds);
  const { blocks: leadBlocks, parts } = leads ? { blocks: undefined, parts: undefined } : bounds[first];
  const { normBase, normPerTerm } = bm25;
  const at = new Uint32Array(walked.length);
  const tfs = new Float64Array(required.length);
  let threshold = best.threshold();

  /** Scores a document that is in all lists. */
  const score = (doc: number) => {
    lengths.ensure(doc);
    const length = lengths.values[doc];
    const norm = normBase + normPerTerm * length;
    let sum = 0;
    for (let r = 0; r < required.length; r++) {
      const { weight, lists: own } = required[r];
      let tf = lists[own[0]].tfs[at[own[0]]];
      for (let o = 1; o < own.length; o++) tf = Math.min(tf, lists[own[o]].tfs[at[own[o]]]);
      tfs[r] = tf;
      sum += weight * (tf / (tf + norm));
    }
    if (phrases) {
      if (sum * SLACK <= threshold) return;
      sum = 0;
      for (let r = 0; r < required.length; r++) {
        const { phrase, weight, lists: own } = required[r];
        if (phrase !== undefined) tfs[r] = phrase.count(doc, own, at);
        if (tfs[r] === 0) return;
        sum += weight * (tfs[r] / (tfs[r] + norm));
      }
    }
    if (sum > threshold) {
      best.push(doc, sum);
      threshold = best.threshold();
    }
  };

  for (let block = 0; block < lead.last.length; block++) {
    if (leadBlocks !== undefined && (rest + weight * Math.min(cap, leadBlocks[block])) * SLACK <= threshold)
      continue;
    lead.ensure(block);
    const stop = Math.min(lead.df, (block + 1) << BLOCK_SHIFT);
    scan: for (let i = block << BLOCK_SHIFT; i < stop; i++) {
      const doc = lead.docs[i];
      if (filter !== undefined && !leads && !inSet(filter, doc)) continue;
      if (weight > 0) {
        let part: number;
        if (parts !== undefined) part = parts[i];
        else {
          lengths.ensure(doc);
          const tf = lead.tfs[i];
          part = tf / (tf + (normBase + normPerTerm * lengths.values[doc]));
        }
        if ((rest + weight * (part < cap ? part : cap)) * SLACK <= threshold) continue;
      }
      for (let o = 0; o < seekers.length; o++) {
        const index = seekers[o].seek(doc);
        if (index === ENDED) return best.take();
        if (index === ABSENT) continue scan;
        at[others[o]] = index;
      }
      at[first] = i;
      score(doc);
    }
  }
  return best.take();
}

function shortestFirst(lists: TermPostings[]): number[] {
  return lists.map((_, l) => l).sort((a, b) => lists[a].df - lists[b].df || a - b);
}
