import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Metric } from '../../src/schema/index.js';
import { shared } from '../helpers/shared.js';
import { kernelsBuilt } from '../kernels/built.js';
import { built, search } from './built.js';
import { collection } from './collection.js';

beforeAll(kernelsBuilt);

const sets: [string, 'bvecs' | 'fvecs', Metric, object, object][] = [
  ['fashion-mnist-784', 'bvecs', 'l2', { efSearch: 64 }, { nprobe: 32 }],
  ['sift-128-200k', 'bvecs', 'l2', { efSearch: 200 }, { nprobe: 256 }],
  ['glove-100', 'fvecs', 'cosine', { efSearch: 800 }, { nprobe: 256 }],
];

describe.each(sets)('%s', (name, type, metric, efSearch, nprobe) => {
  const data = collection(name, type);
  const { base, queries, truth } = data ?? { base: [], queries: [], truth: [] };

  test.skipIf(data === undefined)('flat gives the true 100 nearest of every query', async () => {
    const { branch } = await built('flat', metric, [base], {}, onTestFinished);
    const bytes = readFileSync(shared(`data/${name}/gt_dist.fvecs`)!);
    queries.forEach((query, i) => {
      const hits = search(branch, query, 100);
      if (metric === 'l2') {
        // Whole numbers: distances and the order of equal ones are the same to the last.
        expect(hits.map((hit) => hit.doc)).toEqual([...truth[i]]);
      }
      hits.forEach((hit, rank) => {
        const distance = bytes.readFloatLE(i * 404 + 4 + rank * 4);
        if (metric === 'l2') expect(-hit.score).toBe(distance);
        else expect(1 - hit.score).toBeCloseTo(distance, 6);
      });
    });
  });

  test.skipIf(data === undefined).each([
    ['hnsw:M=16,efConstruction=200', efSearch],
    ['ivf', nprobe],
  ])('%s reaches recall 0.99', async (spec, options) => {
    const { branch } = await built(spec, metric, [base], { memoryBytes: 2 ** 31 }, onTestFinished);
    let found = 0;
    queries.forEach((query, i) => {
      const docs = new Set(truth[i].subarray(0, 10));
      found += search(branch, query, 10, options).filter((hit) => docs.has(hit.doc)).length;
    });
    expect(found / (10 * queries.length)).toBeGreaterThanOrEqual(0.99);
  });
});
