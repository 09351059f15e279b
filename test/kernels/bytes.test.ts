import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from '../../src/inverted/bytes.js';
import { PageDecoder, PageEncoder, type TermEntry } from '../../src/inverted/dictionary-page.js';
import { pforCodec } from '../../src/inverted/pfor-codec.js';
import { byteKernels } from '../../src/kernels/index.js';
import { kernelsBuilt } from './built.js';

beforeAll(kernelsBuilt);

describe('checksum', () => {
  it("is zlib's, whole and in pieces", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(9), (bytes, cut, repeats) => {
        const long = Buffer.concat(Array(repeats * repeats * 30 + 1).fill(bytes));
        expect(byteKernels().crc32(long)).toBe(crc32(long));
        expect(byteKernels().crc32(long.subarray(cut), byteKernels().crc32(long.subarray(0, cut)))).toBe(
          crc32(long),
        );
      }),
    );
  });

  it('of 123456789 is the published check value', () => {
    expect(byteKernels().crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });
});

const LARGEST = 2 ** 32 - 1;

describe('a block of postings', () => {
  const gaps = fc.oneof(fc.nat(3), fc.nat(300), fc.nat(1e6));
  const tfs = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: LARGEST }));
  const block = fc
    .array(fc.tuple(gaps, tfs), { minLength: 1, maxLength: 128 })
    .chain((pairs) => fc.tuple(fc.constant(pairs), fc.integer({ min: -1, max: 1e6 })));
  /** What each decoder makes of bytes: undefined where it refuses them. */
  const both = (bytes: Uint8Array, count: number, previous: number, documents: number) => {
    const arrays = () => [new Uint32Array(count + 2).fill(77), new Uint32Array(count + 2).fill(77)];
    const [docs, frequencies] = arrays();
    const taken = byteKernels().decodeBlock(bytes, count, previous, documents, docs, frequencies, 1);
    const kernel = taken ? [[...docs], [...frequencies]] : undefined;
    const [theirs, others] = arrays();
    let reference: number[][] | undefined;
    try {
      pforCodec.decode(bytes, 0, bytes.length, count, previous, documents, theirs, others, 1);
      reference = [[...theirs], [...others]];
    } catch {}
    return { kernel, reference };
  };

  it('is decoded as by pfor-codec.ts', () => {
    fc.assert(
      fc.property(block, ([pairs, previous]) => {
        let last = previous;
        const docs = pairs.map(([gap]) => {
          last += gap + 1;
          return last;
        });
        const out = new ByteWriter(1);
        const frequencies = pairs.map(([, tf]) => tf);
        pforCodec.encode(
          Uint32Array.from(docs),
          Uint32Array.from(frequencies),
          0,
          docs.length,
          previous,
          out,
        );
        const { kernel, reference } = both(out.view().slice(), docs.length, previous, last + 1);
        expect(kernel).toEqual([
          [77, ...docs, 77],
          [77, ...frequencies, 77],
        ]);
        expect(kernel).toEqual(reference);
        expect(both(out.view().slice(), docs.length, previous, last).kernel).toBeUndefined();
      }),
    );
  });

  it('that is damaged is refused where pfor-codec.ts refuses it, and else read alike', () => {
    const damage = fc.array(fc.tuple(fc.nat(999), fc.nat(255)), { maxLength: 3 });
    let refused = 0;
    fc.assert(
      fc.property(block, damage, fc.integer({ min: -3, max: 3 }), ([pairs, previous], changes, more) => {
        const out = new ByteWriter(1);
        let last = previous;
        const docs = pairs.map(([gap]) => {
          last += gap + 1;
          return last;
        });
        const frequencies = Uint32Array.from(pairs, ([, tf]) => tf);
        pforCodec.encode(Uint32Array.from(docs), frequencies, 0, docs.length, previous, out);
        const bytes = out.view().slice(0, Math.max(1, out.length + Math.min(0, more)));
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const count = Math.min(128, Math.max(1, docs.length + Math.max(0, more)));
        const { kernel, reference } = both(bytes, count, previous, last + 2 ** 20);
        expect(kernel).toEqual(reference);
        if (kernel === undefined) refused++;
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});

describe('a term in a dictionary page', () => {
  const DOCUMENTS = 5000;
  const term = fc.oneof(
    fc.string({ maxLength: 4, unit: fc.constantFrom('a', 'b', 'é', '漢') }),
    fc.string({ minLength: 10, maxLength: 40, unit: fc.constantFrom('a', 'b') }),
    fc.string({ minLength: 1, maxLength: 300 }),
  );
  const entry = fc.record({
    df: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: DOCUMENTS })),
    more: fc.oneof(fc.constant(0), fc.nat(1e9)),
    bytes: fc.tuple(fc.nat(300), fc.nat(3e6), fc.nat(2 ** 40)),
  });
  const page = fc
    .uniqueArray(term, { minLength: 1, maxLength: 64 })
    .map((terms) => terms.map((text) => Buffer.from(text)).sort(Buffer.compare))
    .chain((terms) => fc.tuple(fc.constant(terms), fc.array(entry, { minLength: 64, maxLength: 64 })));

  const encode = (terms: Buffer[], entries: { df: number; more: number; bytes: number[] }[]) => {
    const out = new ByteWriter(1);
    const encoder = new PageEncoder(out);
    encoder.begin(7, 2 ** 33, 1);
    terms.forEach((text, i) => {
      const { df, more, bytes } = entries[i];
      const entry = { df, occurrences: df + more, doc: 3, position: 9 } as TermEntry;
      const [blocksBytes, postingsBytes, positionsBytes] = bytes;
      encoder.add(text, { ...entry, blocksBytes, postingsBytes, positionsBytes });
    });
    return out.view().slice();
  };
  const walked = (bytes: Uint8Array, count: number, wanted: Buffer) => {
    const decoder = new PageDecoder(new ByteReader(bytes), count, DOCUMENTS);
    for (let found = decoder.next(); found !== undefined; found = decoder.next()) {
      const order = Buffer.compare(decoder.term, wanted);
      if (order === 0) return found;
      if (order > 0) break;
    }
    return 'absent';
  };

  it('is where a walk through the page finds it, or absent', () => {
    fc.assert(
      fc.property(page, fc.array(term), ([terms, entries], others) => {
        const bytes = encode(terms, entries);
        for (const wanted of [...terms, ...others.map((text) => Buffer.from(text))]) {
          const place = byteKernels().findTerm(bytes, wanted, terms.length, DOCUMENTS);
          // Long terms are left to the walk.
          if (place === undefined) {
            expect(Math.max(wanted.length, ...terms.map(({ length }) => length))).toBeGreaterThan(256);
            continue;
          }
          const decoder = new PageDecoder(new ByteReader(bytes), terms.length, DOCUMENTS);
          expect(place === 'absent' ? place : decoder.found(place)).toEqual(
            walked(bytes, terms.length, wanted),
          );
        }
      }),
    );
  });

  it('of a damaged page is one that a walk finds, or the walk is left to say what is wrong', () => {
    const damage = fc.array(fc.tuple(fc.nat(9999), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(page, damage, ([terms, entries], changes) => {
        const bytes = encode(terms, entries);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        for (const wanted of terms) {
          const place = byteKernels().findTerm(bytes, wanted, terms.length, DOCUMENTS);
          if (place === undefined) continue;
          const reading = (read: () => unknown) => {
            try {
              return read();
            } catch (error) {
              return (error as Error).message;
            }
          };
          const mine = reading(() =>
            place === 'absent'
              ? place
              : new PageDecoder(new ByteReader(bytes), terms.length, DOCUMENTS).found(place),
          );
          const walk = reading(() => walked(bytes, terms.length, wanted));
          expect(mine).toEqual(walk);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
