import { beforeAll, describe, expect, test } from 'vitest';
import { Arena, distanceOf, keyOf, NAN_KEY, SPACE } from '../../src/kernels/index.js';
import { referenceKey, referenceScore } from '../../src/kernels/reference/distance.js';
import { kernelsBuilt } from './built.js';
import { padded, place, random, randomRows } from './rows.js';

beforeAll(kernelsBuilt);

const DIMS = [1, 2, 3, 4, 5, 7, 8, 9, 12, 100, 784, 2048];
const next = random(11);
/** Rows that break careless sums, of `dim` components. */
const adversarial = (dim: number) => [
  padded(new Float32Array(dim)),
  padded(new Float32Array(dim).fill(-0)),
  padded(new Float32Array(dim).fill(1e-45)),
  padded(Float32Array.from({ length: dim }, () => (next() - 0.5) * 1e-40)),
  padded(Float32Array.from({ length: dim }, () => (next() - 0.5) * 1e-22)),
  padded(Float32Array.from({ length: dim }, () => 1e7 + next())),
  padded(new Float32Array(dim).fill(3.4e38)),
  padded(new Float32Array(dim).fill(-3.4e38)),
  padded(Float32Array.from({ length: dim }, (_, i) => (i % 2 ? -3.4e38 : 3.4e38))),
  padded(Float32Array.from({ length: dim }, (_, i) => (i % 3 ? 1e19 : -1e19))),
];

describe.each(Object.entries(SPACE))('%s', (_, space) => {
  test.each(DIMS)('keys of one row and of four are the reference, %i components', (dim) => {
    const rows = [...randomRows(6, dim, dim), ...adversarial(dim)];
    const floats = rows[0].length;
    const arena = new Arena();
    const at = place(arena, rows);
    const out = arena.allocate(16);
    arena.kernels.setCodes(at, floats * 4, space);
    rows.forEach((query, q) => {
      const expected = rows.map((row) => referenceKey(space, query, row));
      const found = rows.map(
        (_, r) => arena.kernels.keyBetween(at + q * floats * 4, at + r * floats * 4, floats * 4) >>> 0,
      );
      expect(found).toEqual(expected);
      for (let r = 0; r + 4 <= rows.length; r += 4) {
        arena.kernels.keysBetween(at + q * floats * 4, at + r * floats * 4, floats * 4, out);
        expect([...arena.u32(out, 4)]).toEqual(expected.slice(r, r + 4));
      }
    });
  });

  test.each(DIMS)('float64 scores are the plain sum, %i components', (dim) => {
    const rows = [...randomRows(5, dim, dim + 1), ...adversarial(dim)];
    const floats = rows[0].length;
    const arena = new Arena();
    const at = place(arena, rows);
    arena.kernels.setCodes(at, floats * 4, space);
    const query = new Float64Array(floats);
    for (let i = 0; i < dim; i++) query[i] = next() - 0.5;
    const queryAt = arena.allocate(floats * 8);
    arena.f64(queryAt, floats).set(query);
    for (const count of [1, 2, 3, 4, 5, rows.length]) {
      const positions = Uint32Array.from({ length: count }, (_, i) => (i * 7 + 3) % rows.length);
      const positionsAt = arena.allocate(count * 4);
      arena.u32(positionsAt, count).set(positions);
      const out = arena.allocate((count + 3) * 8);
      arena.kernels.scoreRows(queryAt, at, floats * 4, positionsAt, count, out);
      const expected = [...positions].map((position) => referenceScore(space, query, rows[position]));
      expect([...arena.f64(out, count)]).toEqual(expected);
    }
  });
});

describe('keys', () => {
  const ascending = [
    Number.NEGATIVE_INFINITY,
    ...[-3.4e38, -1, -1e-45, 0, 1e-45, 1, 3.4e38].map(Math.fround),
    Number.POSITIVE_INFINITY,
  ];

  test('sort as the distances do, NaN last', () => {
    const keys = ascending.map(keyOf);
    expect(keys).toEqual([...keys].sort((a, b) => a - b));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyOf(Number.NaN)).toBe(NAN_KEY);
    expect(keys.at(-1)).toBeLessThan(NAN_KEY);
  });

  test('give their distance back', () => {
    expect(ascending.map((distance) => distanceOf(keyOf(distance)))).toEqual(ascending);
    expect(distanceOf(NAN_KEY)).toBeNaN();
    expect(keyOf(-0)).toBe(keyOf(0));
  });
});
