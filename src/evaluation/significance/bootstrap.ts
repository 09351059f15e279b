import { Random } from '../random.js';

/** Where the mean difference would lie with other queries of the same kind. */
export interface Interval {
  low: number;
  high: number;
  /** 0.95: in so many of cases. */
  confidence: number;
  resamples: number;
}

/**
 * Percentile bootstrap interval of a mean (Efron and Tibshirani 1993, chapter 13): the means of samples drawn with
 * replacement, cut off at both ends. O(n × resamples).
 * @returns undefined without values
 */
export function bootstrapInterval(
  values: Float64Array,
  confidence: number,
  resamples: number,
  seed: number,
): Interval | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const random = new Random(seed);
  const means = new Float64Array(resamples);
  for (let sample = 0; sample < resamples; sample++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[random.below(n)];
    means[sample] = sum / n;
  }
  means.sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(means, tail), high: quantile(means, 1 - tail), confidence, resamples };
}

/** Linear between order statistics, as R's type 7 and NumPy. @param sorted ascending, not empty */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
