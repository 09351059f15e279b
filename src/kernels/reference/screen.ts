/** What screenRows() compares: codes, norms and weights as written down in ../exports.ts. */
export interface ScreenCase {
  /** i8[rows, 2 · pairs], by row. */
  codes: Int8Array;
  norms: Int32Array;
  pairs: number;
  /** i8[rows, tailBytes]. */
  tails: Int8Array;
  tailNorms: Int32Array;
  tailBytes: number;
}

/** The bound of a row by its first components. */
export function referenceBound(
  { codes, norms, pairs }: ScreenCase,
  row: number,
  weights: Int16Array,
): number {
  let sum = norms[row];
  for (let j = 0; j < 2 * pairs; j++) sum += codes[row * 2 * pairs + j] * weights[j];
  return sum;
}

/** The same with the tail. */
export function referenceTailBound(
  screen: ScreenCase,
  row: number,
  weights: Int16Array,
  tailWeights: Int16Array,
): number {
  const { tails, tailNorms, tailBytes } = screen;
  let sum = referenceBound(screen, row, weights) + (tailBytes > 0 ? tailNorms[row] : 0);
  for (let j = 0; j < tailBytes; j++) sum += tails[row * tailBytes + j] * tailWeights[j];
  return sum;
}

/** Codes by row in the blocks of 16 that kernels take; rows behind the last are zeros. */
export function codeBlocks({ codes, pairs }: ScreenCase, rows: number): Int8Array {
  const out = new Int8Array(Math.ceil(rows / 16) * 32 * pairs);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < 2 * pairs; j++) {
      const at = (Math.floor(row / 16) * pairs + (j >> 1)) * 32 + (row % 16) * 2 + (j & 1);
      out[at] = codes[row * 2 * pairs + j];
    }
  }
  return out;
}
