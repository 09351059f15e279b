import { keyOf, NAN_KEY, SPACE, type Space } from '../kernels/index.js';

const F32_MAX = 3.4028234663852886e38;
/** Half the distance from 1 to the next float32. */
const UNIT_ROUNDOFF = 2 ** -24;
/** Twice the largest absolute error of a product that underflows. */
const UNDERFLOW = 2 ** -149;

/**
 * How far a float32 distance of the kernels can lie from the float64 one.
 *
 * A component goes through at most stride/8 additions of its lane, three more to one number, and
 * its own subtraction and product; the query's rounding to float32 (cosine) is one more. By the
 * standard model (Higham, "Accuracy and Stability of Numerical Algorithms", section 3.1) the error
 * is at most g times the sum of the terms' magnitudes, g = m·u / (1 - m·u): for l2 that sum is the
 * distance itself, for the inner product it is at most the product of the two lengths. The float64
 * score's own error, some 2^-53 · stride, is far below the slack in m.
 */
export interface ErrorBounds {
  /** No row with a float32 distance of at least this is truly nearer than the result. */
  least(distance: number): number;
  /** Largest key of a row whose true distance is at most this. */
  mostKey(distance: number): number;
  /** No row with a float32 distance of at most d is truly further away than d · scale + added. */
  scale: number;
  added: number;
}

/** What holds of distances that are not rounded. @param mostKey the key of a whole distance */
export function exactBounds(mostKey: (distance: number) => number): ErrorBounds {
  return { least: (distance) => distance, mostKey, scale: 1, added: 0 };
}

/**
 * @param floats components of a padded row
 * @param maxNorm length of the longest row, @param queryNorm of the query: for the inner product
 */
export function errorBounds(space: Space, floats: number, maxNorm: number, queryNorm: number): ErrorBounds {
  const m = floats / 8 + 10;
  const g = (m * UNIT_ROUNDOFF) / (1 - m * UNIT_ROUNDOFF);
  const tiny = 2 * floats * UNDERFLOW;
  const ceiling = (distance: number) => (distance >= F32_MAX ? NAN_KEY : keyOf(distance) + 1);
  if (space === SPACE.l2) {
    return {
      least: (distance) => (Math.min(distance, F32_MAX) - tiny) / (1 + g),
      mostKey: (distance) => ceiling(distance * (1 + g) + tiny),
      // Twice g is more than enough for what dividing by 1 - g gives.
      scale: 1 + 2 * g,
      added: 2 * tiny,
    };
  }
  const largest = maxNorm * queryNorm * (1 + 2 * g);
  // Sums may overflow on the way, whatever the result would be: nothing is known about them.
  if (!(largest < F32_MAX)) {
    const nothing = Number.POSITIVE_INFINITY;
    return { least: () => -nothing, mostKey: () => NAN_KEY, scale: 1, added: nothing };
  }
  const error = 2 * g * maxNorm * queryNorm + tiny;
  return {
    least: (distance) => distance - error,
    mostKey: (distance) => ceiling(distance + error),
    scale: 1,
    added: error,
  };
}
