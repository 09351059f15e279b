import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildIndex, openIndex } from '../../src/library.js';
import { scratch } from '../helpers/cli.js';
import { kernelsBuilt } from '../kernels/built.js';
import { random } from '../kernels/rows.js';

const cwd = scratch();
const DIM = 5;
const next = random(1);
// Few different values, so that scores tie within a segment and across segments.
const vectors = Array.from({ length: 230 }, () => Array.from({ length: DIM }, () => Math.floor(next() * 3)));
// Of whole numbers and not, by turns: they are compared by different kernels.
const queries = Array.from({ length: 40 }, (_, i) =>
  Array.from({ length: DIM }, () => Math.floor(next() * 3) + (i % 5 < 2 ? 0.25 : 0)),
);

beforeAll(async () => {
  await kernelsBuilt();
  const lines = vectors.map((v, i) =>
    JSON.stringify({ _id: `d${i}`, v, ...(i % 7 === 3 ? { v: null } : {}) }),
  );
  writeFileSync(join(cwd, 'docs.jsonl'), `${lines.join('\n')}\n`);
  for (const spec of ['hnsw', 'ivf:nlist=8', 'flat']) {
    await buildIndex({
      inputs: [join(cwd, 'docs.jsonl')],
      output: join(cwd, spec),
      vector: ['v'],
      vectorIndex: [spec],
      metric: ['l2'],
      segmentDocuments: 100,
    });
  }
});

describe.each(['hnsw', 'ivf:nlist=8', 'flat'])('%s', (spec) => {
  test('tables hold what single searches find, over segments', async () => {
    const index = await openIndex(join(cwd, spec));
    try {
      const matrix = Float32Array.from(queries.flat());
      for (const settings of [
        { k: 7 },
        { k: 7, exact: true },
        { k: 500 },
        { k: 3, efSearch: 5, nprobe: 2 },
      ]) {
        const { k, counts, docs, scores } = index.nearest(matrix, settings);
        expect(k).toBe(settings.k);
        for (const [q, vector] of queries.entries()) {
          const { hits } = await index.search({ vectors: { v: vector } }, settings);
          expect(counts[q]).toBe(hits.length);
          const row = [...docs.subarray(q * k, q * k + counts[q])];
          expect(row.map((doc) => index.id(doc))).toEqual(hits.map((hit) => hit.id));
          expect(row.map((doc) => `d${index.row(doc)}`)).toEqual(hits.map((hit) => hit.id));
          expect([...scores.subarray(q * k, q * k + counts[q])]).toEqual(hits.map((hit) => hit.score));
          for (let i = counts[q]; i < k; i++) {
            expect(docs[q * k + i]).toBe(0xffffffff);
            expect(scores[q * k + i]).toBeNaN();
          }
        }
      }
    } finally {
      index.close();
    }
  });
});

test('what is no matrix of the field is refused', async () => {
  const index = await openIndex(join(cwd, 'flat'));
  expect(() => index.nearest(new Float32Array(DIM + 1))).toThrow(
    `6 numbers are no rows of 5, the dimension of 'v'`,
  );
  expect(() => index.nearest(new Float32Array(DIM), { field: 'w' })).toThrow(
    `no vector field 'w' in this index (there are: v)`,
  );
  expect(() => index.nearest(new Float32Array(DIM), { k: 0 })).toThrow('k is 0');
  expect(() => index.nearest(Float32Array.of(0, 0, 0, Number.NaN, 0))).toThrow(
    `query '0': its vector for 'v' has NaN as component 3`,
  );
  expect(index.nearest(new Float32Array(0)).docs.length).toBe(0);
  index.close();
  expect(() => index.nearest(new Float32Array(DIM))).toThrow('closed');
});
