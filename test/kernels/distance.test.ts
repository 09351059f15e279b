import { beforeAll, describe, expect, test } from 'vitest';
import { Arena, byteWidth, distanceOf, keyOf, NAN_KEY, SPACE } from '../../src/kernels/index.js';
import { referenceKey, referenceScore } from '../../src/kernels/reference/distance.js';
import { kernelsBuilt } from './built.js';
import { padded, place, random, randomRows, rowStride } from './rows.js';

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

describe.each([
  ['l2', SPACE.l2],
  ['dot', SPACE.dot],
] as const)('%s', (_, space) => {
  test.each(DIMS)('keys of one row and of four are the reference, %i components', (dim) => {
    const rows = [...randomRows(6, dim, dim), ...adversarial(dim)];
    const floats = rows[0].length;
    const arena = new Arena();
    const at = place(arena, rows);
    const out = arena.allocate(16);
    arena.kernels.setCodes(at, floats * 4, floats * 4, space);
    rows.forEach((query, q) => {
      const expected = rows.map((row) => referenceKey(space, query, row));
      const found = rows.map(
        (_, r) => arena.kernels.keyBetween(at + q * floats * 4, at + r * floats * 4, floats * 4) >>> 0,
      );
      expect(found).toEqual(expected);
      for (let r = 0; r + 4 <= rows.length; r += 4) {
        arena.kernels.keysBetween(at + q * floats * 4, at + r * floats * 4, floats * 4, floats * 4, out);
        expect([...arena.u32(out, 4)]).toEqual(expected.slice(r, r + 4));
      }
    });
  });

  test.each(DIMS)('float64 scores are the plain sum, %i components', (dim) => {
    const rows = [...randomRows(5, dim, dim + 1), ...adversarial(dim)];
    const floats = rows[0].length;
    const arena = new Arena();
    const at = place(arena, rows);
    arena.kernels.setCodes(at, floats * 4, floats * 4, space);
    const query = new Float64Array(floats);
    for (let i = 0; i < dim; i++) query[i] = next() - 0.5;
    const queryAt = arena.allocate(floats * 8);
    arena.f64(queryAt, floats).set(query);
    for (const count of [1, 2, 3, 4, 5, rows.length]) {
      const positions = Uint32Array.from({ length: count }, (_, i) => (i * 7 + 3) % rows.length);
      const positionsAt = arena.allocate(count * 4);
      arena.u32(positionsAt, count).set(positions);
      const out = arena.allocate((count + 3) * 8);
      arena.kernels.scoreRows(queryAt, positionsAt, count, out);
      const expected = [...positions].map((position) => referenceScore(space, query, rows[position]));
      expect([...arena.f64(out, count)]).toEqual(expected);
    }
  });
});

describe.each([
  ['l2', SPACE.byteL2, SPACE.mixedL2, SPACE.l2],
  ['dot', SPACE.byteDot, SPACE.mixedDot, SPACE.dot],
] as const)('rows of bytes, %s', (_, space, mixed, float) => {
  test.each([1, 5, 16, 17, 100, 784, 33_000])('%i components', (dim) => {
    const width = byteWidth(dim);
    const component = [() => 0, () => 255, () => next() * 256, (i: number) => (i % 2 ? 255 : 0)];
    const rows = Array.from({ length: 8 }, (_, i) => {
      const row = new Uint8Array(width);
      for (let j = 0; j < dim; j++) row[j] = component[i % 4](j);
      return row;
    });
    const arena = new Arena();
    const at = place(arena, rows);
    const stride = rowStride(rows);
    const out = arena.allocate(64);
    const queryAt = arena.allocate(width * 8);
    for (const [q, query] of rows.entries()) {
      arena.kernels.setCodes(at, stride, width, space);
      const expected = rows.map((row) => referenceKey(space, query, row));
      const keys = () => rows.map((_, r) => arena.kernels.keyBetween(queryAt, at + r * stride, width) >>> 0);
      arena.bytes(queryAt, width).set(query);
      expect(keys()).toEqual(expected);
      for (const r of [0, 4]) {
        arena.kernels.keysBetween(at + q * stride, at + r * stride, stride, width, out);
        expect([...arena.u32(out, 4)]).toEqual(expected.slice(r, r + 4));
      }
      // A float32 query has the key that float32 rows would give it.
      const floats = Float32Array.from(query, (value) => (dim > 1000 ? value : value + next()));
      arena.kernels.setCodes(at, stride, width, mixed);
      arena.f32(queryAt, width).set(floats);
      const wide = rows.map((row) => referenceKey(float, floats, Float32Array.from(row)));
      expect(keys()).toEqual(wide);
      arena.kernels.keysBetween(queryAt, at, stride, width, out);
      expect([...arena.u32(out, 4)]).toEqual(wide.slice(0, 4));
      const double = Float64Array.from(query, () => next() * 300 - 20);
      arena.f64(queryAt, width).set(double);
      const positions = arena.tail(5 * 4 + 8 * 8);
      arena.u32(positions, 5).set([7, 0, 3, 3, 1]);
      const scores = Math.ceil((positions + 20) / 16) * 16;
      arena.kernels.scoreRows(queryAt, positions, 5, scores);
      const truth = [7, 0, 3, 3, 1].map((r) => referenceScore(float, double, rows[r]));
      expect([...arena.f64(scores, 5)]).toEqual(truth);
    }
  });
});

describe.each([
  ['packed bits', SPACE.hamming],
  ['signed bytes', SPACE.signedDot],
] as const)('rows of %s', (_, space) => {
  test.each([1, 16, 17, 32, 496, 497, 2048, 65_536])('%i bytes', (dim) => {
    const width = byteWidth(dim);
    const byte = [
      () => 0,
      () => (space === SPACE.hamming ? 255 : 128),
      () => next() * 256,
      (i: number) => (i % 2 ? 170 : 85),
    ];
    const rows = Array.from({ length: 8 }, (_, i) => {
      const row = new Uint8Array(width);
      for (let j = 0; j < dim; j++) row[j] = byte[i % 4](j);
      return row;
    });
    const arena = new Arena();
    const at = place(arena, rows);
    const stride = rowStride(rows);
    const out = arena.allocate(16);
    arena.kernels.setCodes(at, stride, width, space);
    for (const [q, query] of rows.entries()) {
      const expected = rows.map((row) => referenceKey(space, query, row));
      const found = rows.map(
        (_, r) => arena.kernels.keyBetween(at + q * stride, at + r * stride, width) >>> 0,
      );
      expect(found).toEqual(expected);
      for (const r of [0, 4]) {
        arena.kernels.keysBetween(at + q * stride, at + r * stride, stride, width, out);
        expect([...arena.u32(out, 4)]).toEqual(expected.slice(r, r + 4));
      }
    }
    if (space === SPACE.hamming) expect(referenceKey(space, rows[0], rows[1])).toBe(8 * dim);
    else expect(referenceKey(space, rows[1], rows[1])).toBe(2 ** 31 - 128 * 128 * dim);
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
