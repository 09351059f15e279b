import { hash32, uniform } from '../random.js';

/**
 * Positions of at most `count` of `total` rows, ascending; all are equally likely (Knuth, TAOCP 2, algorithm 3.4.2 S).
 * Fewer where too few may be taken.
 */
export function samplePositions(
  total: number,
  count: number,
  seed: number,
  may: (position: number) => boolean,
): Uint32Array {
  let left = 0;
  for (let position = 0; position < total; position++) if (may(position)) left++;
  const chosen = new Uint32Array(Math.min(left, count));
  const own = hash32(seed, 0xca1b);
  let taken = 0;
  for (let position = 0; taken < chosen.length; position++) {
    if (!may(position)) continue;
    if (left * uniform(own, position) < chosen.length - taken) chosen[taken++] = position;
    left--;
  }
  return chosen;
}
