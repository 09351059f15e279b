import { beforeAll, describe, expect, test } from 'vitest';
import { ResourceError, UsageError } from '../../src/errors/index.js';
import { kernelsBuilt } from '../kernels/built.js';
import { randomRows } from '../kernels/rows.js';
import { bruteForce, built, schemaOf, search, temporaryFolder, writeSegment } from './built.js';

beforeAll(kernelsBuilt);

const vectors = randomRows(300, 4, 1).map((row) => [...row]);
const query = (emb: number[]) => ({ id: 'q7', vectors: { emb: Float32Array.from(emb) } });

describe('a query', () => {
  test('without a vector for the field is not for the branch', async () => {
    const { branch } = await built('flat', 'l2', [vectors]);
    expect(branch.prepare({ id: 'q', text: 'words', vectors: {} }, {})).toBeUndefined();
    expect(branch.prepare({ id: 'q', vectors: { other: new Float32Array(4) } }, {})).toBeUndefined();
  });

  test.each([
    [[1, 2, 3], "query 'q7': its vector for 'emb' has 3 components, the index has 4"],
    [
      [1, 2, Number.NaN, 4],
      "query 'q7': its vector for 'emb' has NaN as component 2; only finite numbers can be compared",
    ],
    [
      [1, 2, 3, 1e39],
      "query 'q7': its vector for 'emb' has Infinity as component 3; only finite numbers can be compared",
    ],
    [
      [0, 0, -0, 0],
      "query 'q7': its vector for 'emb' is all zeros, which has no direction; cosine needs one",
    ],
  ])('%j is refused', async (vector, message) => {
    const { branch } = await built('flat', 'cosine', [vectors]);
    expect(() => branch.prepare(query(vector), {})).toThrow(new UsageError(message));
  });

  test.each([
    [{ efSearch: 0 }, 'efSearch is 0; give a whole number of at least 1'],
    [{ nprobe: 1.5 }, 'nprobe is 1.5; give a whole number of at least 1'],
    [{ probeFade: 9 }, 'probeFade is 9; give a whole number from 0 to 8'],
  ])('with %j is refused', async (options, message) => {
    const { branch } = await built('flat', 'l2', [vectors]);
    expect(() => branch.prepare(query([1, 2, 3, 4]), options)).toThrow(new UsageError(message));
  });
});

describe('notes', () => {
  const notes = async (spec: string, options: object, depth: number) => {
    const { branch } = await built(spec, 'l2', [vectors, vectors]);
    const prepared = branch.prepare(query([1, 2, 3, 4]), options)!;
    prepared.search(0, depth);
    prepared.search(1, depth);
    return prepared.notes;
  };

  test('say what a query was run with, and what was changed, once', async () => {
    expect(await notes('flat', {}, 10)).toEqual(['emb: flat: every vector compared']);
    expect(await notes('hnsw', {}, 10)).toEqual(['emb: hnsw, efSearch 100']);
    expect(await notes('hnsw', { efSearch: 20 }, 50)).toEqual([
      'emb: hnsw, efSearch 20',
      'emb: efSearch raised to 50, the depth asked for',
    ]);
    expect(await notes('ivf:nlist=32', { nprobe: 30 }, 10)).toEqual(['emb: ivf, nprobe 30']);
    expect(await notes('ivf:nlist=32', { nprobe: 30, probeFade: 2 }, 10)).toEqual([
      'emb: ivf, nprobe 30, probeFade 2',
    ]);
    expect(await notes('ivf:nlist=32', { nprobe: 1 }, 250)).toEqual([
      'emb: ivf, nprobe 1',
      'emb: nprobe raised to 32: fewer lists hold less than 250',
    ]);
    expect(await notes('hnsw', { exact: true }, 10)).toEqual(['emb: exact: every vector compared']);
  });
});

test('wider searches find more: efSearch and nprobe are heeded', async () => {
  const many = randomRows(3000, 24, 2);
  for (const [spec, narrow, wide] of [
    ['hnsw:M=4,efConstruction=20', { efSearch: 10 }, { efSearch: 500 }],
    ['ivf:nlist=64', { nprobe: 1 }, { nprobe: 40 }],
  ] as const) {
    const { branch } = await built(spec, 'l2', [many]);
    const found = (options: object) =>
      randomRows(30, 24, 3).reduce((sum, row) => {
        const docs = new Set(bruteForce('l2', many, row, 10).map((hit) => hit.doc));
        return sum + search(branch, row, 10, options).filter((hit) => docs.has(hit.doc)).length;
      }, 0);
    expect(found(narrow)).toBeLessThan(250);
    expect(found(wide)).toBeGreaterThan(285);
  }
});

test('a score is explained from the stored row', async () => {
  const { branch } = await built('ivf', 'l2', [vectors]);
  const prepared = branch.prepare(query([0, 0, 0, 0]), {})!;
  const [{ doc, score }] = search(branch, [0, 0, 0, 0], 1);
  expect(prepared.explain(0, doc)).toEqual({
    score,
    summary: `minus the squared distance of 'emb', ${-score}`,
    details: [{ field: 'emb', metric: 'l2', dim: 4, squaredDistance: -score, distance: Math.sqrt(-score) }],
  });
  expect(prepared.explain(0, 300)).toBeUndefined();
});

describe('a build', () => {
  test.each(['hnsw', 'ivf'])('of %s beyond the memory it may have says what is needed', async (kind) => {
    const schema = schemaOf(kind, 'l2', 784);
    const rows = randomRows(3000, 784, 4);
    const write = writeSegment(`${temporaryFolder()}/s`, schema, rows, { memoryBytes: 1 << 20 });
    await expect(write).rejects.toThrow(ResourceError);
    await expect(write).rejects.toThrow(
      /^(hnsw|ivf with 256 lists) over 3000 vectors of 'emb' needs \d+ MiB/,
    );
  });

  test('needs no memory for flat', async () => {
    const rows = randomRows(3000, 784, 4);
    const { branch } = await built('flat', 'l2', [rows], { memoryBytes: 1 });
    expect(search(branch, rows[5].slice(0, 784), 1)[0].doc).toBe(5);
  });

  test.each(['hnsw', 'ivf'])('of %s reports how far it is, up to all of it', async (kind) => {
    const reports: [string, number, number][] = [];
    await built(kind, 'l2', [vectors], { progress: (...report) => reports.push(report) });
    expect(reports.length).toBeGreaterThan(0);
    expect(reports.some(([step, done, total]) => step.startsWith('emb: ') && done === total)).toBe(true);
  });

  test('is decided by the seed', async () => {
    const a = await built('hnsw', 'l2', [vectors], { seed: 1 });
    const b = await built('hnsw', 'l2', [vectors], { seed: 2 });
    expect(a.written[0].meta.entry).not.toBe(b.written[0].meta.entry);
  });
});
