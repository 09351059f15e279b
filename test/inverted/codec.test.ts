import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter, DecodeError } from '../../src/inverted/bytes.js';
import type { PostingsCodec } from '../../src/inverted/codec.js';
import { Impacts } from '../../src/inverted/impacts.js';
import { pforCodec } from '../../src/inverted/pfor-codec.js';
import { encodePositions, openPositions } from '../../src/inverted/positions.js';
import { decodeRice, encodeRice, RiceCursor } from '../../src/inverted/rice.js';
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

const sorted = (numbers: number[]) => numbers.sort((a, b) => a - b);

/** Numbers of all sizes, small ones often. */
const number = fc.oneof(fc.constant(0), fc.nat(3), fc.nat(300), fc.nat(LARGEST));

/** What every codec must do. @param most postings it takes at once */
function suite(codec: PostingsCodec, most: number): void {
  /** Encodes with other postings around, as a block stands in a list. */
  const encode = (docs: number[], tfs: number[], previous = -1) => {
    const out = new ByteWriter(1);
    out.byte(7);
    codec.encode(
      Uint32Array.from([9, ...docs, 9]),
      Uint32Array.from([9, ...tfs, 9]),
      1,
      docs.length + 1,
      previous,
      out,
    );
    return out.view().slice(1);
  };
  const decode = (bytes: Uint8Array, count: number, documents: number, previous = -1) => {
    const docs = new Uint32Array(count + 2).fill(77);
    const tfs = new Uint32Array(count + 2).fill(77);
    const framed = Uint8Array.from([1, ...bytes, 2]);
    codec.decode(framed, 1, framed.length - 1, count, previous, documents, docs, tfs, 1);
    for (const around of [docs[0], docs[count + 1], tfs[0], tfs[count + 1]]) expect(around).toBe(77);
    return { docs: [...docs.subarray(1, count + 1)], tfs: [...tfs.subarray(1, count + 1)] };
  };
  const near = fc.tuple(fc.nat(1e6), fc.nat(40)).map(([base, offset]) => base * 100 + offset);
  const lists = fc
    .uniqueArray(fc.oneof(fc.nat(1000), near, fc.nat(LARGEST - 1)), { minLength: 1, maxLength: most })
    .chain((numbers) =>
      fc.tuple(
        fc.constant(sorted(numbers)),
        fc.array(
          fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: LARGEST })),
          { minLength: numbers.length, maxLength: numbers.length },
        ),
        fc.nat(1000),
      ),
    );

  it('reads back what was written', () => {
    fc.assert(
      fc.property(lists, ([docs, tfs, before]) => {
        const previous = docs[0] - 1 - Math.min(before, docs[0]);
        const documents = docs[docs.length - 1] + 1;
        expect(decode(encode(docs, tfs, previous), docs.length, documents, previous)).toEqual({ docs, tfs });
      }),
      { numRuns: 500 },
    );
  });

  it('takes lists without gaps and with the largest gap', () => {
    const docs = Array.from({ length: most }, (_, i) => i);
    const tfs = docs.map((doc) => (doc % 7) + 1);
    expect(decode(encode(docs, tfs), most, most)).toEqual({ docs, tfs });
    const once = docs.map(() => 1);
    expect(decode(encode(docs, once), most, most).tfs).toEqual(once);
    expect(decode(encode([0, LARGEST - 1], [1, LARGEST]), 2, LARGEST).tfs).toEqual([1, LARGEST]);
  });

  it('refuses a document beyond the segment', () => {
    expect(() => decode(encode([1, 5], [1, 2]), 2, 5)).toThrow(DecodeError);
  });

  it('refuses a count that is not the list', () => {
    const bytes = encode([1, 5, 9], [1, 2, 3]);
    expect(() => decode(bytes, 2, 100)).toThrow(DecodeError);
    expect(() => decode(bytes, 4, 100)).toThrow(DecodeError);
  });

  it('refuses bytes cut short or behind the end', () => {
    fc.assert(
      fc.property(lists, ([docs, tfs]) => {
        const bytes = encode(docs, tfs);
        expect(() => decode(bytes.slice(0, -1), docs.length, LARGEST)).toThrow(DecodeError);
        expect(() => decode(Uint8Array.from([...bytes, 0]), docs.length, LARGEST)).toThrow(DecodeError);
      }),
    );
  });

  it('gives a sound list or a DecodeError for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (bytes, count) => {
        try {
          const { docs, tfs } = decode(bytes, count, 1000);
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

describe('vbyte codec', () => suite(vbyteCodec, 400));
describe('patched frames of reference', () => suite(pforCodec, 128));

describe('patched frames', () => {
  it('are the bytes that the format page gives', () => {
    const out = new ByteWriter();
    // Gaps less one 1, 0, 2, 9: width 2 with one exception would take 3 bytes, width 4 takes 3 and has none.
    pforCodec.encode(Uint32Array.of(1, 2, 5, 15), Uint32Array.of(1, 1, 2, 1), 0, 4, -1, out);
    expect([...out.view()]).toEqual([4, 0x01, 0x92, 0, 0b11011]);
    out.length = 0;
    // Thirty gaps of 1 and one of 301: 300 = 75 << 2, at place 30, no: width 0, exception 300 << 5 | 30.
    const docs = Uint32Array.from({ length: 31 }, (_, i) => (i === 30 ? 330 : i));
    pforCodec.encode(docs, new Uint32Array(31).fill(1), 0, 31, -1, out);
    expect([...out.view()]).toEqual([0x20, 0x9e, 0x4b, 0xff]);
  });
});

describe('Rice codes', () => {
  const encode = (values: number[]) => {
    const out = new ByteWriter(1);
    encodeRice(Uint32Array.from([5, ...values, 5]), 1, values.length + 1, out);
    return out.view().slice();
  };

  it('are the bytes that the format page gives', () => {
    // k = 1: low bits 1 0 1, unary 1 | 0 1 | 0 0 1.
    expect([...encode([1, 2, 5])]).toEqual([1, 0b101, 0b100101]);
  });

  it('read back, any stretch of them', () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 300 }),
        fc.array(fc.nat(9)),
        (values, steps) => {
          const bytes = encode(values);
          const all = new Uint32Array(values.length);
          decodeRice(bytes, 0, bytes.length, values.length, all, 0, 0);
          expect([...all]).toEqual(values);
          const cursor = new RiceCursor(bytes, 0, bytes.length, values.length);
          let at = 0;
          for (const [i, step] of steps.entries()) {
            const n = Math.min(step, values.length - at);
            if (i % 2 === 0) cursor.skip(n);
            else expect(Array.from({ length: n }, () => cursor.next())).toEqual(values.slice(at, at + n));
            at += n;
          }
          cursor.skip(values.length - at);
          cursor.end();
        },
      ),
      { numRuns: 500 },
    );
  });

  it('take little more than the logarithm of the mean', () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000);
    expect((encode(values).length * 8) / 1000).toBeLessThan(Math.log2(500) + 2.1);
  });

  it('never leave their bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 100 }), (bytes, count) => {
        try {
          const out = new Uint32Array(count);
          decodeRice(bytes, 0, bytes.length, count, out, 0, 0);
          expect(encode([...out])).toBeDefined();
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('impacts', () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 90 })), {
    minLength: 1,
    maxLength: 128,
  });

  it('bound every posting for any k1 and b, and are postings themselves where they are few', () => {
    fc.assert(
      fc.property(
        pairs,
        fc.double({ min: 0, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (added, k1, b) => {
          const impacts = new Impacts();
          for (const [tf, length] of added) impacts.add(tf, length);
          const exact = impacts.size <= 8;
          impacts.limit();
          const out = new ByteWriter();
          impacts.write(out);
          const read = new Impacts();
          const reader = new ByteReader(out.view());
          read.read(reader);
          reader.end();
          const part = ([tf, length]: [number, number]) =>
            tf / (tf + (k1 * (1 - b) + k1 * b * (length / 40)));
          const kept = Array.from({ length: read.size }, (_, i): [number, number] => [
            read.tfs[i],
            read.lengths[i],
          ]);
          expect(kept.length).toBeLessThanOrEqual(8);
          const best = Math.max(...added.map(part));
          expect(Math.max(...kept.map(part))).toBeGreaterThanOrEqual(best * (1 - 1e-14));
          if (exact) for (const pair of kept) expect(added).toContainEqual(pair);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('refuse more pairs than there may be', () => {
    expect(() => new Impacts().read(new ByteReader(new Uint8Array(20).fill(8)))).toThrow('too many');
    expect(() => new Impacts().read(new ByteReader(Uint8Array.of(0x80)))).toThrow('cut off');
  });
});

describe('positions', () => {
  const lists = fc.array(
    fc.uniqueArray(fc.oneof(fc.nat(200), fc.nat(LARGEST)), { minLength: 1, maxLength: 20 }),
    {
      maxLength: 30,
    },
  );
  const encode = (postings: number[][]) => {
    const gaps = postings.flatMap((positions) =>
      positions.map((position, i) => (i === 0 ? position : position - positions[i - 1] - 1)),
    );
    const out = new ByteWriter();
    encodePositions(Uint32Array.from(gaps), 0, gaps.length, out);
    return { bytes: out.view(), occurrences: gaps.length };
  };

  it('are read for any of the postings, going forward', () => {
    fc.assert(
      fc.property(lists, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (unsorted, wanted) => {
        const postings = unsorted.map(sorted);
        const { bytes, occurrences } = encode(postings);
        if (occurrences === 0) return;
        const cursor = openPositions(bytes, 0, bytes.length, occurrences);
        const out = new Uint32Array(20);
        for (const [i, positions] of postings.entries()) {
          if (wanted[i]) {
            cursor.read(positions.length, out, 0);
            expect([...out.subarray(0, positions.length)]).toEqual(positions);
          } else cursor.skip(positions.length);
        }
        cursor.end();
      }),
    );
  });

  it('never leave their bytes', () => {
    for (const n of [3, 40]) {
      const { bytes } = encode([Array.from({ length: n }, (_, i) => i * 3)]);
      const open = () => openPositions(bytes, 0, bytes.length, n);
      expect(() => open().require(n + 100)).toThrow(DecodeError);
      expect(() => open().skip(n + 100)).toThrow(DecodeError);
      expect(() => open().end()).toThrow(DecodeError);
    }
    expect(() => openPositions(Uint8Array.of(1, 2), 0, 2, 1000)).toThrow(DecodeError);
  });
});
