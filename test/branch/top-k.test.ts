import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { topK } from '../../src/branch/index.js';

type Scored = [doc: number, score: number];

/** The best k by sorting: higher score first, then lower document. */
function sorted(candidates: Scored[], k: number): Scored[] {
  return [...candidates].sort(([a, x], [b, y]) => y - x || a - b).slice(0, k);
}

/** Distinct documents in any order. Few different scores, so that ties abound; infinities and both zeros among them. */
const scores = fc.oneof(
  fc.constantFrom(0, 1, 2, -1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  fc.double({ noNaN: true }),
);
const candidates = fc.uniqueArray(fc.tuple(fc.nat(2 ** 32 - 1), scores), {
  selector: ([doc]) => doc,
  size: '+1',
});

function taken(heap: ReturnType<typeof topK>): Scored[] {
  const { docs, scores: kept } = heap.take();
  expect(docs.length).toBe(kept.length);
  return Array.from(docs, (doc, i): Scored => [doc, kept[i]]);
}

describe('topK', () => {
  test('keeps what sorting keeps, in its order, whatever the order of arrival', () => {
    fc.assert(
      fc.property(candidates, fc.nat(30), (list, k) => {
        const heap = topK(k);
        for (const [doc, score] of list) heap.push(doc, score);
        expect(taken(heap)).toEqual(sorted(list, k).map(([doc, score]) => [doc, score]));
      }),
      { numRuns: 1000 },
    );
  });

  test('the threshold is the worst kept score once k are held', () => {
    fc.assert(
      fc.property(candidates, fc.integer({ min: 1, max: 10 }), (list, k) => {
        const heap = topK(k);
        list.forEach(([doc, score], i) => {
          heap.push(doc, score);
          const best = sorted(list.slice(0, i + 1), k);
          expect(heap.threshold()).toBe(best.length < k ? Number.NEGATIVE_INFINITY : best[k - 1][1]);
        });
      }),
      { numRuns: 200 },
    );
  });

  test('of equal scores the lower documents stay, and an equal score enters only with a lower one', () => {
    const heap = topK(2);
    for (const doc of [5, 3, 9, 4]) heap.push(doc, 1);
    expect(heap.threshold()).toBe(1);
    expect(taken(heap)).toEqual([
      [3, 1],
      [4, 1],
    ]);
  });

  test('is empty after take() and can be filled again', () => {
    const heap = topK(3);
    heap.push(1, 5);
    heap.push(2, 6);
    expect(taken(heap)).toEqual([
      [2, 6],
      [1, 5],
    ]);
    expect(heap.threshold()).toBe(Number.NEGATIVE_INFINITY);
    expect(taken(heap)).toEqual([]);
    heap.push(7, 0);
    expect(taken(heap)).toEqual([[7, 0]]);
  });

  test('the best none: nothing enters', () => {
    const heap = topK(0);
    expect(heap.threshold()).toBe(Number.POSITIVE_INFINITY);
    heap.push(1, 1);
    expect(taken(heap)).toEqual([]);
  });

  test('scores are kept as doubles, documents as 32 bits', () => {
    const heap = topK(1);
    heap.push(2 ** 32 - 1, 0.1 + 0.2);
    const { docs, scores: kept } = heap.take();
    expect([docs[0], kept[0]]).toEqual([4_294_967_295, 0.30000000000000004]);
  });
});
