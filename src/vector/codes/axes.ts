import { Arena } from '../../kernels/index.js';
import { uniform } from '../random.js';
import type { Sample } from './sample.js';

/** Leading directions of the data, at right angles. */
export interface Axes {
  /** Of the rows they were found on; padded. */
  mean: Float32Array;
  /** Axes kept. */
  count: number;
  /** `count` rounded up to a multiple of 4: rows of zeros are added. */
  columns: number;
  /** Row-major, `columns` of as many floats as a padded row. */
  vectors: Float32Array;
}

/** Rounds of subspace iteration: the space of the leading axes is found, not each axis. */
const ROUNDS = 6;
/** Most rows it is found on, and judged by. */
const ROWS = 2048;
const JUDGED = 512;
/** Largest component where float32 products are safe. */
const SAFE = 1e15;
/** Most axes tried when it is free how many there are: finding them takes time in the square of their number. */
const MOST = 256;
/** Share of the squared lengths that axes must keep when it is free how many there are. */
const KEPT = 0.8;

/**
 * The space of the `wanted` leading principal axes, by subspace iteration from random directions
 * (Halko, Martinsson & Tropp, 2011, algorithm 4.4): products in float32, orthonormalised in float64.
 * @param free give up, or take more, where so few axes keep too little
 * @returns undefined where vectors are better coded as they are
 */
export function principalAxes(sample: Sample, dim: number, wanted: number, free: boolean): Axes | undefined {
  if (sample.largest > SAFE || sample.count < 2) return undefined;
  if (!free) return iterate(sample, dim, wanted).axes;
  // Few rows say little about many directions.
  for (let count = wanted; 2 * count <= dim && 4 * count <= sample.count; count *= 2) {
    const { axes, kept } = iterate(sample, dim, count);
    if (kept >= KEPT) return axes;
    if (count >= MOST) break;
  }
  return undefined;
}

function iterate(sample: Sample, dim: number, count: number): { axes: Axes; kept: number } {
  const { floats } = sample;
  const columns = Math.ceil(count / 4) * 4;
  // The other half is what the axes are judged by: few rows are close to any directions chosen for them.
  const rows = Math.min(sample.count >> 1, ROWS);
  const rowStep = Math.ceil(rows / 4) * 4;
  const mean = meanOf(sample, rows);
  const arena = new Arena();
  const rowsAt = arena.allocate(rows * floats * 4);
  const turnedAt = arena.allocate(floats * rowStep * 4);
  const basisAt = arena.allocate(columns * floats * 4);
  const scoresAt = arena.allocate(rowStep * columns * 4);
  const scoresTurnedAt = arena.allocate(columns * rowStep * 4);
  const nextAt = arena.allocate(floats * columns * 4);
  const centred = arena.f32(rowsAt, rows * floats);
  for (let i = 0; i < rows * floats; i++) centred[i] = sample.rows[i] - mean[i % floats];
  transpose(centred, rows, floats, arena.f32(turnedAt, floats * rowStep), rowStep);

  const basis = Float64Array.from({ length: columns * floats }, (_, i) =>
    i % floats < dim && i < count * floats ? uniform(sample.seed, i) - 0.5 : 0,
  );
  orthonormalise(basis, count, floats);
  const { kernels } = arena;
  const scores = arena.f32(scoresAt, rows * columns);
  const project = () => {
    arena.f32(basisAt, basis.length).set(basis);
    kernels.multiplyRows(rowsAt, rows, basisAt, columns, floats * 4, scoresAt);
  };
  for (let round = 0; round < ROUNDS; round++) {
    project();
    transpose(scores, rows, columns, arena.f32(scoresTurnedAt, columns * rowStep), rowStep);
    kernels.multiplyRows(turnedAt, floats, scoresTurnedAt, columns, rowStep * 4, nextAt);
    const next = arena.f32(nextAt, floats * columns);
    for (let column = 0; column < count; column++) {
      for (let j = 0; j < floats; j++) basis[column * floats + j] = next[j * columns + column];
    }
    orthonormalise(basis, count, floats);
  }
  const axes = { mean, count, columns, vectors: Float32Array.from(basis) };
  return { axes, kept: keptOf(sample, rows, dim, basis, axes) };
}

/** Share of squared lengths, about the mean, that axes keep of rows from `first` on. */
function keptOf(
  sample: Sample,
  first: number,
  dim: number,
  basis: Float64Array,
  { mean, count }: Axes,
): number {
  const { floats } = sample;
  const row = new Float64Array(floats);
  let kept = 0;
  let total = 0;
  for (let i = first; i < Math.min(sample.count, first + JUDGED); i++) {
    for (let j = 0; j < dim; j++) row[j] = sample.rows[i * floats + j] - mean[j];
    total += dot(row, row);
    for (let axis = 0; axis < count; axis++) {
      const share = dot(row, basis.subarray(axis * floats, (axis + 1) * floats));
      kept += share * share;
    }
  }
  return total > 0 ? kept / total : 1;
}

function meanOf({ rows, floats }: Sample, count: number): Float32Array {
  const sums = new Float64Array(floats);
  for (let i = 0; i < count * floats; i++) sums[i % floats] += rows[i];
  return Float32Array.from(sums, (sum) => sum / count);
}

/** @param out rows of `outStep`, zeros beyond `rows` */
function transpose(
  table: Float32Array,
  rows: number,
  columns: number,
  out: Float32Array,
  outStep: number,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * outStep + i] = table[i * columns + j];
  }
}

/** Modified Gram-Schmidt, twice over; a row that depends on those before becomes zeros. */
export function orthonormalise(basis: Float64Array, count: number, floats: number): void {
  for (let i = 0; i < count; i++) {
    const row = basis.subarray(i * floats, (i + 1) * floats);
    const before = Math.sqrt(dot(row, row));
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = basis.subarray(j * floats, (j + 1) * floats);
        const share = dot(row, other);
        for (let k = 0; k < floats; k++) row[k] -= share * other[k];
      }
    }
    const length = Math.sqrt(dot(row, row));
    const scale = length > 1e-10 * before ? 1 / length : 0;
    for (let k = 0; k < floats; k++) row[k] *= scale;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
