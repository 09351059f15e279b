import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors/index.js';
import { type BranchList, contributionOf, formatFusion, fuse, parseFusion } from '../../src/recall/fusion.js';
import { thrown } from '../storage/scratch.js';

function list(name: string, ...scored: [doc: number, score: number][]): BranchList {
  return {
    name,
    docs: Uint32Array.from(scored, ([doc]) => doc),
    scores: Float64Array.from(scored, ([, score]) => score),
  };
}

const shown = (lists: BranchList[], fusion: string, k = 10) =>
  fuse(lists, parseFusion(fusion), k).map(({ doc, score }) => [doc, score]);

const text = list('text', [3, 10], [1, 7.5], [2, 5]);
const emb = list('emb', [2, 0.9], [4, 0.8]);

describe('rrf', () => {
  test('sums 1 / (60 + rank); of equal sums the lower document is first', () => {
    expect(shown([text, emb], 'rrf')).toEqual([
      [2, 1 / 63 + 1 / 61],
      [3, 1 / 61],
      [1, 1 / 62],
      [4, 1 / 62],
    ]);
  });

  test('k and weights are taken, unnamed branches weigh 1', () => {
    expect(shown([text, emb], 'rrf:k=0,text=3')).toEqual([
      [3, 3],
      [2, 3 * (1 / 3) + 1],
      [1, 3 * (1 / 2)],
      [4, 1 / 2],
    ]);
    expect(shown([text, emb], 'rrf:text=0')).toEqual([
      [2, 1 / 61],
      [4, 1 / 62],
      [1, 0],
      [3, 0],
    ]);
  });

  test('scores do not matter, only ranks', () => {
    const flat = list('text', [3, 1], [1, 1], [2, 1]);
    expect(shown([flat, emb], 'rrf')).toEqual(shown([text, emb], 'rrf'));
  });

  test('ranks are those in each list, undefined where a document is not', () => {
    expect(fuse([text, emb], parseFusion('rrf'), 10).map(({ doc, ranks }) => [doc, ranks])).toEqual([
      [2, [3, 1]],
      [3, [1, undefined]],
      [1, [2, undefined]],
      [4, [undefined, 2]],
    ]);
  });
});

describe('minmax', () => {
  test('maps each list to 0 … 1 and sums; an absent document gets 0', () => {
    // text: 3 → 1, 1 → (7.5 - 5) / 5, 2 → 0. emb: 2 → 1, 4 → 0.
    expect(shown([text, emb], 'minmax')).toEqual([
      [2, 1],
      [3, 1],
      [1, 0.5],
      [4, 0],
    ]);
  });

  test('weights', () => {
    expect(shown([text, emb], 'minmax:text=0.4,emb=0.6')).toEqual([
      [2, 0.6],
      [3, 0.4],
      [1, 0.2],
      [4, 0],
    ]);
  });

  test('negative scores (l2) are mapped like others', () => {
    // -1 is the best, -9 the worst: -3 lies 6/8 of the way up.
    expect(shown([list('v', [5, -1], [6, -3], [7, -9])], 'minmax')).toEqual([
      [5, 1],
      [6, 0.75],
      [7, 0],
    ]);
  });

  test('a list whose scores are all equal gives every candidate 1, a list of one too', () => {
    expect(shown([list('v', [5, 2], [7, 2], [9, 2])], 'minmax')).toEqual([
      [5, 1],
      [7, 1],
      [9, 1],
    ]);
    expect(shown([list('a', [5, 0]), text], 'minmax')).toEqual([
      [3, 1],
      [5, 1],
      [1, 0.5],
      [2, 0],
    ]);
  });
});

describe('both', () => {
  test('an empty list adds nothing, no lists give nothing, and k cuts', () => {
    for (const method of ['rrf', 'minmax']) {
      expect(shown([text, list('emb')], method)).toEqual(shown([text], method));
      expect(shown([], method)).toEqual([]);
      expect(shown([list('a'), list('b')], method)).toEqual([]);
      expect(shown([text, emb], method, 2)).toEqual(shown([text, emb], method).slice(0, 2));
      expect(shown([text, emb], method, 0)).toEqual([]);
    }
  });

  test('any lists: the sum over branches of weight times contribution, best first, ties by document', () => {
    const branch = (name: string) =>
      fc
        .uniqueArray(fc.tuple(fc.nat(20), fc.constantFrom(0, 1, 2, 3.5, -1)), { selector: ([doc]) => doc })
        .map((scored) => list(name, ...scored.sort(([a, x], [b, y]) => y - x || a - b)));
    const fusion = fc.constantFrom('rrf', 'rrf:k=1,a=2', 'minmax', 'minmax:a=0.25,b=3');
    fc.assert(
      fc.property(branch('a'), branch('b'), branch('c'), fusion, fc.nat(30), (a, b, c, how, k) => {
        const lists = [a, b, c];
        const { method, k: constant, weights } = parseFusion(how);
        const expected = [...new Set(lists.flatMap(({ docs }) => [...docs]))].map((doc) => {
          let score = 0;
          for (const { name, docs, scores } of lists) {
            const at = docs.indexOf(doc);
            if (at < 0) continue;
            const [min, max] = [Math.min(...scores), Math.max(...scores)];
            const share = min === max ? 1 : (scores[at] - min) / (max - min);
            score += (weights.get(name) ?? 1) * (method === 'rrf' ? 1 / (constant + at + 1) : share);
          }
          return [doc, score];
        });
        expected.sort(([x, s], [y, t]) => t - s || x - y);
        expect(shown(lists, how, k)).toEqual(expected.slice(0, k));
      }),
      { numRuns: 300 },
    );
  });

  test('contributionOf is what one candidate brings before its weight', () => {
    const weighted = parseFusion('minmax:text=9');
    expect([0, 1, 2].map(contributionOf(text, weighted))).toEqual([1, 0.5, 0]);
    expect([0, 1].map(contributionOf(emb, parseFusion('rrf:k=9')))).toEqual([1 / 10, 1 / 11]);
  });
});

describe('parseFusion', () => {
  test.each<[string, ReturnType<typeof parseFusion>]>([
    ['rrf', { method: 'rrf', k: 60, weights: new Map() }],
    ['minmax', { method: 'minmax', k: 60, weights: new Map() }],
    ['rrf:k=10', { method: 'rrf', k: 10, weights: new Map() }],
    ['rrf:k=60,text=2', { method: 'rrf', k: 60, weights: new Map([['text', 2]]) }],
    [
      'minmax:text=0.4,emb=0.6',
      {
        method: 'minmax',
        k: 60,
        weights: new Map([
          ['text', 0.4],
          ['emb', 0.6],
        ]),
      },
    ],
    // Only rrf has a constant; to minmax it is a branch like others.
    ['minmax:k=2', { method: 'minmax', k: 60, weights: new Map([['k', 2]]) }],
    // A field may have any name: the last '=' counts.
    ['rrf:a=b=2', { method: 'rrf', k: 60, weights: new Map([['a=b', 2]]) }],
    ['rrf:__proto__=2', { method: 'rrf', k: 60, weights: new Map([['__proto__', 2]]) }],
  ])('%s', (given, fusion) => {
    expect(parseFusion(given)).toEqual(fusion);
    expect(parseFusion(formatFusion(fusion))).toEqual(fusion);
  });

  test.each([
    ['', "--fusion : unknown method ''; there are rrf and minmax"],
    ['rff', "--fusion rff: unknown method 'rff'; did you mean 'rrf'?"],
    ['max', "--fusion max: unknown method 'max'; there are rrf and minmax"],
    ['rrf:', "--fusion rrf:: '' is not name=number"],
    ['rrf:text', "--fusion rrf:text: 'text' is not name=number"],
    ['rrf:text=', "--fusion rrf:text=: 'text=' is not name=number"],
    ['rrf:text= ', "--fusion rrf:text= : 'text= ' is not name=number"],
    ['rrf:=1', "--fusion rrf:=1: '=1' is not name=number"],
    ['rrf:text=two', "--fusion rrf:text=two: 'text=two' is not name=number"],
    ['rrf:text=-1', "--fusion rrf:text=-1: 'text=-1' is not name=number"],
    ['rrf:k=-60', "--fusion rrf:k=-60: 'k=-60' is not name=number"],
    ['rrf:text=Infinity', "--fusion rrf:text=Infinity: 'text=Infinity' is not name=number"],
    ['rrf:text=NaN', "--fusion rrf:text=NaN: 'text=NaN' is not name=number"],
    ['rrf:text=1,', "--fusion rrf:text=1,: '' is not name=number"],
    ['rrf:text=1,text=2', "--fusion rrf:text=1,text=2: 'text' is given twice"],
    ['rrf:k=1,k=2', "--fusion rrf:k=1,k=2: 'k' is given twice"],
  ])('%s is refused', (given, message) => {
    const error = thrown(() => parseFusion(given));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe(message);
  });
});
