import { keyOf } from '../keys.js';
import type { Entry } from './scan.js';

/** A table of codes, one a byte, and what corrects distances estimated from them. */
export interface ReferenceBlocks {
  codes: Uint8Array[];
  biases: Float32Array;
  factors: Float32Array;
}

/** Distances of some positions by the formula of scanBlockLists(), each step rounded to float32. */
export function referenceBlocks(
  { codes, biases, factors }: ReferenceBlocks,
  tables: Uint8Array[],
  offset: number,
  step: number,
  base: number,
  from: number,
  to: number,
): Entry[] {
  const f32 = Math.fround;
  return Array.from({ length: to - from }, (_, i) => {
    const position = from + i;
    const sum = tables.reduce((total, table, g) => total + table[codes[position][g]], 0);
    const product = f32(f32(offset) + f32(f32(step) * sum));
    const distance = f32(f32(f32(base) + biases[position]) - f32(factors[position] * product));
    return { position, key: keyOf(distance) };
  });
}
