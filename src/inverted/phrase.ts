import type { Postings } from './codec.js';
import type { TermEntry } from './dictionary-page.js';
import { intersect } from './intersect.js';
import { PositionsCursor } from './positions.js';
import type { PhraseTerm } from './query.js';
import type { SegmentText } from './segment-text.js';

const EMPTY: Postings = { docs: new Uint32Array(0), tfs: new Uint32Array(0) };

/**
 * Documents of a segment with a phrase, and how often: occurrences of the first term that have every
 * other term at its offset from it. Positions are decoded for documents with all terms only.
 * @param among look in these documents only, ascending
 */
export function phrasePostings(
  segment: SegmentText,
  phrase: PhraseTerm[],
  entries: (TermEntry | undefined)[],
  among?: Uint32Array,
): Postings {
  const terms = [...new Set(phrase.map(({ term }) => term))];
  const slot = phrase.map(({ term }) => terms.indexOf(term));
  const found = terms.map((term) => entries[phrase.findIndex((one) => one.term === term)]);
  if (found.includes(undefined)) return EMPTY;
  const lists = terms.map((term, t) => segment.postings(term, found[t] as TermEntry));
  const docLists = lists.map(({ docs }) => docs);
  const candidates = intersect(among === undefined ? docLists : [...docLists, among]);
  if (candidates.docs.length === 0) return EMPTY;
  const cursors = terms.map(
    (_, t) => new PositionsCursor(segment.positions(found[t] as TermEntry), lists[t].tfs),
  );
  const scratch: Uint32Array[] = terms.map(() => new Uint32Array(64));
  const docs = new Uint32Array(candidates.docs.length);
  const tfs = new Uint32Array(candidates.docs.length);
  let n = 0;
  segment.checked(`positions of "${phrase.map(({ term }) => term).join(' ')}"`, () => {
    for (let i = 0; i < candidates.docs.length; i++) {
      const counts = terms.map((_, t) => lists[t].tfs[candidates.at[t][i]]);
      for (let t = 0; t < terms.length; t++) scratch[t] = cursors[t].read(candidates.at[t][i], scratch[t]);
      const tf = occurrences(phrase, slot, scratch, counts);
      if (tf === 0) continue;
      docs[n] = candidates.docs[i];
      tfs[n++] = tf;
    }
  });
  return { docs: docs.subarray(0, n), tfs: tfs.subarray(0, n) };
}

/** @param slot term number of each phrase term @param positions by term number, ascending @param counts how many */
function occurrences(
  phrase: PhraseTerm[],
  slot: number[],
  positions: Uint32Array[],
  counts: number[],
): number {
  const at = new Array<number>(phrase.length).fill(0);
  const first = positions[slot[0]];
  let found = 0;
  starts: for (let i = 0; i < counts[slot[0]]; i++) {
    for (let p = 1; p < phrase.length; p++) {
      const list = positions[slot[p]];
      const n = counts[slot[p]];
      const wanted = first[i] + phrase[p].offset;
      while (at[p] < n && list[at[p]] < wanted) at[p]++;
      if (at[p] === n) break starts;
      if (list[at[p]] !== wanted) continue starts;
    }
    found++;
  }
  return found;
}
