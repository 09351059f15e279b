import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CorruptError, RecordError } from '../../src/errors/index.js';
import { checkVector, type Metric } from '../../src/schema/index.js';
import { readVector, vectorStructure } from '../../src/vector/index.js';
import { kernelsBuilt } from '../kernels/built.js';
import { random } from '../kernels/rows.js';
import {
  bruteForce,
  built,
  openSegment,
  recall,
  schemaOf,
  search,
  temporaryFolder,
  type Vectors,
  writeSegment,
} from './built.js';
import { clustered, matrix } from './matrix.js';

beforeAll(kernelsBuilt);

/** Tests that a pair of spec and metric does not go through, and why. */
const SKIPPED: { test: string; spec?: RegExp; metric?: Metric; reason: string }[] = [
  { test: 'floats', metric: 'hamming', reason: 'components are bytes' },
  { test: 'bytes', metric: 'hamming', reason: 'components are always bytes' },
];

const exact = { exact: true };

// Every kind and stage, under every metric, goes through all of these.
describe.each(matrix)('$spec, $metric', ({ spec, metric }) => {
  /** Tests that may be skipped are told by their first word. */
  const unless = (name: string) =>
    test.skipIf(
      SKIPPED.some(
        (skip) => skip.test === name && (skip.metric ?? metric) === metric && (skip.spec ?? /^/).test(spec),
      ),
    );
  const dropped = spec.endsWith('+drop-full');
  /** Writes, opens and checks segments; what is nearest in them by brute force, by what codes stand for where that is all. */
  const build = async (segments: Vectors[]) => {
    const made = await built(spec, metric, segments);
    const known = segments.map((vectors, segment) =>
      dropped ? vectors.map((_, doc) => readVector('emb', made.schema, made.views[segment], doc)) : vectors,
    );
    const best = (query: ArrayLike<number>, depth: number, segment = 0) =>
      bruteForce(metric, known[segment], query, depth, dropped);
    return { ...made, known, best };
  };
  const points = (count: number, dim: number, seed: number) => clustered(metric, count, dim, seed);

  test('exact is brute force, and the default finds nearly all', async () => {
    const vectors = points(1200, 20, 1);
    const { branch, best } = await build([vectors]);
    const queries = points(20, 20, 2);
    let found = 0;
    for (const query of queries) {
      const all = best(query, 1200);
      const expected = all.slice(0, 10);
      expect(search(branch, query, 10, exact)).toEqual(expected);
      const hits = search(branch, query, 10);
      found += recall(hits, expected);
      // Whatever was found has the score brute force gives it, in order.
      const scores = new Map(all.map((hit) => [hit.doc, hit.score]));
      for (const hit of hits) expect(hit.score).toBe(scores.get(hit.doc));
      expect(hits).toEqual([...hits].sort((a, b) => b.score - a.score || a.doc - b.doc));
    }
    expect(found / queries.length).toBeGreaterThan(0.95);
  });

  test.runIf(metric === 'ip')(
    'the largest products are found whatever the lengths, one in a hundred ten times the usual',
    async () => {
      // Rows and queries of directions that have a mean, as factors of matrices have; lengths log-normal.
      const next = random(31);
      const gauss = () => Array.from({ length: 12 }, next).reduce((sum, x) => sum + x, -6);
      const point = () => Array.from({ length: 24 }, (_, j) => gauss() / (1 + j / 6) + 0.3);
      const vectors = Array.from({ length: 3000 }, () => {
        const length = Math.exp(gauss());
        return point().map((x) => x * length);
      });
      const { branch, best } = await build([vectors]);
      let found = 0;
      for (let i = 0; i < 30; i++) {
        const query = point();
        found += recall(search(branch, query, 10), best(query, 10));
      }
      expect(found / 30).toBeGreaterThan(0.95);
    },
  );

  test.each([1, 3, 17, 100, 784, 2048])('%i components', async (dim) => {
    const vectors = points(50, dim, dim);
    const { branch, best } = await build([vectors]);
    for (const query of points(3, dim, dim + 1)) {
      expect(search(branch, query, 7, exact)).toEqual(best(query, 7));
      expect(search(branch, query, 50)).toEqual(best(query, 50));
    }
  });

  test('one vector, and more asked for than there are', async () => {
    const { branch, written, best } = await build([[[1, 2, 3]]]);
    expect(written[0].counts).toEqual({ vectors: 1 });
    for (const options of [{}, exact]) {
      const hits = search(branch, [1, 1, 1], 100, options);
      expect(hits).toEqual(best([1, 1, 1], 1));
    }
  });

  test('no vectors at all, with and without documents', async () => {
    for (const vectors of [[], [undefined, undefined]]) {
      const { branch, written } = await build([vectors]);
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
    const vectors: Vectors = points(40, 5, 3).map((vector, doc) => (lacks(doc) ? undefined : vector));
    const { branch, schema, views, best } = await build([vectors]);
    const query = [1, 2, 3, 4, 5];
    expect(search(branch, query, 40, exact)).toEqual(best(query, 40));
    const prepared = branch.prepare({ id: 'q', vectors: { emb: Float32Array.from(query) } }, {})!;
    const scores = new Map(best(query, 40).map((hit) => [hit.doc, hit.score]));
    vectors.forEach((vector, doc) => {
      expect(prepared.explain(0, doc)?.score).toBe(scores.get(doc));
      const stored = readVector('emb', schema, views[0], doc);
      if (metric === 'cosine' || dropped) expect(stored === undefined).toBe(vector === undefined);
      else expect(stored).toEqual(vector && Float32Array.from(vector));
    });
  });

  test('vectors that repeat: exact gives the lowest documents among equal scores', async () => {
    const vectors = Array.from({ length: 600 }, (_, i) => [1 + (i % 5), 2, (i * 7) % 3]);
    const { branch, best } = await build([vectors]);
    const all = best([2, 2, 1], 600);
    for (const depth of [1, 10, 130, 600]) {
      expect(search(branch, [2, 2, 1], depth, exact)).toEqual(all.slice(0, depth));
    }
    const scores = search(branch, [2, 2, 1], 10).map((hit) => hit.score);
    if (metric !== 'ip') expect(scores).toEqual(all.slice(0, 10).map((hit) => hit.score));
  });

  test('one vector five hundred times', async () => {
    const vectors = Array.from({ length: 500 }, () => [4, 7, 200]);
    const { branch } = await build([vectors]);
    expect(search(branch, [1, 0, 0], 20, exact).map((hit) => hit.doc)).toEqual([...Array(20).keys()]);
    expect(search(branch, [1, 0, 0], 20)).toHaveLength(20);
  });

  test('a zero vector is a vector like others, but under cosine a rejected record', async () => {
    const zero = [0, 0, 0];
    const field = schemaOf(spec, metric, 3).vectors[0];
    const check = () => checkVector(Float32Array.from(zero), field, { file: 'f', line: 7 });
    if (metric === 'cosine') {
      expect(check).toThrow(RecordError);
      expect(check).toThrow(/f:7: .*all zeros/);
      return;
    }
    check();
    const vectors = [zero, [1, 0, 0], zero, [0, 3, 0]];
    const { branch, best } = await build([vectors]);
    expect(search(branch, zero, 4)).toEqual(best(zero, 4));
    if (!dropped) expect(search(branch, zero, 1)).toEqual([{ doc: 0, score: 0 }]);
    const { branch: zeros } = await build([Array.from({ length: 300 }, () => zero)]);
    expect(search(zeros, zero, 5, exact).map((hit) => hit.doc)).toEqual([0, 1, 2, 3, 4]);
    expect(search(zeros, [1, 2, 3], 5)).toHaveLength(5);
  });

  unless('bytes')('whole numbers from 0 to 255 are stored as bytes, and scored as they are', async () => {
    const next = random(11);
    const whole = (dim: number) => Array.from({ length: dim }, () => Math.floor(next() ** 3 * 256));
    for (const [dim, count] of [
      [1, 40],
      [17, 700],
      [230, 120],
    ]) {
      const vectors = Array.from({ length: count }, () => whole(dim)).filter((v) => v.some((x) => x > 0));
      const { branch, schema, views, written, best } = await build([vectors]);
      const { rows, codes, codec } = written[0].meta;
      const lossless = !dropped || (codes === undefined && codec === undefined);
      expect(rows).toBe(lossless ? (metric === 'cosine' ? 'f32' : 'u8') : 'codes');
      if (metric !== 'cosine' && dim === 17) expect(lossless).toBe(!/(sq4|pq|rabitq)\+drop/.test(spec));
      const queries = [whole(dim), whole(dim).map((x) => x - 0.3), whole(dim).map((x) => 1000 - 30 * x)];
      for (const query of queries) {
        const all = best(query, count);
        for (const depth of [1, 10, vectors.length]) {
          expect(search(branch, query, depth, exact)).toEqual(all.slice(0, depth));
        }
        const scores = new Map(all.map((hit) => [hit.doc, hit.score]));
        for (const hit of search(branch, query, 10, { efSearch: 20 })) {
          expect(hit.score).toBe(scores.get(hit.doc));
        }
      }
      if (metric !== 'cosine' && lossless) {
        expect(readVector('emb', schema, views[0], 3)).toEqual(Float32Array.from(vectors[3]));
      }
    }
  });

  test('several segments are searched one by one', async () => {
    const segments = [points(80, 6, 4), [[9, 9, 9, 9, 9, 9]], points(33, 6, 5)];
    const { branch, best } = await build(segments);
    branch.warm();
    segments.forEach((_, segment) => {
      const expected = best([1, 2, 1, 2, 1, 2], 9, segment);
      expect(search(branch, [1, 2, 1, 2, 1, 2], 9, exact, segment)).toEqual(expected);
    });
    branch.close();
    expect(search(branch, [1, 1, 1, 1, 1, 1], 5, {}, 1).map((hit) => hit.doc)).toEqual([0]);
  });

  test('answers do not depend on what was asked or loaded before', async () => {
    const vectors = points(400, 12, 16);
    const { branch, schema, views } = await build([vectors]);
    const queries = points(12, 12, 17);
    const options = { efSearch: 30, nprobe: 3 };
    const warm = vectorStructure.branch!('emb', schema, views);
    warm.warm();
    for (const query of [...queries].reverse()) search(warm, query, 3, exact);
    for (const query of queries) {
      const cold = vectorStructure.branch!('emb', schema, views);
      const expected = search(cold, query, 10, options);
      expect(search(branch, query, 10, options)).toEqual(expected);
      expect(search(warm, query, 10, options)).toEqual(expected);
    }
  });

  test('many queries at once have the answers of each alone', async () => {
    const vectors = points(500, 9, 18);
    const { branch } = await build([vectors]);
    const queries = points(70, 9, 19).map((vector, i) => ({
      id: String(i),
      vectors: { emb: Float32Array.from(vector) },
    }));
    for (const options of [{}, { efSearch: 20, nprobe: 2 }, exact]) {
      const prepared = queries.map((query) => branch.prepare(query, options)!);
      const each = prepared.map((query) => query.search(0, 7));
      expect(branch.searchMany!(prepared, 0, 7)).toEqual(each);
    }
  });

  unless('floats')('components so large that float32 overflows', async () => {
    const next = random(6);
    const vectors = Array.from({ length: 50 }, () => Array.from({ length: 4 }, () => (next() - 0.5) * 6e38));
    const { branch, best } = await build([vectors]);
    for (const query of vectors.slice(0, 5)) {
      expect(search(branch, query, 8, exact)).toEqual(best(query, 8));
      expect(search(branch, query, 8).length).toBeGreaterThan(0);
    }
  });

  unless('floats')('components so small that float32 products vanish', async () => {
    const next = random(7);
    const vectors = Array.from({ length: 80 }, () => Array.from({ length: 5 }, () => (next() - 0.5) * 1e-30));
    const { branch, best } = await build([vectors]);
    for (const query of vectors.slice(0, 5)) {
      expect(search(branch, query, 8, exact)).toEqual(best(query, 8));
    }
  });

  unless('floats')('differences that float32 can not tell', async () => {
    const next = random(8);
    const vectors = Array.from({ length: 300 }, () => Array.from({ length: 8 }, () => 1000 + next() / 500));
    const { branch, best } = await build([vectors]);
    for (const query of points(4, 8, 9)) {
      expect(search(branch, query, 10, exact)).toEqual(best(query, 10));
    }
    expect(search(branch, vectors[7], 5, exact)).toEqual(best(vectors[7], 5));
  });

  test('the same bytes for the same vectors, whatever the memory and threads', async () => {
    const vectors = points(600, 33, 10);
    const folder = temporaryFolder();
    const schema = schemaOf(spec, metric, 33);
    const files: Buffer[] = [];
    for (const [i, settings] of [{}, { threads: 2 }, { threads: 4, memoryBytes: 5 << 20 }].entries()) {
      const path = join(folder, String(i));
      await writeSegment(path, schema, vectors, settings);
      files.push(readFileSync(path));
    }
    expect(files[1].equals(files[0])).toBe(true);
    expect(files[2].equals(files[0])).toBe(true);
  });

  test('a flipped bit in any array is found, and no search is led astray by it', async () => {
    const vectors = points(60, 5, 20);
    const folder = temporaryFolder();
    const schema = schemaOf(spec, metric, 5);
    const path = join(folder, 'segment');
    await writeSegment(path, schema, vectors);
    const good = readFileSync(path);
    const view = openSegment(path, 60);
    const arrays = view.reader.list().filter((array) => array.byteLength > 0);
    const query = points(1, 5, 21)[0];
    const expected = search(vectorStructure.branch!('emb', schema, [view]), query, 10);
    view.reader.close();
    expect(arrays.map((array) => array.name)).toContain(`vector/emb/${dropped ? 'codes' : 'rows'}`);
    for (const { name, parts, byteLength } of arrays) {
      const bad = Buffer.from(good);
      bad[parts[0].offset + (byteLength >> 1)] ^= 4;
      writeFileSync(path, bad);
      const view = openSegment(path, 60);
      expect(() => vectorStructure.check('emb', schema, view), name).toThrow(CorruptError);
      // What a search does not look at it need not verify.
      const branch = vectorStructure.branch!('emb', schema, [view]);
      const answer = () => {
        branch.warm();
        return search(branch, query, 10);
      };
      let hits = expected;
      try {
        hits = answer();
      } catch (error) {
        expect(error, name).toBeInstanceOf(CorruptError);
      }
      expect(hits, name).toEqual(expected);
      view.reader.close();
    }
  });
});

test('threads leave the same bytes where there is enough for them to do', async () => {
  const folder = temporaryFolder();
  for (const { spec, metric } of matrix) {
    if (!/^(hnsw|ivf)/.test(spec)) continue;
    const vectors = clustered(metric, 2100, 8, 12);
    vectors.sort((a, b) => a[0] - b[0]);
    const params = spec.startsWith('hnsw') ? 'hnsw:M=6,efConstruction=20' : 'ivf:nlist=512';
    const schema = schemaOf(spec.replace(/^\w+/, params), metric, 8);
    const files: Buffer[] = [];
    for (const threads of [1, 2, 4]) {
      const path = join(folder, `${spec}-${metric}-${threads}`);
      await writeSegment(path, schema, vectors, { threads });
      files.push(readFileSync(path));
    }
    for (const file of files) expect(file.equals(files[0]), `${spec}, ${metric}`).toBe(true);
  }
}, 60_000);

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
  for (const metric of ['l2', 'ip', 'cosine'] as const) {
    for (const spec of ['hnsw', 'ivf:nlist=16+sq8:dim=20']) {
      const { branch, written } = await built(spec, metric, [vectors]);
      expect(written[0].meta.codes).toBe(spec === 'hnsw' ? 128 : 20);
      let found = 0;
      for (let i = 0; i < 20; i++) {
        const query = point();
        const expected = bruteForce(metric, vectors, query, 10);
        expect(search(branch, query, 10, exact)).toEqual(expected);
        found += recall(search(branch, query, 10), expected);
      }
      expect(found / 20).toBeGreaterThan(0.95);
    }
  }
  // No direction says more than another: as many components as there are.
  const even = Array.from({ length: 300 }, () => Array.from({ length: 260 }, gauss));
  const { written } = await built('hnsw', 'l2', [even]);
  expect(written[0].meta.codes).toBe(260);
});

test('a query far outside the data still finds what is nearest', async () => {
  const vectors = clustered('l2', 3000, 8, 14);
  const { branch } = await built('hnsw', 'l2', [vectors]);
  for (const far of clustered('l2', 10, 8, 15)) {
    const query = far.map((x) => 300 * x);
    const expected = bruteForce('l2', vectors, query, 10);
    // Rounded to the ends of the grid the query would find what lies in a corner.
    expect(recall(search(branch, query, 10, { efSearch: 200 }), expected)).toBeGreaterThan(0.9);
  }
});

test('parts of two fields do not meet', () => {
  const schema = schemaOf('flat', 'l2', 3);
  schema.vectors.push({ ...schema.vectors[0], name: 'other' });
  expect(vectorStructure.names(schema)).toEqual(['emb', 'other']);
  expect(vectorStructure.names(schema).map(vectorStructure.part)).toEqual(['vector/emb', 'vector/other']);
});
