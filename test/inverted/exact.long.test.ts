import { describe, expect, it } from 'vitest';
import type { SearchOptions } from '../../src/branch/index.js';
import { buildBranch, searchAll } from './build.js';
import { anyScoring, exhaustive, hardCorpus, hardQuery, integers } from './exhaustive.js';

const CORPORA = 250;
const QUERIES = 100;
const DEPTHS = 4;

describe('top-k search', () => {
  it(`is exhaustive scoring in ${CORPORA * QUERIES * DEPTHS} cases`, async () => {
    const next = integers(7);
    for (let seed = 0; seed < CORPORA; seed++) {
      const words = 10 + next(400);
      const docs = hardCorpus(seed + 1000, 200 + next(seed % 10 === 0 ? 12_000 : 1500), words);
      const index = await buildBranch(docs.map((doc) => doc.join(' ')));
      if (seed % 2 === 0) index.branch.warm();
      for (let q = 0; q < QUERIES; q++) {
        const query = hardQuery(next, words);
        const options: SearchOptions = {
          operator: next(4) === 0 ? 'all' : 'any',
          ...anyScoring(next),
        };
        const wanted = exhaustive(docs, query, options);
        for (let d = 0; d < DEPTHS; d++) {
          const depth = [1, 10, 1 + next(100), 1 + next(docs.length * 2)][d];
          const found = searchAll(index, query, depth, options);
          expect(found, `corpus ${seed}: ${query} ${depth}`).toEqual(wanted.slice(0, depth));
        }
      }
    }
  });
});
