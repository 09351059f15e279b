import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { kernelsBuilt } from '../kernels/built.js';
import { built, search } from './built.js';
import { collection } from './collection.js';

beforeAll(kernelsBuilt);

const glove = collection('glove-100', 'fvecs');

// 60,000 word vectors, cosine; the truth was computed by another program in float64.
describe.skipIf(glove === undefined)('GloVe', () => {
  const { base, queries, truth } = glove ?? { base: [], queries: [], truth: [] };
  const some = queries.slice(0, 100);

  test('flat gives the true 100 nearest', async () => {
    const { branch } = await built('flat', 'cosine', [base], {}, onTestFinished);
    some.forEach((query, i) => {
      const hits = search(branch, query, 100);
      const cosines = new Map(search(branch, query, 130).map((hit) => [hit.doc, hit.score]));
      // Where two are equally near to the last bit of one program, the other may order them the other way.
      hits.forEach((hit, rank) => {
        expect(cosines.get(truth[i][rank])).toBeCloseTo(hit.score, 7);
      });
    });
  });

  test.each([
    ['hnsw', { efSearch: 800 }],
    ['ivf', { nprobe: 256 }],
  ])('%s reaches recall 0.99 at %j, and exact is exact', async (spec, options) => {
    const { branch } = await built(spec, 'cosine', [base], {}, onTestFinished);
    let found = 0;
    some.forEach((query, i) => {
      const docs = new Set(truth[i].subarray(0, 10));
      found += search(branch, query, 10, options).filter((hit) => docs.has(hit.doc)).length;
      expect(new Set(search(branch, query, 10, { exact: true }).map((hit) => hit.doc))).toEqual(docs);
    });
    expect(found / (10 * some.length)).toBeGreaterThanOrEqual(0.99);
  });
});
