import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Arena, SPACE } from '../../src/kernels/index.js';
import type { CoderTables } from '../../src/vector/codes/coder.js';
import { nameEncoder, QueryCoder } from '../../src/vector/codes/query-coder.js';
import { kernelsBuilt } from '../kernels/built.js';
import { random } from '../kernels/rows.js';

beforeAll(kernelsBuilt);

/** Tables as a training might leave them, of random numbers. */
function tablesOf(dim: number, kept: number | undefined, ip: boolean, seed: number) {
  const next = random(seed);
  const floats = Math.ceil(dim / 4) * 4;
  const own = kept ?? dim;
  const columns = Math.ceil(own / 4) * 4;
  const vectors = new Float32Array(columns * floats);
  for (let i = 0; i < own; i++) {
    let sum = 0;
    for (let j = 0; j < dim; j++) {
      vectors[i * floats + j] = next() - 0.5;
      sum += vectors[i * floats + j] ** 2;
    }
    for (let j = 0; j < dim; j++) vectors[i * floats + j] /= Math.sqrt(sum);
  }
  const mean = Float32Array.from({ length: floats }, (_, j) => (j < dim ? next() : 0));
  const tables: CoderTables = {
    axes: kept === undefined ? undefined : { mean, count: kept, columns, vectors },
    origin: Float32Array.from({ length: own }, () => -next()),
    step: 0.01 + next() / 100,
    signed: ip,
  };
  return { tables, floats };
}

/** What the kernel makes of a query: the space, and the bytes of a padded code. */
function kernelCode({ tables, floats }: ReturnType<typeof tablesOf>, single: Float32Array) {
  const arena = new Arena();
  nameEncoder(arena, tables, floats);
  const { kernels } = arena;
  const dim = tables.origin.length;
  const query = arena.allocate(single.byteLength);
  arena.f32(query, single.length).set(single);
  const out = arena.allocate(dim * 4 + 16);
  const bytes = tables.signed ? SPACE.signedDot : SPACE.byteL2;
  const space = kernels.encodeQuery(query, out) === 1 ? bytes : SPACE.mixedL2;
  return { space, bytes: [...arena.bytes(out, space === SPACE.mixedL2 ? dim * 4 : dim)] };
}

const cases = fc.record({
  dim: fc.integer({ min: 1, max: 70 }),
  kept: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  ip: fc.boolean(),
  seed: fc.integer(),
  size: fc.constantFrom(0, 1e-38, 1e-3, 0.5, 1, 4, 1e6, 1e30),
});

test('the kernel gives a query the code that QueryCoder does, bit for bit', () => {
  const seen = new Set<number>();
  fc.assert(
    fc.property(cases, ({ dim, kept, ip, seed, size }) => {
      const made = tablesOf(dim, kept === undefined ? undefined : Math.min(kept, dim), ip, seed);
      const next = random(seed + 1);
      const single = Float32Array.from({ length: made.floats }, (_, j) =>
        j < dim ? (next() - 0.5) * size : 0,
      );
      const bytes = new Uint8Array(made.tables.origin.length * 4);
      const space = new QueryCoder(made.tables, made.floats).encode(single, bytes);
      const used = space === SPACE.mixedL2 ? bytes.length : made.tables.origin.length;
      seen.add(space);
      expect(kernelCode(made, single)).toEqual({ space, bytes: [...bytes.subarray(0, used)] });
    }),
    { numRuns: 300 },
  );
  expect([...seen].sort()).toEqual([SPACE.byteL2, SPACE.mixedL2, SPACE.signedDot]);
});

test('products with the axes are those of float64, to a thousandth of the query', () => {
  const { tables, floats } = tablesOf(784, 128, false, 1);
  const next = random(2);
  const single = Float32Array.from({ length: floats }, () => next() * 2 - 1);
  const bytes = new Uint8Array(128 * 4);
  const plain = { ...tables, origin: new Float32Array(128).fill(-1e6), step: 1 };
  expect(new QueryCoder(plain, floats).encode(single, bytes)).toBe(SPACE.mixedL2);
  const fine = { ...tables, origin: new Float32Array(128).fill(-64), step: 0.5 };
  expect(new QueryCoder(fine, floats).encode(single, bytes)).toBe(SPACE.byteL2);
  const axes = tables.axes!;
  for (let i = 0; i < 128; i++) {
    let product = 0;
    for (let j = 0; j < floats; j++) product += (single[j] - axes.mean[j]) * axes.vectors[i * floats + j];
    expect(Math.abs(bytes[i] * 0.5 - 64 - product)).toBeLessThan(0.27);
  }
});
