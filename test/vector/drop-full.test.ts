import { beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors/index.js';
import { formatIndexSpec, parseIndexSpec } from '../../src/schema/index.js';
import { readVector, withoutFull } from '../../src/vector/index.js';
import { kernelsBuilt } from '../kernels/built.js';
import { randomRows } from '../kernels/rows.js';
import { bruteForce, built, recall, schemaOf, search } from './built.js';
import { clustered } from './matrix.js';

beforeAll(kernelsBuilt);

const without = (text: string) => formatIndexSpec(withoutFull(parseIndexSpec(text).spec));

describe('a spec without full vectors', () => {
  test.each([
    ['hnsw', 'hnsw:M=16,efConstruction=200+sq8:dim=0+drop-full'],
    ['ivf+pq', 'ivf:nlist=0+pq:m=0,bits=4+drop-full'],
    ['flat+rabitq', 'flat+rabitq+drop-full'],
    ['ivf+sq8+drop-full', 'ivf:nlist=0+sq8:dim=0+drop-full'],
  ])('of %s is %s', (text, resolved) => {
    expect(without(text)).toBe(resolved);
    expect(without(resolved)).toBe(resolved);
  });

  test.each([
    [
      'flat',
      "--drop-full with index spec 'flat': the vectors are all there is to score with; take codes beside them, flat+sq8, flat+sq4, flat+pq, flat+rabitq",
    ],
    [
      'hnsw+f32',
      "--drop-full with index spec 'hnsw+f32': the vectors are all there is to score with; take codes beside them, hnsw+sq8",
    ],
    [
      'ivf+pq+refine:factor=4',
      "--drop-full with index spec 'ivf+pq+refine:factor=4': '+refine' ranks on the vectors that are not to be stored; leave one out",
    ],
    [
      'ivf+pg',
      "index spec 'ivf+pg': stage '+pg' is not known; did you mean 'pq'?; ivf takes +sq8, +f32, +sq4, +pq, +rabitq",
    ],
    [
      'ivff+pq',
      "index spec 'ivff+pq': kind 'ivff' is not known; did you mean 'ivf'?; there are flat, ivf, hnsw",
    ],
  ])('of %s is refused', (text, message) => {
    expect(() => without(text)).toThrow(new UsageError(message));
  });

  test('is refused under hamming, whose rows are the codes', () => {
    expect(() => schemaOf('hnsw+sq8+drop-full', 'hamming', 8)).toThrow(
      "'+drop-full' under hamming, where packed bits are compared as they are stored; leave it out",
    );
  });
});

const vectors = clustered('l2', 700, 12, 1);
const query = { id: 'q', vectors: { emb: Float32Array.from(vectors[3]) } };

test.each(['flat+sq8', 'ivf+sq8', 'hnsw+sq8', 'ivf+pq', 'flat+rabitq'])(
  '%s: rows are gone, and all else is as it is with them',
  async (spec) => {
    const arrays = async (text: string) => {
      const { views } = await built(text, 'l2', [vectors]);
      const { reader } = views[0];
      return new Map(reader.list().map(({ name }) => [name, Buffer.from(reader.load(name))]));
    };
    const [full, dropped] = [await arrays(spec), await arrays(`${spec}+drop-full`)];
    expect(full.get('vector/emb/rows')?.length).toBe(700 * 12 * 4);
    full.delete('vector/emb/rows');
    const scales = dropped.get('vector/emb/scales');
    expect(scales?.length).toBe(spec.endsWith('sq8') ? undefined : 700 * 4);
    dropped.delete('vector/emb/scales');
    expect([...dropped.keys()]).toEqual([...full.keys()]);
    for (const [name, bytes] of full) expect(dropped.get(name)!.equals(bytes), name).toBe(true);
  },
);

test('what a byte a component stands for is within half a step of the vector', async () => {
  for (const metric of ['l2', 'ip'] as const) {
    const { schema, views, written } = await built('flat+sq8+drop-full', metric, [vectors]);
    const step = written[0].meta.step as number;
    let [off, cut] = [0, 0];
    vectors.forEach((vector, doc) => {
      readVector('emb', schema, views[0], doc)!.forEach((value, j) => {
        const error = Math.abs(value - Math.fround(vector[j]));
        if (error <= 0.5001 * step) off += error;
        else cut++;
      });
    });
    expect(off).toBeGreaterThan(0);
    // The grid may cut the few furthest components off where that loses less.
    expect(cut).toBeLessThan(0.05 * 700 * 12);
  }
});

test('what coarser codes stand for is nearer to the vector than other vectors are', async () => {
  for (const [spec, share] of [
    ['ivf+sq4+drop-full', 0.02],
    ['flat+pq+drop-full', 0.15],
    ['ivf+rabitq+drop-full', 0.45],
  ] as const) {
    for (const metric of ['l2', 'ip'] as const) {
      const { schema, views } = await built(spec, metric, [vectors]);
      const mean = vectors[0].map((_, j) => vectors.reduce((sum, v) => sum + v[j], 0) / 700);
      let [error, spread] = [0, 0];
      vectors.forEach((vector, doc) => {
        readVector('emb', schema, views[0], doc)!.forEach((value, j) => {
          error += (value - vector[j]) ** 2;
          spread += (vector[j] - mean[j]) ** 2;
        });
      });
      expect(error / spread, `${spec}, ${metric}`).toBeLessThan(share);
    }
  }
});

test('most of the true nearest are still found, the more the finer the code', async () => {
  const many = clustered('l2', 3000, 32, 4);
  const queries = clustered('l2', 40, 32, 5);
  const found = async (spec: string) => {
    const { branch } = await built(spec, 'l2', [many]);
    const share = (q: number[]) => {
      const hits = search(branch, q, 10);
      const docs = new Set(hits.map(({ doc }) => doc));
      return bruteForce('l2', many, q, 10).filter(({ doc }) => docs.has(doc)).length / 10;
    };
    return queries.reduce((sum, q) => sum + share(q), 0) / queries.length;
  };
  const [bytes, words, signs] = await Promise.all(
    ['hnsw+sq8', 'ivf+pq', 'ivf+rabitq'].map((spec) => found(`${spec}+drop-full`)),
  );
  expect(bytes).toBeGreaterThan(0.95);
  expect(words).toBeGreaterThan(0.5);
  expect(words).toBeLessThan(bytes);
  expect(signs).toBeGreaterThan(0.3);
});

test('whole numbers from 0 to 255 lose nothing where their codes are themselves', async () => {
  const whole = randomRows(400, 10, 6).map((row) =>
    [...row].slice(0, 10).map((x) => Math.floor(Math.abs(x) * 40) % 256),
  );
  for (const spec of ['hnsw+sq8', 'ivf+sq8', 'flat+sq8']) {
    const { branch, schema, views, written } = await built(`${spec}+drop-full`, 'l2', [whole]);
    expect(written[0].meta.rows).toBe('u8');
    expect(readVector('emb', schema, views[0], 7)).toEqual(Float32Array.from(whole[7]));
    expect(recall(search(branch, whole[7], 10), bruteForce('l2', whole, whole[7], 10))).toBe(1);
    const prepared = branch.prepare({ id: 'q', vectors: { emb: Float32Array.from(whole[7]) } }, {})!;
    prepared.search(0, 1);
    expect(prepared.notes.join()).not.toContain('dropped');
  }
});

test('what the full vectors are needed for is refused, and answers say what they are of', async () => {
  const { branch } = await built('ivf+pq+drop-full', 'l2', [vectors]);
  expect(() => branch.prepare(query, { refine: 5 })).toThrow(
    new UsageError(
      "refine ranks candidates on the full vectors, which 'emb' was built without (--drop-full); leave it out",
    ),
  );
  expect(() => branch.prepare(query, { targetRecall: 0.9 })).toThrow(
    new UsageError(
      "no recall of 'emb' can be aimed at: it was built without the full vectors (--drop-full) that recall is measured against",
    ),
  );
  for (const [options, how] of [
    [{}, 'ivf'],
    [{ exact: true }, 'exact: every vector compared'],
  ] as const) {
    const prepared = branch.prepare(query, options)!;
    const { docs } = prepared.search(0, 3);
    expect(prepared.notes).toEqual([
      expect.stringMatching(new RegExp(`^emb: ${how}.*, by its code: the full vectors were dropped$`)),
    ]);
    expect(prepared.explain(0, docs[0])?.summary).toMatch(
      /^minus the squared distance of 'emb', .*, by its code$/,
    );
  }
});
