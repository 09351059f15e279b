import { SPACE, type Space } from '../exports.js';
import { keyOf } from '../keys.js';

/**
 * Key of the distance between two rows: the kernels' order of additions, one float32 rounding each.
 * @param stride floats of both, a multiple of 4
 */
export function referenceKey(space: Space, query: Float32Array, row: Float32Array): number {
  const sums = [new Float32Array(4), new Float32Array(4)];
  for (let i = 0; i < row.length; i++) {
    const sum = sums[(i >> 2) & 1];
    const term =
      space === SPACE.l2 ? Math.fround(Math.fround(row[i] - query[i]) ** 2) : Math.fround(row[i] * query[i]);
    sum[i & 3] += term;
  }
  const lanes = sums[0].map((value, lane) => value + sums[1][lane]);
  const total = Math.fround(Math.fround(lanes[0] + lanes[1]) + Math.fround(lanes[2] + lanes[3]));
  return keyOf(space === SPACE.l2 ? total : 0 - total);
}

/** Float64 score of a row: the sum over components in order; higher is better. */
export function referenceScore(space: Space, query: Float64Array, row: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    sum += space === SPACE.l2 ? (row[i] - query[i]) ** 2 : row[i] * query[i];
  }
  return space === SPACE.l2 ? 0 - sum : sum;
}
