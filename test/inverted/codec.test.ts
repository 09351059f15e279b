import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter, DecodeError } from '../../src/inverted/bytes.js';
import type { PostingsCodec } from '../../src/inverted/codec.js';
import { PositionsCursor } from '../../src/inverted/positions.js';
import { vbyteCodec } from '../../src/inverted/vbyte-codec.js';

describe('VByte', () => {
  it('takes 1 to 8 bytes, lowest group first', () => {
    const out = new ByteWriter(1);
    for (const value of [0, 127, 128, 300, 2 ** 31, 2 ** 32 + 1]) out.vbyte(value);
    expect([...out.view()]).toEqual([
      0, 127, 0x80, 1, 0xac, 2, 0x80, 0x80, 0x80, 0x80, 8, 0x81, 0x80, 0x80, 0x80, 0x10,
    ]);
  });

  it('reads back what was written', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.maxSafeNat(), fc.nat(300))), (values) => {
        const out = new ByteWriter(1);
        for (const value of values) out.vbyte(value);
        const reader = new ByteReader(out.view());
        expect(values.map(() => reader.vbyte())).toEqual(values);
        reader.end();
      }),
    );
  });

  it.each([
    [[], 'cut off'],
    [[0x80], 'cut off'],
    [Array(9).fill(0xff), 'too large'],
    [[...Array(7).fill(0xff), 0x7f], 'too large'],
  ])('refuses %j', (bytes, message) => {
    expect(() => new ByteReader(Uint8Array.from(bytes)).vbyte()).toThrow(message);
  });
});

const LARGEST = 2 ** 32 - 1;

/** What every codec must do. */
function suite(codec: PostingsCodec): void {
  const encode = (docs: number[], tfs: number[]) => {
    const out = new ByteWriter(1);
    // Longer arrays than count: only the first `count` are meant.
    codec.encode(Uint32Array.from([...docs, 9]), Uint32Array.from([...tfs, 9]), docs.length, out);
    return out.view().slice();
  };
  const lists = fc
    .uniqueArray(fc.oneof(fc.nat(1000), fc.nat(LARGEST - 1)), { minLength: 2, maxLength: 400 })
    .chain((numbers) =>
      fc.tuple(
        fc.constant(numbers.sort((a, b) => a - b)),
        fc.array(
          fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: LARGEST })),
          {
            minLength: numbers.length,
            maxLength: numbers.length,
          },
        ),
      ),
    );

  it('reads back what was written', () => {
    fc.assert(
      fc.property(lists, ([docs, tfs]) => {
        const decoded = codec.decode(encode(docs, tfs), docs.length, docs[docs.length - 1] + 1);
        expect([...decoded.docs]).toEqual(docs);
        expect([...decoded.tfs]).toEqual(tfs);
      }),
    );
  });

  it('takes lists without gaps and with the largest gap', () => {
    const docs = Array.from({ length: 1000 }, (_, i) => i);
    const tfs = docs.map((doc) => (doc % 7) + 1);
    expect([...codec.decode(encode(docs, tfs), 1000, 1000).docs]).toEqual(docs);
    expect([...codec.decode(encode([0, LARGEST - 1], [1, LARGEST]), 2, LARGEST).tfs]).toEqual([1, LARGEST]);
  });

  it('refuses a document beyond the segment', () => {
    expect(() => codec.decode(encode([1, 5], [1, 2]), 2, 5)).toThrow(DecodeError);
  });

  it('refuses a count that is not the list', () => {
    const bytes = encode([1, 5, 9], [1, 2, 3]);
    expect(() => codec.decode(bytes, 2, 100)).toThrow(DecodeError);
    expect(() => codec.decode(bytes, 4, 100)).toThrow(DecodeError);
    expect(() => codec.decode(bytes, 2 ** 31, 2 ** 32)).toThrow(DecodeError);
  });

  it('gives a sound list or a DecodeError for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 2, max: 40 }), (bytes, count) => {
        try {
          const { docs, tfs } = codec.decode(bytes, count, 1000);
          expect(docs.every((doc, i) => doc < 1000 && (i === 0 || doc > docs[i - 1]))).toBe(true);
          expect(tfs.every((tf) => tf >= 1)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 5000 },
    );
  });
}

describe('vbyte codec', () => suite(vbyteCodec));

describe('PositionsCursor', () => {
  const lists = fc.array(fc.uniqueArray(fc.nat(LARGEST), { minLength: 1, maxLength: 20 }), { maxLength: 30 });
  const encode = (sorted: number[][]) => {
    const out = new ByteWriter();
    for (const positions of sorted) {
      positions.forEach((position, i) => {
        out.vbyte(i === 0 ? position : position - positions[i - 1]);
      });
    }
    return out.view();
  };

  it('reads any of the postings, going forward', () => {
    fc.assert(
      fc.property(lists, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (unsorted, wanted) => {
        const sorted = unsorted.map((positions) => positions.sort((a, b) => a - b));
        const cursor = new PositionsCursor(
          encode(sorted),
          Uint32Array.from(sorted, (p) => p.length),
        );
        sorted.forEach((positions, i) => {
          if (wanted[i])
            expect([...cursor.read(i, new Uint32Array(1)).subarray(0, positions.length)]).toEqual(positions);
        });
      }),
    );
  });

  it('never leaves its bytes', () => {
    const cursor = () => new PositionsCursor(Uint8Array.of(1, 1, 0x80), Uint32Array.of(2, 2));
    expect(() => cursor().read(1, new Uint32Array(2))).toThrow(DecodeError);
    expect(() =>
      new PositionsCursor(Uint8Array.of(1), Uint32Array.of(2 ** 32 - 1)).read(0, new Uint32Array(1)),
    ).toThrow(DecodeError);
    expect(() =>
      new PositionsCursor(Uint8Array.of(1, 0), Uint32Array.of(2)).read(0, new Uint32Array(2)),
    ).toThrow('do not ascend');
  });
});
