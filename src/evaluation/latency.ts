/** Query times in milliseconds. */
export interface LatencySummary {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  meanMs: number;
  maxMs: number;
}

/** Keys of a LatencySummary, as assertions name them. */
export const latencyNames: readonly (keyof LatencySummary)[] = ['p50Ms', 'p95Ms', 'p99Ms', 'meanMs', 'maxMs'];

/**
 * Percentiles by nearest rank: the smallest sample that at least p % of the samples do not exceed, so
 * always a time that was measured. All NaN without samples. O(n log n); the samples are not changed.
 */
export function summariseLatency(samplesMs: Float64Array): LatencySummary {
  const sorted = samplesMs.slice().sort();
  const count = sorted.length;
  if (count === 0) {
    return { p50Ms: Number.NaN, p95Ms: Number.NaN, p99Ms: Number.NaN, meanMs: Number.NaN, maxMs: Number.NaN };
  }
  // count * percent is whole, so the division has no rounding to push it over the next rank
  const percentile = (percent: number): number => sorted[Math.ceil((count * percent) / 100) - 1];
  return {
    p50Ms: percentile(50),
    p95Ms: percentile(95),
    p99Ms: percentile(99),
    meanMs: sorted.reduce((sum, value) => sum + value, 0) / count,
    maxMs: sorted[count - 1],
  };
}
