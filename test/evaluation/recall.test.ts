import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recallAtK, summariseRecall } from '../../src/evaluation/index.js';

const rows = (...values: number[]): Int32Array => Int32Array.from(values);

describe('recallAtK', () => {
  it.each([
    ['two of three, in any order', [9, 1, 2, 3], [1, 9, 4, 2], 3, { hits: 2, of: 3, recall: 2 / 3 }],
    ['the first k of both only', [5, 1], [1, 5], 1, { hits: 0, of: 1, recall: 0 }],
    ['fewer results than k', [1], [1, 2], 2, { hits: 1, of: 2, recall: 1 / 2 }],
    ['a truth shorter than k', [1, 2, 3], [3, 4], 3, { hits: 1, of: 2, recall: 1 / 2 }],
    ['padding in the truth', [1, 2], [-1, 2, -1], 2, { hits: 1, of: 1, recall: 1 }],
    ['a row found twice', [1, 1, 2], [1, 3, 4], 3, { hits: 1, of: 3, recall: 1 / 3 }],
    ['no truth', [1], [], 3, { hits: 0, of: 0, recall: Number.NaN }],
  ])('%s', (_, results, truth, k, wanted) => {
    expect(recallAtK(rows(...results), rows(...truth), k)).toEqual({ ...wanted, absent: 0 });
  });

  it('removes and counts truth rows that the index lacks before it takes the first k', () => {
    const present = (row: number): boolean => row % 2 === 0;
    expect(recallAtK(rows(2, 6), rows(1, 2, 3, 4, 6), 2, { present })).toEqual({
      hits: 1,
      of: 2,
      recall: 0.5,
      absent: 2,
    });
  });

  it('counts ties with the k-th neighbour, and only those, when told the scores', () => {
    const found = rows(1, 7, 8);
    const truth = rows(1, 2, 3, 4);
    expect(recallAtK(found, truth, 3).hits).toBe(1);
    const ties = { results: [9, 5, 4], truth: [9, 6, 5, 5] };
    expect(recallAtK(found, truth, 3, { ties }).hits).toBe(2);
    const near = { ...ties, results: [9, 5.0000001, 4] };
    expect(recallAtK(found, truth, 3, { ties: near }).hits).toBe(1);
    expect(recallAtK(found, truth, 3, { ties: { ...near, tolerance: 1e-6 } }).hits).toBe(2);
    // more ties than places are still no more than all
    expect(recallAtK(rows(7, 8, 9), rows(1), 3, { ties: { results: [5, 5, 5], truth: [5] } })).toMatchObject({
      hits: 1,
      of: 1,
    });
  });

  it('is the size of the intersection, over k', () => {
    const list = fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(list, list, fc.integer({ min: 1, max: 40 }), (results, truth, k) => {
        const wanted = results.slice(0, k).filter((row) => truth.slice(0, k).includes(row)).length;
        const { recall } = recallAtK(rows(...results), rows(...truth), k);
        expect(recall).toBeCloseTo(wanted / Math.min(k, truth.length), 12);
      }),
    );
  });

  it('a search that breaks ties its own way has tie-aware recall 1', () => {
    const distances = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(distances, fc.integer({ min: 1, max: 12 }), (all, k) => {
        const up = all.map((_, row) => row).sort((a, b) => all[a] - all[b] || a - b);
        const down = all.map((_, row) => row).sort((a, b) => all[a] - all[b] || b - a);
        const ties = { results: down.map((row) => all[row]), truth: up.map((row) => all[row]) };
        expect(recallAtK(down, up, k, { ties }).recall).toBe(1);
      }),
    );
  });

  it('is averaged over the queries that have truth', () => {
    const recalls = [
      recallAtK([1, 2], [1, 3], 2),
      recallAtK([1, 2], [2], 2),
      recallAtK([1], [9, 8], 2, { present: () => false }),
    ];
    expect(summariseRecall(recalls, 2)).toEqual({
      mean: 0.75,
      queries: 2,
      queriesWithoutTruth: 1,
      shortQueries: 1,
      absent: 2,
    });
    expect(summariseRecall([], 10).mean).toBeNaN();
  });
});
