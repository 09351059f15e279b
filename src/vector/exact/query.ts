import type { Metric } from '../../schema/index.js';
import type { QueryVector } from '../query.js';
import { headPairs, type Projector, tailBytes } from './coder.js';

/** Largest |code|. */
const CODE = 128;
/** Weights are i16. */
const MOST_WEIGHT = 32767;
/** Sums of codes and weights stay below this, so that no bound leaves 32 bits. */
export const MOST_SUM = 2 ** 29;

/** A query as the codes are weighed by it. See screenRows() for how limits follow. */
export interface ScreenQuery {
  /** i16[pairs, 2]. */
  weights: Int16Array;
  /** i16[bytes of a tail]. */
  tailWeights: Int16Array;
  /** r = scale · d + added is the reach of a distance d in the sense of `spaceOf(metric)`. */
  scale: number;
  added: number;
  spread: number;
  offset: number;
  tailOffset: number;
}

/** What is known of all rows. */
export interface RowFacts {
  metric: Metric;
  /** Longest row; undefined for l2. */
  maxNorm: number | undefined;
}

/**
 * Weights of a query and what turns distances into limits of the bound.
 *
 * Axes at right angles and the length of what they leave over are a map that brings no two vectors
 * further apart (the triangle inequality on the remainders), so distances between images are lower
 * bounds; codes lie within a measured error of the images of rows, and all rounding only lowers a bound
 * or raises a limit. Inner products are bounded likewise by Cauchy & Schwarz.
 * @returns undefined when the query lies too far out for the weights, and for differing bits, which have no bounds
 */
export function screenQuery(
  projector: Projector,
  query: QueryVector,
  { metric, maxNorm = 0 }: RowFacts,
): ScreenQuery | undefined {
  if (metric === 'hamming') return undefined;
  const { tables, components } = projector;
  const { first, tail, euclidean, origins, steps, unit, mean, length } = tables;
  const stretch = euclidean ? 1 : query.norm > 0 ? length / query.norm : 0;
  if (!(stretch > 0 && Number.isFinite(stretch))) return undefined;
  projector.load(query.double, 1, stretch);
  projector.select(0);

  const factor = euclidean ? -2 : -1;
  const weights = new Int16Array(2 * headPairs(tables));
  const tailWeights = new Int16Array(tailBytes(tables));
  let constant = projector.square;
  if (!euclidean) {
    constant = 0;
    for (let j = 0; j < mean.length; j++) constant += mean[j] * (mean[j] - stretch * query.double[j]);
  }
  let total = 0;
  let slack = 2;
  const weigh = (j: number, target: Int16Array, at: number) => {
    const value = (factor * components[j] * steps[j]) / unit;
    const weight = Math.round(value);
    if (!(Math.abs(weight) <= MOST_WEIGHT)) return false;
    target[at] = weight;
    total += Math.abs(weight) * CODE;
    slack += Math.abs(value - weight) * CODE;
    constant += factor * components[j] * origins[j];
    return true;
  };
  const offset = () => slack + 1e-9 * Math.abs(constant / unit) - constant / unit;
  for (let j = 0; j < first; j++) if (!weigh(j, weights, j)) return undefined;
  const [ownConstant, ownSlack] = [constant, slack];
  if (!weigh(first, weights, first)) return undefined;
  const firstOffset = offset();
  let tailOffset = firstOffset;
  if (tail > 0) {
    // The tail takes the first stage's remainder back, to the last bit.
    tailWeights[tail + 1] = -weights[first];
    [constant, slack] = [ownConstant, ownSlack];
    for (let j = 0; j <= tail; j++) if (!weigh(first + 1 + j, tailWeights, j)) return undefined;
    tailOffset = offset();
  }
  if (total > MOST_SUM) return undefined;

  const { slack: own, square } = projector;
  const reach = {
    l2: { scale: 1, added: 0, spread: own },
    // |q - x|² = |q|² + |x|² - 2 q·x.
    cosine: { scale: 2, added: query.norm ** 2 * (1 + 1e-12) + maxNorm ** 2, spread: own },
    ip: { scale: stretch, added: own * 2 * maxNorm, spread: Math.sqrt(square) },
  }[metric];
  return { weights, tailWeights, offset: firstOffset, tailOffset, ...reach };
}
