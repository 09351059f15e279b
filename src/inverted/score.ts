import { type BoundedTopK, type Candidates, topK } from '../branch/index.js';
import type { Bm25 } from './bm25.js';
import type { Postings } from './codec.js';
import type { Intersection } from './intersect.js';
import type { Lengths } from './lengths.js';

/** The postings of one clause and what it weighs. */
export interface Scorer extends Postings {
  weight: number;
}

/**
 * Documents scored at once: their accumulators stay in the first-level cache, and lengths are read
 * for them alone. A power of two that divides the chunk of Lengths.
 */
const WINDOW = 1 << 12;
const accumulators = new Float64Array(WINDOW);
/** One bit a document of the window: which accumulators are in use. */
const touched = new Uint32Array(WINDOW / 32);

/**
 * The best `depth` documents with at least one clause. Term at a time within windows of documents;
 * windows without a posting are passed over. Each score is a sum in clause order. Exact: every
 * posting is scored.
 */
export function scoreAny(scorers: Scorer[], lengths: Lengths, bm25: Bm25, depth: number): Candidates {
  const best = topK(depth);
  const next = new Array<number>(scorers.length).fill(0);
  for (;;) {
    let lowest = Number.POSITIVE_INFINITY;
    for (let s = 0; s < scorers.length; s++) {
      const { docs } = scorers[s];
      if (next[s] < docs.length && docs[next[s]] < lowest) lowest = docs[next[s]];
    }
    if (lowest === Number.POSITIVE_INFINITY) return best.take();
    const base = lowest - (lowest % WINDOW);
    lengths.ensure(base);
    for (let s = 0; s < scorers.length; s++) {
      next[s] = accumulate(scorers[s], next[s], base, lengths.values, bm25);
    }
    collect(base, best);
  }
}

/** Adds one clause's parts for the window at `base`. @returns index of its first posting behind the window */
function accumulate(scorer: Scorer, from: number, base: number, lengths: Uint32Array, bm25: Bm25): number {
  const { docs, tfs, weight } = scorer;
  const { normBase, normPerTerm } = bm25;
  const end = base + WINDOW;
  const n = docs.length;
  let i = from;
  for (; i < n; i++) {
    const doc = docs[i];
    if (doc >= end) break;
    const slot = doc - base;
    const tf = tfs[i];
    accumulators[slot] += weight * (tf / (tf + (normBase + normPerTerm * lengths[doc])));
    touched[slot >>> 5] |= 1 << (slot & 31);
  }
  return i;
}

function collect(base: number, best: BoundedTopK): void {
  let threshold = best.threshold();
  for (let word = 0; word < touched.length; word++) {
    let bits = touched[word];
    if (bits === 0) continue;
    touched[word] = 0;
    while (bits !== 0) {
      const bit = 31 - Math.clz32(bits & -bits);
      bits &= bits - 1;
      const slot = word * 32 + bit;
      const score = accumulators[slot];
      accumulators[slot] = 0;
      // Documents come in ascending order: an equal score is no better than what is held.
      if (score > threshold) {
        best.push(base + slot, score);
        threshold = best.threshold();
      }
    }
  }
}

/** The best `depth` documents of an intersection of all clauses. @param scorers in clause order, as the lists of `matches` */
export function scoreAll(
  scorers: Scorer[],
  matches: Intersection,
  lengths: Lengths,
  bm25: Bm25,
  depth: number,
): Candidates {
  const best = topK(depth);
  for (let i = 0; i < matches.docs.length; i++) {
    const doc = matches.docs[i];
    lengths.ensure(doc);
    let score = 0;
    for (let s = 0; s < scorers.length; s++) {
      score += bm25.part(scorers[s].weight, scorers[s].tfs[matches.at[s][i]], lengths.values[doc]);
    }
    best.push(doc, score);
  }
  return best.take();
}
