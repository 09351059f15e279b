import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Metric } from '../../src/schema/index.js';
import { readVector, vectorKinds, vectorStructure } from '../../src/vector/index.js';
import { kernelsBuilt } from '../kernels/built.js';
import { random } from '../kernels/rows.js';
import {
  bruteForce,
  built,
  recall,
  schemaOf,
  search,
  temporaryFolder,
  type Vectors,
  writeSegment,
} from './built.js';

beforeAll(kernelsBuilt);

const METRICS: Metric[] = ['l2', 'ip', 'cosine'];
const specs = vectorKinds.flatMap(({ kind, stages, defaultStage }) => [
  kind,
  ...stages.filter((stage) => stage !== defaultStage).map((stage) => `${kind}+${stage}`),
]);
const matrix = specs.flatMap((kind) => METRICS.map((metric) => ({ kind, metric })));

/** Points around a few centres, as embeddings are; never all zeros. */
function clustered(count: number, dim: number, seed: number): number[][] {
  const next = random(seed);
  const gauss = () => next() + next() + next() - 1.5;
  const centres = Array.from({ length: 12 }, () => Array.from({ length: dim }, () => 2 * gauss()));
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(next() * centres.length)];
    return centre.map((x) => x + gauss() / 2);
  });
}

const exact = { exact: true };

// Every kind, stage and metric goes through all of these.
describe.each(matrix)('$kind, $metric', ({ kind, metric }) => {
  test('exact is brute force, and the default finds nearly all', async () => {
    const vectors = clustered(1500, 20, 1);
    const { branch } = await built(kind, metric, [vectors]);
    const queries = clustered(20, 20, 2);
    let found = 0;
    for (const query of queries) {
      const expected = bruteForce(metric, vectors, query, 10);
      expect(search(branch, query, 10, exact)).toEqual(expected);
      const hits = search(branch, query, 10);
      found += recall(hits, expected);
      // Whatever was found has the score brute force gives it, in order.
      const all = new Map(bruteForce(metric, vectors, query, 1500).map((hit) => [hit.doc, hit.score]));
      for (const hit of hits) expect(hit.score).toBe(all.get(hit.doc));
      expect(hits).toEqual([...hits].sort((a, b) => b.score - a.score || a.doc - b.doc));
    }
    expect(found / queries.length).toBeGreaterThan(metric === 'ip' ? 0.8 : 0.95);
  });

  test.each([1, 3, 100, 784, 2048])('%i components', async (dim) => {
    const vectors = clustered(60, dim, dim);
    const { branch } = await built(kind, metric, [vectors]);
    for (const query of clustered(5, dim, dim + 1)) {
      expect(search(branch, query, 7, exact)).toEqual(bruteForce(metric, vectors, query, 7));
      expect(search(branch, query, 60)).toEqual(bruteForce(metric, vectors, query, 60));
    }
  });

  test('one vector, and more asked for than there are', async () => {
    const { branch, written } = await built(kind, metric, [[[1, 2, 3]]]);
    expect(written[0].counts).toEqual({ vectors: 1 });
    for (const options of [{}, exact]) {
      const hits = search(branch, [1, 1, 1], 100, options);
      expect(hits).toEqual(bruteForce(metric, [[1, 2, 3]], [1, 1, 1], 1));
    }
  });

  test('no vectors at all, with and without documents', async () => {
    for (const vectors of [[], [undefined, undefined]]) {
      const { branch, written } = await built(kind, metric, [vectors]);
      expect(written[0].counts).toEqual({ vectors: 0 });
      branch.warm();
      expect(search(branch, [1, 1, 1], 10)).toEqual([]);
      expect(search(branch, [1, 1, 1], 10, exact)).toEqual([]);
    }
  });

  test.each([
    ['the first', (doc: number) => doc < 2],
    ['the last', (doc: number) => doc > 30],
    ['every third', (doc: number) => doc % 3 === 1],
  ])('%s documents lack a vector', async (_, lacks) => {
    const vectors: Vectors = clustered(40, 5, 3).map((vector, doc) => (lacks(doc) ? undefined : vector));
    const { branch, schema, views } = await built(kind, metric, [vectors]);
    const query = [1, 2, 3, 4, 5];
    expect(search(branch, query, 40, exact)).toEqual(bruteForce(metric, vectors, query, 40));
    const prepared = branch.prepare({ id: 'q', vectors: { emb: Float32Array.from(query) } }, {})!;
    const scores = new Map(bruteForce(metric, vectors, query, 40).map((hit) => [hit.doc, hit.score]));
    vectors.forEach((vector, doc) => {
      expect(prepared.explain(0, doc)?.score).toBe(scores.get(doc));
      const stored = readVector('emb', schema, views[0], doc);
      if (metric === 'cosine') expect(stored === undefined).toBe(vector === undefined);
      else expect(stored).toEqual(vector && Float32Array.from(vector));
    });
  });

  test('vectors that repeat: exact gives the lowest documents among equal scores', async () => {
    const vectors = Array.from({ length: 600 }, (_, i) => [1 + (i % 5), 2, (i * 7) % 3]);
    const { branch } = await built(kind, metric, [vectors]);
    for (const depth of [1, 10, 130, 600]) {
      const expected = bruteForce(metric, vectors, [2, 2, 1], depth);
      expect(search(branch, [2, 2, 1], depth, exact)).toEqual(expected);
    }
    const scores = search(branch, [2, 2, 1], 10).map((hit) => hit.score);
    if (metric !== 'ip')
      expect(scores).toEqual(bruteForce(metric, vectors, [2, 2, 1], 10).map((hit) => hit.score));
  });

  test('whole numbers from 0 to 255 are stored as bytes, and scored as they are', async () => {
    const next = random(11);
    const whole = (dim: number) => Array.from({ length: dim }, () => Math.floor(next() ** 3 * 256));
    for (const [dim, count] of [
      [1, 40],
      [17, 700],
      [230, 120],
    ]) {
      const vectors = Array.from({ length: count }, () => whole(dim)).filter((v) => v.some((x) => x > 0));
      const { branch, schema, views, written } = await built(kind, metric, [vectors]);
      expect(written[0].meta.rows).toBe(metric === 'cosine' ? 'f32' : 'u8');
      const queries = [whole(dim), whole(dim).map((x) => x - 0.3), whole(dim).map((x) => 1000 - 30 * x)];
      for (const query of queries) {
        const all = bruteForce(metric, vectors, query, count);
        for (const depth of [1, 10, vectors.length]) {
          expect(search(branch, query, depth, exact)).toEqual(all.slice(0, depth));
        }
        const scores = new Map(all.map((hit) => [hit.doc, hit.score]));
        for (const hit of search(branch, query, 10, { efSearch: 20 })) {
          expect(hit.score).toBe(scores.get(hit.doc));
        }
      }
      if (metric !== 'cosine') {
        expect(readVector('emb', schema, views[0], 3)).toEqual(Float32Array.from(vectors[3]));
      }
    }
  });

  test('one vector five hundred times', async () => {
    const vectors = Array.from({ length: 500 }, () => [0.1, 0.7, -3]);
    const { branch } = await built(kind, metric, [vectors]);
    expect(search(branch, [1, 0, 0], 20, exact).map((hit) => hit.doc)).toEqual([...Array(20).keys()]);
    expect(search(branch, [1, 0, 0], 20)).toHaveLength(20);
  });

  test('several segments are searched one by one', async () => {
    const segments = [clustered(80, 6, 4), [[9, 9, 9, 9, 9, 9]], clustered(33, 6, 5)];
    const { branch } = await built(kind, metric, segments);
    branch.warm();
    segments.forEach((vectors, segment) => {
      const expected = bruteForce(metric, vectors, [1, -1, 1, -1, 1, -1], 9);
      expect(search(branch, [1, -1, 1, -1, 1, -1], 9, exact, segment)).toEqual(expected);
    });
    branch.close();
    expect(search(branch, [1, 1, 1, 1, 1, 1], 5, {}, 1).map((hit) => hit.doc)).toEqual([0]);
  });

  test('components so large that float32 overflows', async () => {
    const next = random(6);
    const vectors = Array.from({ length: 50 }, () => Array.from({ length: 4 }, () => (next() - 0.5) * 6e38));
    const { branch } = await built(kind, metric, [vectors]);
    for (const query of vectors.slice(0, 5)) {
      expect(search(branch, query, 8, exact)).toEqual(bruteForce(metric, vectors, query, 8));
      expect(search(branch, query, 8).length).toBeGreaterThan(0);
    }
  });

  test('components so small that float32 products vanish', async () => {
    const next = random(7);
    const vectors = Array.from({ length: 80 }, () => Array.from({ length: 5 }, () => (next() - 0.5) * 1e-30));
    const { branch } = await built(kind, metric, [vectors]);
    for (const query of vectors.slice(0, 5)) {
      expect(search(branch, query, 8, exact)).toEqual(bruteForce(metric, vectors, query, 8));
    }
  });

  test('differences that float32 can not tell', async () => {
    const next = random(8);
    const vectors = Array.from({ length: 300 }, () => Array.from({ length: 8 }, () => 1000 + next() / 500));
    const { branch } = await built(kind, metric, [vectors]);
    for (const query of clustered(4, 8, 9)) {
      expect(search(branch, query, 10, exact)).toEqual(bruteForce(metric, vectors, query, 10));
    }
    expect(search(branch, vectors[7], 5, exact)).toEqual(bruteForce(metric, vectors, vectors[7], 5));
  });

  test('the same bytes for the same vectors, whatever the memory and threads', async () => {
    const vectors = clustered(700, 33, 10);
    const folder = temporaryFolder();
    const schema = schemaOf(kind, metric, 33);
    const files: Buffer[] = [];
    for (const [i, settings] of [{}, { threads: 4 }, { memoryBytes: 5 << 20 }].entries()) {
      const path = join(folder, String(i));
      await writeSegment(path, schema, vectors, settings);
      files.push(readFileSync(path));
    }
    expect(files[1].equals(files[0])).toBe(true);
    expect(files[2].equals(files[0])).toBe(true);
  });
});

describe.each(['hnsw', 'hnsw+f32', 'hnsw+sq8:dim=9', 'ivf:nlist=512'])('%s, by threads', (kind) => {
  const floats = clustered(2100, 24, 12).sort((a, b) => a[0] - b[0]);
  const whole = floats.map((vector) =>
    vector.map((x) => Math.max(0, Math.min(255, Math.round(100 + 40 * x)))),
  );

  test.each(['l2', 'ip', 'cosine'] as const)('the same bytes under %s', async (metric) => {
    const schema = schemaOf(kind, metric, 24);
    for (const vectors of metric === 'cosine' ? [floats] : [floats, whole]) {
      const folder = temporaryFolder();
      const files: Buffer[] = [];
      for (const threads of [1, 2, 4]) {
        const path = join(folder, String(files.length));
        await writeSegment(path, schema, vectors, { threads });
        files.push(readFileSync(path));
      }
      for (const file of files) expect(file.equals(files[0])).toBe(true);
    }
  });
});

test('axes are kept where they say most, and recall stays', async () => {
  const next = random(13);
  const gauss = () => next() + next() + next() - 1.5;
  // Ten directions hold nearly everything of 260 components.
  const axes = Array.from({ length: 10 }, () => Array.from({ length: 260 }, gauss));
  const point = () => {
    const weights = axes.map(() => 3 * gauss());
    return axes[0].map((_, j) => 5 + 0.05 * gauss() + weights.reduce((sum, w, i) => sum + w * axes[i][j], 0));
  };
  const vectors = Array.from({ length: 1500 }, point);
  for (const metric of METRICS) {
    for (const spec of ['hnsw', 'ivf:nlist=16+sq8:dim=20']) {
      const { branch, written } = await built(spec, metric, [vectors]);
      expect(written[0].meta.codes).toBe((spec === 'hnsw' ? 128 : 20) + (metric === 'ip' ? 1 : 0));
      let found = 0;
      for (let i = 0; i < 20; i++) {
        const query = point();
        const expected = bruteForce(metric, vectors, query, 10);
        expect(search(branch, query, 10, exact)).toEqual(expected);
        found += recall(search(branch, query, 10), expected);
      }
      expect(found / 20).toBeGreaterThan(metric === 'ip' ? 0.8 : 0.95);
    }
  }
  // No direction says more than another: as many components as there are.
  const even = Array.from({ length: 300 }, () => Array.from({ length: 260 }, gauss));
  const { written } = await built('hnsw', 'l2', [even]);
  expect(written[0].meta.codes).toBe(260);
});

test('a query far outside the data still finds what is nearest', async () => {
  const vectors = clustered(3000, 8, 14);
  const { branch } = await built('hnsw', 'l2', [vectors]);
  for (const far of clustered(10, 8, 15)) {
    const query = far.map((x) => 300 * x);
    const expected = bruteForce('l2', vectors, query, 10);
    // Rounded to the ends of the grid the query would find what lies in a corner.
    expect(recall(search(branch, query, 10, { efSearch: 200 }), expected)).toBeGreaterThan(0.9);
  }
});

test.each(['l2', 'ip'] as const)('zero vectors are vectors like others under %s', async (metric) => {
  for (const kind of specs) {
    const vectors = [
      [0, 0, 0],
      [1, 0, 0],
      [0, 0, 0],
      [0, -1, 0],
    ];
    const { branch } = await built(kind, metric, [vectors]);
    expect(search(branch, [0, 0, 0], 4)).toEqual(bruteForce(metric, vectors, [0, 0, 0], 4));
    expect(search(branch, [0, 0, 0], 1)[0].score).toBe(0);
  }
});

test('parts of two fields do not meet', () => {
  const schema = schemaOf('flat', 'l2', 3);
  schema.vectors.push({ ...schema.vectors[0], name: 'other' });
  expect(vectorStructure.names(schema)).toEqual(['emb', 'other']);
  expect(vectorStructure.names(schema).map(vectorStructure.part)).toEqual(['vector/emb', 'vector/other']);
});
