import { describe, expect, it } from 'vitest';
import { buildBranch, searchAll } from './build.js';

/** The formulae as the papers have them, over documents that are lists of words. */
const docs = [
  'red fox red',
  'the red dog sat by the old red red barn door all day long',
  'fox',
  'old dog',
  'a red fox and a red hen',
  '',
].map((text) => text.split(' ').filter((word) => word !== ''));
const N = docs.filter((words) => words.length > 0).length;
const tokens = docs.flat().length;
const average = tokens / N;
const tfOf = (words: string[], term: string) => words.filter((word) => word === term).length;
const dfOf = (term: string) => docs.filter((words) => words.includes(term)).length;

function scored(query: string[], part: (term: string, tf: number, length: number) => number) {
  return docs
    .map((words, doc): [number, number] => [
      doc,
      query.reduce((sum, term) => {
        const tf = tfOf(words, term);
        return sum + (tf === 0 ? 0 : part(term, tf, words.length));
      }, 0),
    ])
    .filter(([doc]) => query.some((term) => docs[doc].includes(term)))
    .sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

async function expectScores(query: string[], scoring: string, options: object, wanted: [number, number][]) {
  const index = await buildBranch(docs.map((words) => words.join(' ')));
  const found = searchAll(index, query.join(' '), 10, { scoring, ...options });
  expect(found.map(([doc]) => doc)).toEqual(wanted.map(([doc]) => doc));
  for (const [i, [, score]] of found.entries()) expect(score).toBeCloseTo(wanted[i][1], 12);
}

describe('scoring', () => {
  const query = ['red', 'fox', 'dog'];
  const k1 = 0.9;
  const b = 0.4;
  const norm = (length: number) => 1 - b + (b * length) / average;

  it('bm25+ is a lower bound for each term, on top of BM25 with k1 + 1', async () => {
    for (const delta of [1, 0.3]) {
      const wanted = scored(query, (term, tf, length) => {
        const idf = Math.log((N + 1) / dfOf(term));
        return idf * (((k1 + 1) * tf) / (k1 * norm(length) + tf) + delta);
      });
      await expectScores(query, delta === 1 ? 'bm25+' : `BM25+:delta=${delta}`, { k1, b }, wanted);
    }
  });

  it('bm25l shifts the normalised frequency', async () => {
    for (const delta of [0.5, 2]) {
      const wanted = scored(query, (term, tf, length) => {
        const c = tf / norm(length);
        return (Math.log((N + 1) / (dfOf(term) + 0.5)) * ((k1 + 1) * (c + delta))) / (k1 + c + delta);
      });
      await expectScores(query, delta === 0.5 ? 'bm25l' : `bm25l:delta=${delta}`, { k1, b }, wanted);
    }
  });

  it('bm25+ and bm25l without a delta are BM25 but for constants', async () => {
    const wanted = scored(query, (term, tf, length) => {
      return (Math.log((N + 1) / dfOf(term)) * (k1 + 1) * tf) / (k1 * norm(length) + tf);
    });
    await expectScores(query, 'bm25+:delta=0', { k1, b }, wanted);
  });

  it('ql is query likelihood with Dirichlet smoothing, no term below a least', async () => {
    for (const mu of [1000, 5]) {
      const wanted = scored(query, (term, tf, length) => {
        const p = docs.flat().filter((word) => word === term).length / tokens;
        return Math.max(1e-9, Math.log(1 + tf / (mu * p)) + Math.log(mu / (length + mu)));
      });
      await expectScores(query, mu === 1000 ? 'ql' : `ql:mu=${mu}`, {}, wanted);
    }
    // A long document with a frequent word.
    expect(Math.log(1 + 1 / ((5 * 6) / tokens)) + Math.log(5 / (14 + 5))).toBeLessThan(0);
  });

  it('a phrase of ql is as probable as its terms side by side by chance', async () => {
    const index = await buildBranch(docs.map((words) => words.join(' ')));
    const count = (term: string) => docs.flat().filter((word) => word === term).length;
    const p = (count('red') * count('fox')) / tokens ** 2;
    const score = (length: number) => Math.log((1 + 1 / (10 * p)) * (10 / (length + 10)));
    const found = searchAll(index, '"red fox"', 10, { scoring: 'ql:mu=10' });
    expect(found.map(([doc]) => doc)).toEqual([0, 4]);
    expect(found[0][1]).toBeCloseTo(score(3), 12);
    expect(found[1][1]).toBeCloseTo(score(7), 12);
  });

  it('what is asked wrongly is said', async () => {
    const index = await buildBranch(['red fox']);
    for (const [scoring, options, message] of [
      ['bm26', {}, "scoring 'bm26': not known; did you mean 'bm25'?"],
      ['tfidf', {}, "scoring 'tfidf': not known; there are bm25, bm25+, bm25l, bm25f, ql"],
      ['bm25:delta=1', {}, "scoring 'bm25:delta=1': takes --k1 and --b, nothing else"],
      ['bm25+:mu=1', {}, "scoring 'bm25+:mu=1': write bm25+:delta=NUMBER"],
      ['bm25l:delta=-1', {}, "scoring 'bm25l:delta=-1': '-1' is no number from 0"],
      ['ql', { k1: 1 }, "scoring 'ql': --k1 and --b are settings of BM25 and its kin"],
      ['ql:mu=0', {}, 'mu is 0; it must be above 0, and 1e9 at most'],
    ] as const)
      expect(() => searchAll(index, 'red', 1, { scoring, ...options })).toThrow(message);
  });
});
