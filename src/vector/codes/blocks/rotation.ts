import { hash32 } from '../../random.js';

/** Rounds of sign flips and transforms: after four, whatever the vector, its components look Gaussian. */
const ROUNDS = 4;

/**
 * A random rotation in O(dim · log dim): rounds of random sign flips and a Hadamard transform, of the
 * first and the last 2^k components in turn where dim is no power of two (Ailon & Chazelle, 2009;
 * Gao & Long, 2024, appendix B, use the like). Additions and one multiplication only, so it has the
 * same bits on every machine.
 */
export class Rotation {
  readonly dim: number;
  private readonly signs: Float64Array;
  /** Largest power of two that is not more than dim. */
  private readonly size: number;

  /** @param seed u32 */
  constructor(dim: number, seed: number) {
    this.dim = dim;
    this.signs = Float64Array.from({ length: ROUNDS * dim }, (_, i) => (hash32(seed, i) & 1 ? 1 : -1));
    this.size = 2 ** (31 - Math.clz32(dim));
  }

  /** In place. @param vector `dim` */
  apply(vector: Float64Array): void {
    const { dim, size, signs } = this;
    const scale = 1 / Math.sqrt(size);
    for (let round = 0; round < ROUNDS; round++) {
      for (let j = 0; j < dim; j++) vector[j] *= signs[round * dim + j];
      const start = round % 2 === 0 ? 0 : dim - size;
      transform(vector, start, size);
      for (let j = start; j < start + size; j++) vector[j] *= scale;
    }
  }

  /** Takes apply() back: a transform is its own inverse, and so are signs. */
  reverse(vector: Float64Array): void {
    const { dim, size, signs } = this;
    const scale = 1 / Math.sqrt(size);
    for (let round = ROUNDS; round-- > 0; ) {
      const start = round % 2 === 0 ? 0 : dim - size;
      transform(vector, start, size);
      for (let j = start; j < start + size; j++) vector[j] *= scale;
      for (let j = 0; j < dim; j++) vector[j] *= signs[round * dim + j];
    }
  }
}

/** Fast Walsh-Hadamard transform of `size` components, without scaling. */
function transform(vector: Float64Array, start: number, size: number): void {
  const end = start + size;
  for (let half = 1; half < size; half *= 2) {
    for (let from = start; from < end; from += 2 * half) {
      for (let j = from; j < from + half; j++) {
        const a = vector[j];
        const b = vector[j + half];
        vector[j] = a + b;
        vector[j + half] = a - b;
      }
    }
  }
}
