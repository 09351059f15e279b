import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bisect, type TermSets } from '../../src/reorder/index.js';
import { seeded } from '../helpers/random.js';

function setsOf(documents: number[][]): TermSets {
  const starts = new Float64Array(documents.length + 1);
  documents.forEach((terms, doc) => {
    starts[doc + 1] = starts[doc] + terms.length;
  });
  const terms = Uint32Array.from(documents.flat());
  return {
    documents: documents.length,
    starts,
    terms,
    termCount: terms.reduce((n, t) => Math.max(n, t + 1), 0),
  };
}

function ordered(sets: TermSets): Uint32Array {
  const steps = bisect(sets);
  let next = steps.next();
  while (!next.done) next = steps.next();
  return next.value;
}

/** Bits that the gaps of all lists take at least: log2 of each, the first from before document 0. */
function gapBits(documents: number[][], order: ArrayLike<number>): number {
  const last = new Map<number, number>();
  let bits = 0;
  for (let place = 0; place < order.length; place++) {
    for (const term of documents[order[place]]) {
      bits += Math.log2(place - (last.get(term) ?? -1));
      last.set(term, place);
    }
  }
  return bits;
}

/** Documents about one of a few topics, each with words of its own and some of all. */
function topical(
  count: number,
  topics: number,
  next: () => number,
): { documents: number[][]; topics: number[] } {
  const of = Array.from({ length: count }, () => Math.floor(next() * topics));
  const documents = of.map((topic) => {
    const terms = new Set<number>();
    for (let i = 0; i < 12; i++) terms.add(topic * 40 + Math.floor(40 * next() ** 2));
    for (let i = 0; i < 4; i++) terms.add(topics * 40 + Math.floor(200 * next()));
    return [...terms];
  });
  return { documents, topics: of };
}

describe('recursive graph bisection', () => {
  test('gives each document one place, whatever its terms, and the same each time', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(fc.nat(60), { maxLength: 12 }), { maxLength: 700 }),
        (documents) => {
          const order = ordered(setsOf(documents));
          expect([...order].sort((a, b) => a - b)).toEqual(documents.map((_, i) => i));
          expect(ordered(setsOf(documents))).toEqual(order);
        },
      ),
      { numRuns: 60 },
    );
  });

  // Halves of more than 256 are sorted another way than smaller ones.
  test.each([300, 3000])('of %d documents of two topics parts these', (count) => {
    const { documents, topics } = topical(count, 2, seeded(count));
    const order = ordered(setsOf(documents));
    const first = [...order.subarray(0, count >> 1)].map((doc) => topics[doc]);
    const most = Math.max(first.filter((t) => t === 0).length, first.filter((t) => t === 1).length);
    // As many as there are of the rarer topic, but for a few.
    const fewer = Math.min(topics.filter((t) => t === 0).length, topics.filter((t) => t === 1).length);
    expect(most).toBeGreaterThan(0.97 * Math.min(fewer, count >> 1));
  });

  test.each([1, 2, 3])('takes a fifth of the bits off the gaps of twenty topics (seed %d)', (seed) => {
    const { documents } = topical(4000, 20, seeded(seed));
    const before = gapBits(
      documents,
      documents.map((_, i) => i),
    );
    expect(gapBits(documents, ordered(setsOf(documents)))).toBeLessThan(0.8 * before);
  });
});
