import fc from 'fast-check';
import { expect, test } from 'vitest';
import { putTables, wordProducts } from '../../src/kernels/reference/tables.js';
import { Codebook, evenStarts, signCodebook } from '../../src/vector/codes/blocks/codebook.js';
import { BlockCoder } from '../../src/vector/codes/blocks/coder.js';
import { Rotation } from '../../src/vector/codes/blocks/rotation.js';
import { trainLevels } from '../../src/vector/codes/blocks/train.js';
import { Pace } from '../../src/vector/pace.js';
import { random } from '../kernels/rows.js';

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, x, j) => sum + x * b[j], 0);
const vector = (dim: number, next: () => number) =>
  Float32Array.from({ length: dim }, () => next() + next() + next() - 1.5);

test('a rotation keeps lengths and angles', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (dim, seed) => {
      const rotation = new Rotation(dim, seed);
      const next = random(seed & 0xffff);
      const [a, b] = [vector(dim, next), vector(dim, next)].map((v) => Float64Array.from(v));
      const [turnedA, turnedB] = [a.slice(), b.slice()];
      rotation.apply(turnedA);
      rotation.apply(turnedB);
      expect(Math.abs(dot(turnedA, turnedB) - dot(a, b))).toBeLessThan(1e-12 * (1 + dim));
      expect(Math.abs(dot(turnedA, turnedA) - dot(a, a))).toBeLessThan(1e-12 * (1 + dim));
    }),
  );
});

/** Words of any kind, and signs after a rotation. */
function book(kind: string, dim: number, groups: number, seed: number): Codebook {
  if (kind === 'rabitq') return signCodebook(new Rotation(Math.max(64, Math.ceil(dim / 4) * 4), seed));
  return new Codebook(evenStarts(dim, Math.min(groups, dim)), vector(16 * dim, random(seed)));
}

/** A distance estimated with tables that are not rounded: what the scan rounds. */
function estimate(
  coder: BlockCoder,
  query: Float32Array,
  row: Float32Array,
  centroid: Float32Array,
  l2: boolean,
) {
  const codes = new Uint8Array(coder.book.groups);
  const { bias, factor } = coder.encode(row, 0, 0, codes);
  const turned = new Float64Array(coder.book.dim);
  coder.turnQuery(query, turned);
  const products = wordProducts(coder.book.words, coder.book.starts, turned);
  const sum = codes.reduce((total, code, g) => total + products[16 * g + code], 0);
  const base = l2 ? query.reduce((total, x, j) => total + (x - centroid[j]) ** 2, 0) : -dot(query, centroid);
  return base + bias - factor * sum;
}

test.each(['pq', 'rabitq'])(
  '%s: a vector is as far from itself as it is, however coarse its code',
  (kind) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 10_000 }),
        fc.boolean(),
        (dim, groups, seed, l2) => {
          const next = random(seed);
          const row = vector(dim, next);
          const centroid = vector(dim, next);
          const coder = new BlockCoder(book(kind, dim, groups, seed), centroid, dim, l2);
          const codes = new Uint8Array(coder.book.groups);
          // Words that point away from the residual say nothing about it.
          fc.pre(coder.encode(row, 0, 0, codes).factor > 0 && coder.encode(row, 0, 0, codes).factor < 100);
          const found = estimate(coder, row, row, centroid, l2);
          expect(Math.abs(found - (l2 ? 0 : -dot(row, row)))).toBeLessThan(1e-9 * (1 + dim));
        },
      ),
    );
  },
);

test('rabitq: over rotations the estimate is the distance', () => {
  const next = random(3);
  for (const l2 of [true, false]) {
    const [row, query, centroid] = [vector(96, next), vector(96, next), vector(96, next)];
    const truth = l2 ? query.reduce((sum, x, j) => sum + (x - row[j]) ** 2, 0) : -dot(query, row);
    const found = Array.from({ length: 600 }, (_, seed) =>
      estimate(new BlockCoder(book('rabitq', 96, 0, seed), centroid, 96, l2), query, row, centroid, l2),
    );
    const mean = found.reduce((sum, x) => sum + x, 0) / found.length;
    const deviation = Math.sqrt(found.reduce((sum, x) => sum + (x - mean) ** 2, 0) / found.length);
    expect(deviation).toBeGreaterThan(0);
    expect(Math.abs(mean - truth)).toBeLessThan((4 * deviation) / Math.sqrt(found.length));
  }
});

test.each([1, 128, 1071, 2048, 5000, 65_536])(
  'entries of %i tables add up within 16 bits, rounded up or not',
  (groups) => {
    const tables = new Float64Array(16 * groups);
    // All as wide: each entry is rounded the same way.
    for (let g = 0; g < groups; g++) tables[16 * g + 3] = 1;
    const out = new Uint8Array(16 * groups);
    putTables(tables, out);
    const most = out.reduce((sum, entry) => sum + entry, 0);
    expect(most).toBeLessThan(65_536);
    expect(Math.max(...out.subarray(0, 16))).toBeLessThan(128);
  },
);

test('levels of a component lose less than any even grid does', async () => {
  const next = random(5);
  // Crowded near 0 with a long tail, evenly spread, and all alike.
  const draw = [() => next() ** 4 * 100, () => next() - 7, () => 3];
  const rows = Float64Array.from({ length: 3000 }, (_, i) => draw[i % 3]());
  const { words } = await trainLevels({ rows, count: 1000, dim: 3 }, new Pace(() => {}));
  for (const j of [0, 1, 2]) {
    const values = rows.filter((_, i) => i % 3 === j);
    const loss = (levels: ArrayLike<number>) =>
      values.reduce((sum, x) => sum + Math.min(...Array.from(levels, (level) => (x - level) ** 2)), 0);
    const own = words.subarray(16 * j, 16 * (j + 1));
    expect([...own]).toEqual([...own].sort((a, b) => a - b));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    for (const span of [1, 0.8, 0.5, 0.2]) {
      for (const from of [low, (low + high) / 2 - (span * (high - low)) / 2]) {
        const grid = Array.from({ length: 16 }, (_, v) => from + ((v + 0.5) / 16) * span * (high - low));
        expect(loss(own)).toBeLessThanOrEqual(loss(grid) + 1e-9);
      }
    }
  }
});
