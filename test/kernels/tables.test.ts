import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Arena } from '../../src/kernels/index.js';
import { putTables, wordProducts } from '../../src/kernels/reference/tables.js';
import { Codebook, evenStarts } from '../../src/vector/codes/blocks/codebook.js';
import { kernelsBuilt } from './built.js';
import { random } from './rows.js';

beforeAll(kernelsBuilt);

/** Components now and then as large as they come, or none. */
function draw(next: () => number): number {
  const kind = Math.floor(next() * 12);
  return kind === 0
    ? 0
    : kind === 1
      ? (next() - 0.5) * 3e38
      : (next() - 0.5) * 10 ** Math.floor(next() * 8 - 4);
}

test('tables of a query are those of the reference, to the bit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 200 }),
      fc.nat(1e6),
      (dim, most, seed) => {
        const next = random(seed);
        const book = new Codebook(
          evenStarts(dim, Math.min(most, dim)),
          Float32Array.from({ length: 16 * dim }, () => draw(next)),
        );
        const query = Float64Array.from({ length: dim }, () => draw(next));
        const products = wordProducts(book.words, book.starts, query);
        const expected = new Uint8Array(16 * book.groups);
        const [offset, step] = putTables(products, expected);

        const arena = new Arena();
        const place = (values: Float64Array | Float32Array | Uint32Array) => {
          const at = arena.allocate(values.byteLength);
          arena.bytes(at, values.byteLength).set(new Uint8Array(values.buffer));
          return at;
        };
        const out = arena.allocate(16 + expected.length);
        arena.kernels.layTables(
          place(query),
          place(book.words),
          place(book.starts),
          book.groups,
          place(new Float64Array(16 * book.groups)),
          place(new Float64Array(book.groups)),
          out,
        );
        expect([...arena.f32(out, 2)]).toEqual([...Float32Array.of(offset, step)]);
        expect(Buffer.compare(arena.bytes(out + 16, expected.length), expected)).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});
