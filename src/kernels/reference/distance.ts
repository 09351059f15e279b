import { SPACE, type Space } from '../exports.js';
import { byteKeyOf, keyOf } from '../keys.js';

/** Components of a row as the kernels take it. */
export type Row = Float32Array | Uint8Array;

const isL2 = (space: Space) => space === SPACE.l2 || space === SPACE.byteL2 || space === SPACE.mixedL2;

/**
 * Key of the distance between two rows: whole numbers between rows of bytes or bits, else the kernels' order
 * of additions, one float32 rounding each.
 */
export function referenceKey(space: Space, query: Row, row: Row): number {
  if (space === SPACE.hamming) {
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += bitsOf(row[i] ^ query[i]);
    return sum;
  }
  if (space === SPACE.signedDot) {
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum -= ((row[i] << 24) >> 24) * ((query[i] << 24) >> 24);
    return byteKeyOf(space, sum);
  }
  if (space === SPACE.byteL2 || space === SPACE.byteDot) {
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += isL2(space) ? (row[i] - query[i]) ** 2 : -row[i] * query[i];
    return byteKeyOf(space, sum);
  }
  const sums = [new Float32Array(4), new Float32Array(4)];
  for (let i = 0; i < row.length; i++) {
    const sum = sums[(i >> 2) & 1];
    const term = isL2(space)
      ? Math.fround(Math.fround(row[i] - query[i]) ** 2)
      : Math.fround(row[i] * query[i]);
    sum[i & 3] += term;
  }
  const lanes = sums[0].map((value, lane) => value + sums[1][lane]);
  const total = Math.fround(Math.fround(lanes[0] + lanes[1]) + Math.fround(lanes[2] + lanes[3]));
  return keyOf(isL2(space) ? total : 0 - total);
}

/** Float64 score of a row: the sum over components in order; higher is better. */
export function referenceScore(space: Space, query: Float64Array, row: Row): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    sum += isL2(space) ? (row[i] - query[i]) ** 2 : row[i] * query[i];
  }
  return isL2(space) ? 0 - sum : sum;
}

function bitsOf(byte: number): number {
  return byte === 0 ? 0 : (byte & 1) + bitsOf(byte >> 1);
}
