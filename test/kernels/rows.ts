import { type Arena, type Pointer, rowFloats } from '../../src/kernels/index.js';

/** Small reproducible generator (mulberry32): numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` padded rows with components from -1 to 1. */
export function randomRows(count: number, dim: number, seed: number): Float32Array[] {
  const next = random(seed);
  return Array.from({ length: count }, () => padded(Array.from({ length: dim }, () => next() * 2 - 1)));
}

/** A row as kernels take it. */
export function padded(components: ArrayLike<number>): Float32Array {
  const row = new Float32Array(rowFloats(components.length));
  row.set(components);
  return row;
}

/** Puts rows one behind the other into an arena, with a row of space behind the last. */
export function place(arena: Arena, rows: Float32Array[]): Pointer {
  const floats = rows[0].length;
  const at = arena.allocate((rows.length + 1) * floats * 4);
  rows.forEach((row, i) => {
    arena.f32(at + i * floats * 4, floats).set(row);
  });
  return at;
}
