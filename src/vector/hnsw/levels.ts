import { hash32 } from '../random.js';

/** No graph is higher: with M = 2 and 2^32 hashes a level above has no nodes. */
export const MAX_LEVEL = 31;

/**
 * Level of a node: at least l with probability M^-l, as -ln(u) / ln(M) rounded down gives (Malkov &
 * Yashunin, section 4.1), but decided by whole-number thresholds, since logarithms may differ in
 * the last bit between machines.
 */
export function levelOf(seed: number, node: number, m: number): number {
  const hash = hash32(seed, node);
  let level = 0;
  for (
    let below = Math.floor(2 ** 32 / m);
    hash < below && level < MAX_LEVEL;
    below = Math.floor(below / m)
  ) {
    level++;
  }
  return level;
}

/** Number of each node's first row among the rows above level 0, and how many such rows there are. */
export function upperRows(levels: Uint8Array): { first: Uint32Array; total: number } {
  const first = new Uint32Array(levels.length);
  let total = 0;
  for (let node = 0; node < levels.length; node++) {
    first[node] = total;
    total += levels[node];
  }
  return { first, total };
}

/** Positions after which the number of rows above level 0 is noted: as many levels as are read at once. */
export const LEVEL_BLOCK = 4096;

/** Rows above level 0 before each block of positions, so that a row is found without all levels. */
export function levelSums(levels: Uint8Array): Uint32Array {
  const sums = new Uint32Array(Math.ceil(levels.length / LEVEL_BLOCK));
  let total = 0;
  for (let node = 0; node < levels.length; node++) {
    if (node % LEVEL_BLOCK === 0) sums[node / LEVEL_BLOCK] = total;
    total += levels[node];
  }
  return sums;
}
