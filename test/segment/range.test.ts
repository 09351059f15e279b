import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/index.js';
import { ReadCounter, SegmentReader } from '../../src/segment/index.js';
import { scratch, thrown } from '../storage/scratch.js';
import { noise, u8, writeSegment } from './helpers.js';

const { path } = scratch();

describe('range', () => {
  const file = path();
  const sizes: Record<string, number> = {
    empty: 0,
    tiny: 5,
    chunk: 65_536,
    odd: 200_001,
    many: 90 * 65_536 + 17,
  };
  writeSegment(
    file,
    Object.entries(sizes).map(([name, n], i) => u8(name, noise(n, i + 1))),
  );
  const reader = new SegmentReader(file);
  afterAll(() => reader.close());
  const whole = Object.fromEntries(Object.keys(sizes).map((name) => [name, reader.load(name)]));

  test('is the same bytes as that range of load(), across chunks and more chunks than are kept', () => {
    const range = fc
      .constantFrom(...Object.keys(sizes))
      .chain((name) =>
        fc.tuple(fc.constant(name), fc.nat(sizes[name]), fc.oneof(fc.nat(300), fc.nat(200_000))),
      );
    fc.assert(
      fc.property(fc.array(range, { maxLength: 10 }), (ranges) => {
        for (const [name, offset, wanted] of ranges) {
          const length = Math.min(wanted, sizes[name] - offset);
          const got = reader.range(name, offset, length);
          expect(got.length).toBe(length);
          expect(got.byteOffset).toBe(0);
          expect(Buffer.compare(got, whole[name].subarray(offset, offset + length))).toBe(0);
        }
      }),
      { numRuns: 200 },
    );
    expect(Buffer.compare(reader.range('many', 0, sizes.many), whole.many)).toBe(0);
  });

  test('keeps the last 64 chunks, and no more', () => {
    const counter = new ReadCounter();
    const fresh = new SegmentReader(file, counter);
    const cost = (chunk: number) => {
      const before = counter.reads;
      fresh.range('many', chunk * 65_536, 10);
      return counter.reads - before;
    };
    expect(Array.from({ length: 65 }, (_, chunk) => cost(chunk))).toEqual(Array(65).fill(1));
    expect([64, 30, 1].map(cost)).toEqual([0, 0, 0]);
    expect(cost(0)).toBe(1);
    fresh.close();
  });

  test('what it returns is the caller’s to change', () => {
    reader.range('odd', 0, 100).fill(0);
    expect(Buffer.compare(reader.range('odd', 0, 100), whole.odd.subarray(0, 100))).toBe(0);
  });

  test('nothing from anywhere inside is nothing, at the very end too', () => {
    expect(reader.range('tiny', 5, 0).length).toBe(0);
    expect(reader.range('empty', 0, 0).length).toBe(0);
  });

  test.each([
    ['tiny', 0, 6],
    ['tiny', 5, 1],
    ['tiny', 6, 0],
    ['tiny', -1, 2],
    ['tiny', 3, -1],
    ['empty', 0, 1],
    ['chunk', 65_536, 1],
    ['many', 2 ** 53, 8],
    ['many', 0, 2 ** 60],
    ['many', Number.NaN, 1],
    ['many', 0, Number.NaN],
    ['many', 0, Number.POSITIVE_INFINITY],
  ])('%s from %d, %d bytes: CorruptError, before anything is allocated', (name, offset, length) => {
    const error = thrown(() => reader.range(name, offset, length));
    expect(error).toBeInstanceOf(CorruptError);
    expect(error.message).toContain(`are outside array '${name}'`);
  });
});
