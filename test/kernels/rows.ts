import { type Arena, byteStride, type Pointer, rowFloats } from '../../src/kernels/index.js';
import type { Row } from '../../src/kernels/reference/distance.js';

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

/** `count` rows of `width` bytes, a multiple of 16. */
export function byteRows(count: number, width: number, seed: number): Uint8Array[] {
  const next = random(seed);
  return Array.from({ length: count }, () => Uint8Array.from({ length: width }, () => next() * 256));
}

export function bytesOf(row: Row): Uint8Array {
  return new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
}

/** Bytes from one placed row to the next: rows of bytes begin on cache lines. */
export function rowStride(rows: Row[]): number {
  return rows[0] instanceof Uint8Array ? byteStride(rows[0].length) : rows[0].byteLength;
}

/** Puts rows one behind the other into an arena, with a row of space behind the last. */
export function place(arena: Arena, rows: Row[]): Pointer {
  const stride = rowStride(rows);
  const at = arena.allocate((rows.length + 1) * stride);
  rows.forEach((row, i) => {
    arena.bytes(at + i * stride, row.byteLength).set(bytesOf(row));
  });
  return at;
}
