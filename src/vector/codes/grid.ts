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
