import { describe, expect, it } from 'vitest';
import type { SearchOptions } from '../../src/branch/index.js';
import { buildBranch, searchAll } from './build.js';
import { anyScoring, exhaustive, hardCorpus, hardQuery, integers } from './exhaustive.js';

const DOCUMENTS = 7000;
const WORDS = 150;
const QUERIES = 60;

describe('top-k search', () => {
  it.each([1, 2, 3])('is exhaustive scoring bit for bit, ties too (corpus %i)', async (seed) => {
    const docs = hardCorpus(seed, DOCUMENTS, WORDS);
    const texts = docs.map((words) => words.join(' '));
    const one = await buildBranch(texts);
    const many = await buildBranch(texts, [900, 2100]);
    // What is warm keeps positions and looks frequent terms up by document.
    many.branch.warm();
    const next = integers(seed + 100);
    let ties = 0;
    for (let q = 0; q < QUERIES; q++) {
      const query = hardQuery(next, WORDS);
      const options: SearchOptions = {
        operator: next(3) === 0 ? 'all' : 'any',
        ...anyScoring(next),
      };
      const wanted = exhaustive(docs, query, options);
      for (const depth of [1, 2, 10, 1 + next(200), DOCUMENTS]) {
        const best = wanted.slice(0, depth);
        expect(searchAll(one, query, depth, options), `${query} ${depth}`).toEqual(best);
        expect(searchAll(many, query, depth, options), `${query} ${depth}, segments`).toEqual(best);
        if (depth < wanted.length && wanted[depth][1] === wanted[depth - 1][1]) ties++;
      }
    }
    // The corpus is what it is made for: often the first document left out scores as the last one taken.
    expect(ties).toBeGreaterThan(QUERIES / 2);
  });

  it.each<[string, SearchOptions]>([
    ['bm25', {}],
    ['bm25, no lengths', { k1: 1.2, b: 0 }],
    ['ql', { scoring: 'ql' }],
  ])('is so when frequent words are asked for again and again under one scoring (%s)', async (_, scoring) => {
    const docs = hardCorpus(4, DOCUMENTS, WORDS);
    const built = await buildBranch(docs.map((words) => words.join(' ')));
    built.branch.warm();
    const next = integers(104);
    // Lists of more than 1,024 documents: what their postings score is kept as levels, where they are and their positions too.
    const word = () => `w${next(8)}`;
    for (let q = 0; q < QUERIES; q++) {
      const words = Array.from({ length: 2 + next(3) }, word);
      for (const query of [words.join(' '), `"${words.join(' ')}"`, `"${words[0]} ${words[1]}" ${word()}`]) {
        const options: SearchOptions = { operator: 'all', ...scoring };
        const wanted = exhaustive(docs, query, options);
        for (const depth of [1, 3, 10, 40])
          expect(searchAll(built, query, depth, options), `${query} ${depth}`).toEqual(
            wanted.slice(0, depth),
          );
      }
    }
  });
});
