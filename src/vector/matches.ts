import { type DocSet, inSet } from '../branch/index.js';

/** The vectors of a segment that a filter leaves, by position. */
export interface Matches {
  /** Ascending. */
  positions: Uint32Array;
  /** Bit i % 32 of word i / 32 is set for position i; a word more than that takes, for kernels that read two. */
  mask: Uint32Array;
}

/** O(vectors). @param docOf document of a position */
export function matchesOf(filter: DocSet, vectors: number, docOf: (position: number) => number): Matches {
  const mask = new Uint32Array(Math.ceil(vectors / 32) + 1);
  const found = new Uint32Array(Math.min(filter.count, vectors));
  let count = 0;
  for (let position = 0; position < vectors; position++) {
    if (!inSet(filter, docOf(position))) continue;
    mask[position >>> 5] |= 1 << (position & 31);
    found[count++] = position;
  }
  return { positions: found.subarray(0, count), mask };
}
