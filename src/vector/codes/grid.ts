/** Shares of the widest component's range that 255 steps may span; what lies outside is cut off. */
const SPANS = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2];

/**
 * A grid with one step for all components: each has the middle of its range at the middle of the
 * grid, and the step is the one of some that loses least, rounding and cutting off together, over
 * the rows given.
 * @param values rows of `dim`
 */
export function gridOf(values: Float64Array, dim: number): { origin: Float32Array; step: number } {
  const low = new Float64Array(dim).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(dim).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < values.length; i++) {
    const j = i % dim;
    if (values[i] < low[j]) low[j] = values[i];
    if (values[i] > high[j]) high[j] = values[i];
  }
  let widest = 0;
  for (let j = 0; j < dim; j++) widest = Math.max(widest, high[j] - low[j]);
  // All alike, or differences below what numbers can say: any step will do.
  if (!(widest > 1e-300)) return { origin: Float32Array.from(low), step: 1 };
  const origins = (step: number) =>
    Float32Array.from(low, (value, j) => (value + high[j]) / 2 - 127.5 * step);
  let best = { origin: origins(widest / 255), step: widest / 255, loss: Number.POSITIVE_INFINITY };
  for (const span of SPANS) {
    const step = (widest * span) / 255;
    const origin = origins(step);
    const loss = lossOf(values, origin, step, widest);
    if (loss < best.loss) best = { origin, step, loss };
  }
  return { origin: best.origin, step: best.step };
}

/** Sum of squared errors, in units of the widest range so that it can't overflow. */
function lossOf(values: Float64Array, origin: Float32Array, step: number, unit: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const from = origin[i % origin.length];
    const level = Math.min(255, Math.max(0, Math.round((values[i] - from) / step)));
    const error = (from + level * step - values[i]) / unit;
    sum += error * error;
  }
  return sum;
}

/** Largest signed code: as far from 0 as the least. */
export const SIGNED_MOST = 127;

/**
 * A grid for inner products: around the mean of each component, with the step that loses least over the
 * longer half of the rows given. What is large in an inner product is long.
 * @param values rows of `dim`
 */
export function signedGridOf(values: Float64Array, dim: number): { origin: Float32Array; step: number } {
  const count = values.length / dim;
  const sums = new Float64Array(dim);
  for (let i = 0; i < values.length; i++) sums[i % dim] += values[i] / count;
  const origin = Float32Array.from(sums);
  const centred = values.map((value, i) => value - origin[i % dim]);
  const rows = Array.from({ length: count }, (_, row) => centred.subarray(row * dim, (row + 1) * dim));
  const size = new Map(
    rows.map((row) => [row, row.reduce((most, value) => Math.max(most, Math.abs(value)), 0)]),
  );
  rows.sort((a, b) => size.get(b)! - size.get(a)!);
  const widest = size.get(rows[0])!;
  if (!(widest > 1e-300 && widest < Number.POSITIVE_INFINITY)) return { origin, step: 1 };
  let best = { step: widest / SIGNED_MOST, loss: Number.POSITIVE_INFINITY };
  for (const span of SPANS) {
    const step = (widest * span) / SIGNED_MOST;
    let loss = 0;
    for (const row of rows.slice(0, (count + 1) >> 1)) {
      for (const value of row) {
        const level = Math.min(SIGNED_MOST, Math.max(-SIGNED_MOST, Math.round(value / step)));
        const error = (level * step - value) / widest;
        loss += error * error;
      }
    }
    if (loss < best.loss) best = { step, loss };
  }
  return { origin, step: best.step };
}
