import { type Candidates, type DocSet, inSet, topK } from '../branch/index.js';
import type { Bm25 } from './bm25.js';
import { BLOCK_SHIFT } from './layout.js';
import { SLACK } from './max-score.js';
import type { PhraseMatcher } from './phrase.js';
import { TermPostings } from './term-postings.js';
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
 * Visits the documents that are in all lists, ascending: each of the shortest is looked up in the
 * others, shorter ones first, by galloping over blocks and then inside one.
 * O(shortest · lists · log(gap)).
 * @param lists at least one
 * @param skip whether a block of the shortest list need not be looked at
 * @param filter only these documents; undefined: all
 * @param visit gets a document and the index of its posting in each list, by list number
 */
export function eachCommon(
  lists: TermPostings[],
  skip: (shortest: number, block: number) => boolean,
  filter: DocSet | undefined,
  visit: (doc: number, at: Uint32Array) => void,
): void {
  const order = lists.map((_, l) => l).sort((a, b) => lists[a].df - lists[b].df || a - b);
  const first = order[0];
  const lead = lists[first];
  const at = new Uint32Array(lists.length);
  const blocks = new Uint32Array(lists.length);
  for (let block = 0; block < lead.last.length; block++) {
    if (skip(first, block)) continue;
    lead.ensure(block);
    const stop = Math.min(lead.df, (block + 1) << BLOCK_SHIFT);
    scan: for (let i = block << BLOCK_SHIFT; i < stop; i++) {
      const doc = lead.docs[i];
      if (filter !== undefined && !inSet(filter, doc)) continue;
      for (let o = 1; o < order.length; o++) {
        const l = order[o];
        const list = lists[l];
        const found = list.blockOf(doc, blocks[l]);
        if (found === list.last.length) return;
        blocks[l] = found;
        const index = list.find(doc, found);
        at[l] = index;
        if (list.docs[index] !== doc) continue scan;
      }
      at[first] = i;
      visit(doc, at);
    }
  }
}

/**
 * The best `depth` documents with every requirement. Blocks of the shortest list are passed over
 * where no document can enter, and so are the positions of a document: a phrase is no more frequent
 * than the rarest of its terms. Exact, as topAny(). A filter that leaves fewer documents than the
 * shortest list has leads in its place.
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
  const tfs = new Float64Array(required.length);
  let threshold = best.threshold();
  const rarest = ({ lists: own }: Required, at: Uint32Array) => {
    let tf = Number.POSITIVE_INFINITY;
    for (const l of own) tf = Math.min(tf, lists[l].tfs[at[l]]);
    return tf;
  };
  const skip = (shortest: number, block: number) => {
    if (threshold === Number.NEGATIVE_INFINITY) return false;
    let most = 0;
    for (const { weight, lists: own } of required) {
      let least = Number.POSITIVE_INFINITY;
      for (const l of own) least = Math.min(least, l === shortest ? bounds[l].blocks[block] : bounds[l].max);
      most += weight * least;
    }
    return most * SLACK <= threshold;
  };
  const walked = leads ? [...lists, TermPostings.ofSet(filter)] : lists;
  eachCommon(walked, skip, leads ? undefined : filter, (doc, at) => {
    lengths.ensure(doc);
    const length = lengths.values[doc];
    let score = 0;
    for (let r = 0; r < required.length; r++) {
      tfs[r] = rarest(required[r], at);
      score += bm25.part(required[r].weight, tfs[r], length);
    }
    if (phrases) {
      if (score * SLACK <= threshold) return;
      score = 0;
      for (let r = 0; r < required.length; r++) {
        const { phrase, weight } = required[r];
        const tf = phrase === undefined ? tfs[r] : phrase.count(doc, required[r].lists, at);
        if (tf === 0) return;
        score += bm25.part(weight, tf, length);
      }
    }
    if (score > threshold) {
      best.push(doc, score);
      threshold = best.threshold();
    }
  });
  return best.take();
}
