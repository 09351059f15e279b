import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/index.js';
import {
  bitsFor,
  PackedNumbers,
  PackedWriter,
  SegmentReader,
  SegmentWriter,
} from '../../src/segment/index.js';
import { scratch } from '../storage/scratch.js';

const { path } = scratch();

/** Writes values in pieces, and hands the array's reader on. */
function written<T>(values: number[], pieces: number[], use: (reader: SegmentReader) => T): T {
  const file = path();
  const out = new SegmentWriter(file);
  const writer = new PackedWriter(out, 'numbers', values.length, bitsFor(Math.max(0, ...values)));
  let from = 0;
  for (const piece of [...pieces, values.length]) {
    writer.write(Uint32Array.from(values.slice(from, from + piece)));
    from += piece;
  }
  writer.end();
  out.finish({});
  const reader = new SegmentReader(file);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}

describe('packed numbers', () => {
  test('by hand: 1, 2, 5 in three bits', () => {
    written([1, 2, 5], [], (reader) => {
      expect(Buffer.from(reader.load('numbers')).toString('hex')).toBe('510100');
      expect(reader.info('numbers').shape).toEqual([1, 3]);
    });
  });

  test('any numbers, in any pieces, whole and by range', () => {
    const numbers = fc
      .integer({ min: 1, max: 32 })
      .chain((bits) => fc.array(fc.integer({ min: 0, max: 2 ** bits - 1 }), { maxLength: 100 }));
    fc.assert(
      fc.property(
        numbers,
        fc.array(fc.nat(20), { maxLength: 5 }),
        fc.nat(99),
        fc.nat(99),
        (values, pieces, a, b) => {
          written(values, pieces, (reader) => {
            const packed = new PackedNumbers(reader, 'numbers', values.length);
            expect([...packed.load().subarray(0, values.length)]).toEqual(values);
            const first = Math.min(a, values.length);
            const count = Math.min(b, values.length - first);
            if (count > 0)
              expect([...packed.range(first, count)]).toEqual(values.slice(first, first + count));
          });
        },
      ),
    );
  });

  test('another count is damage', () => {
    written([1, 2, 3], [], (reader) => {
      expect(() => new PackedNumbers(reader, 'numbers', 9)).toThrow(CorruptError);
      expect(() => new PackedNumbers(reader, 'numbers', 8)).not.toThrow();
    });
  });
});
