import type { BuildInput } from '../kind.js';
import { Pace } from '../pace.js';
import { hash32, uniform } from '../random.js';
import { norm } from '../unit.js';

/** Rows that codes are chosen by. */
const SAMPLE = 4096;

export interface Sample {
  /** Padded rows, in order. */
  rows: Float32Array;
  count: number;
  floats: number;
  /** Length of the longest of all rows, not of these only. */
  longest: number;
  /** Largest absolute component of all rows. */
  largest: number;
  seed: number;
}

/** Rows chosen without replacement, in order (Knuth, TAOCP 2, algorithm 3.4.2 S). */
export async function sampleRows({ field, rows, environment }: BuildInput): Promise<Sample> {
  const seed = hash32(environment.seed, 0xc0de);
  const count = Math.min(rows.count, SAMPLE);
  const sample = new Float32Array(count * rows.floats);
  const step = `${field.name}: sampling`;
  const pace = new Pace((done) => environment.progress(step, done, rows.count));
  let taken = 0;
  let longest = 0;
  let largest = 0;
  for (const piece of rows.pieces()) {
    await pace.step(piece.first);
    for (let i = 0; i < piece.rows.length; i++) largest = Math.max(largest, Math.abs(piece.rows[i]));
    for (let i = 0; i < piece.count; i++) {
      const row = piece.rows.subarray(i * rows.floats, (i + 1) * rows.floats);
      if (field.metric === 'ip') longest = Math.max(longest, norm(row));
      const left = rows.count - (piece.first + i);
      if (left * uniform(seed, piece.first + i) < count - taken) sample.set(row, taken++ * rows.floats);
    }
  }
  return { rows: sample, count, floats: rows.floats, longest, largest, seed };
}
