import { orthonormalise, principalAxes } from '../codes/axes.js';
import type { Sample } from '../codes/sample.js';
import { eigenvectors } from './eigen.js';

/** Directions at right angles, those along which the data vary most first. */
export interface OrderedAxes {
  /** f64 by component of a padded row. */
  mean: Float64Array;
  count: number;
  /** Row-major, `count` rows of as many numbers as the mean. */
  vectors: Float64Array;
}

/** Most axes looked at: the bound of a row is little sharper with more, and finding them takes longer. */
const MOST = 128;
/** Rows that order them. */
const ROWS = 2048;

/**
 * Principal axes in order, in float64: the space of the leading ones, then within it the axes of the
 * sample's covariance (Rayleigh & Ritz).
 * @returns undefined where the data can't be projected safely
 */
export function orderedAxes(sample: Sample, dim: number): OrderedAxes | undefined {
  const found = principalAxes(sample, dim, Math.min(dim, MOST), false);
  if (found === undefined) return undefined;
  const { floats, rows } = sample;
  const { count } = found;
  const mean = Float64Array.from(found.mean);
  const basis = Float64Array.from(found.vectors.subarray(0, count * floats));
  orthonormalise(basis, count, floats);

  const covariance = new Float64Array(count * count);
  const row = new Float64Array(floats);
  const along = new Float64Array(count);
  for (let i = 0; i < Math.min(sample.count, ROWS); i++) {
    for (let j = 0; j < floats; j++) row[j] = rows[i * floats + j] - mean[j];
    for (let k = 0; k < count; k++) {
      let sum = 0;
      for (let j = 0; j < floats; j++) sum += row[j] * basis[k * floats + j];
      along[k] = sum;
    }
    for (let k = 0; k < count; k++) {
      for (let l = 0; l <= k; l++) covariance[k * count + l] += along[k] * along[l];
    }
  }
  for (let k = 0; k < count; k++) {
    for (let l = 0; l < k; l++) covariance[l * count + k] = covariance[k * count + l];
  }
  const turned = new Float64Array(count * floats);
  const turns = eigenvectors(covariance, count);
  for (let k = 0; k < count; k++) {
    for (let l = 0; l < count; l++) {
      const share = turns[k * count + l];
      for (let j = 0; j < floats; j++) turned[k * floats + j] += share * basis[l * floats + j];
    }
  }
  orthonormalise(turned, count, floats);
  return { mean, count, vectors: turned };
}
