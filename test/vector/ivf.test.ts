import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { SegmentView } from '../../src/branch/index.js';
import { partMeta } from '../../src/branch/index.js';
import { kernelsBuilt } from '../kernels/built.js';
import { randomRows } from '../kernels/rows.js';
import { bruteForce, built, recall, schemaOf, search, temporaryFolder, writeSegment } from './built.js';

beforeAll(kernelsBuilt);

const PART = 'vector/emb';

/** Rows about some centres of very different popularity. */
function clustered(count: number, dim: number, centres: number, seed: number): Float32Array[] {
  const middle = randomRows(centres, dim, seed);
  return randomRows(count, dim, seed + 1).map((noise, i) => {
    const centre = middle[Math.floor(Math.sqrt(i * centres * centres) / Math.sqrt(count)) % centres];
    return noise.map((x, j) => centre[j] + 0.2 * x);
  });
}

function listsOf({ reader }: SegmentView) {
  const meta = partMeta(reader, PART);
  const groups = meta.get('groups') as number;
  const offsets = reader.loadU32(`${PART}/offsets`);
  return {
    nlist: meta.get('nlist') as number,
    groups,
    sizes: Array.from(offsets.subarray(1), (end, list) => end - offsets[list]),
    groupOffsets: groups > 1 ? [...reader.loadU32(`${PART}/groupOffsets`)] : undefined,
  };
}

describe('lists', () => {
  test('are in groups where there are many, of nearly equal sizes, and all rows are in one', async () => {
    const vectors = clustered(6000, 16, 40, 1);
    const { views } = await built('ivf:nlist=256', 'l2', [vectors]);
    const { nlist, groups, sizes, groupOffsets } = listsOf(views[0]);
    expect([nlist, groups]).toEqual([256, 16]);
    expect([groupOffsets?.[0], groupOffsets?.[16]]).toEqual([0, 256]);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(6000);
    const mean = 6000 / 256;
    expect(Math.max(...sizes)).toBeLessThan(5 * mean);
    expect(sizes.filter((size) => size > 0).length).toBeGreaterThan(240);
  });

  test('nearly all rows are in the list of the nearest centroid', async () => {
    const vectors = clustered(4000, 16, 30, 3);
    const { views } = await built('ivf:nlist=128', 'l2', [vectors]);
    const { reader } = views[0];
    const offsets = reader.loadU32(`${PART}/offsets`);
    const order = reader.loadU32(`${PART}/order`);
    const centroids = reader.loadF32(`${PART}/centroids`);
    const distance = (row: Float32Array, list: number) =>
      row.reduce((sum, x, j) => sum + (x - centroids[list * 16 + j]) ** 2, 0);
    let misplaced = 0;
    for (let list = 0; list < 128; list++) {
      for (const number of order.subarray(offsets[list], offsets[list + 1])) {
        const own = distance(vectors[number], list);
        for (let other = 0; other < 128; other++) {
          if (distance(vectors[number], other) < own * (1 - 1e-4)) {
            misplaced++;
            break;
          }
        }
      }
    }
    expect(misplaced).toBeLessThan(80);
  });

  test.each([
    ['more than vectors', 5, 1000],
    ['one', 50, 1],
    ['as many as vectors', 300, 300],
    ['a number that is no power of two', 500, 201],
  ])('%s', async (_, count, nlist) => {
    const vectors = randomRows(count, 6, 4);
    const { branch, views } = await built(`ivf:nlist=${nlist}`, 'l2', [vectors]);
    expect(listsOf(views[0]).nlist).toBe(Math.min(count, nlist));
    for (const row of vectors.slice(0, 20)) {
      expect(search(branch, row, 3, { nprobe: nlist })).toEqual(bruteForce('l2', vectors, row, 3));
    }
  });

  test.each(['l2', 'ip', 'cosine'] as const)(
    'of equal vectors, by %s: the first documents',
    async (metric) => {
      const vectors = Array.from({ length: 700 }, (_, i) => [1 + (i % 2), 2, 3]);
      const { branch } = await built('ivf:nlist=150', metric, [vectors]);
      expect(search(branch, [1, 2, 3], 5, { nprobe: 100 })).toEqual(
        bruteForce(metric, vectors, [1, 2, 3], 5),
      );
    },
  );
});

test.each(['l2', 'ip', 'cosine'] as const)('few of many lists find most, by %s', async (metric) => {
  const vectors = clustered(5000, 20, 60, 6);
  const { branch } = await built('ivf:nlist=256', metric, [vectors]);
  const queries = clustered(50, 20, 60, 6);
  const found = queries.map((row) =>
    recall(search(branch, row, 10, { nprobe: 16 }), bruteForce(metric, vectors, row, 10)),
  );
  expect(found.reduce((sum, share) => sum + share, 0) / found.length).toBeGreaterThan(0.9);
});

test.each([
  ['ivf:nlist=64', 'l2'],
  ['ivf:nlist=64', 'cosine'],
  ['ivf:nlist=64+f32', 'ip'],
  ['ivf:nlist=64+pq', 'l2'],
] as const)('many queries find what each finds alone: %s, %s', async (spec, metric) => {
  const vectors = clustered(3000, 20, 40, 9);
  const { branch } = await built(spec, metric, [vectors]);
  // One far from all data is compared in another space, and stands among the others.
  const queries = [...clustered(30, 20, 40, 10), new Array(20).fill(1e6), ...vectors.slice(0, 20)];
  for (const probeFade of [0, 2]) {
    const options = { nprobe: 5, probeFade };
    const prepared = queries.map((row, i) => {
      const query = { id: String(i), vectors: { emb: Float32Array.from(row) } };
      return branch.prepare(query, options)!;
    });
    for (const depth of [10, 200]) {
      expect(branch.searchMany!(prepared, 0, depth)).toEqual(prepared.map((query) => query.search(0, depth)));
    }
  }
});

test('threads leave the same bytes where rows of a group are many pieces', async () => {
  const vectors = clustered(9000, 128, 50, 8);
  const schema = schemaOf('ivf:nlist=512', 'l2', 128);
  const folder = temporaryFolder();
  const bytes: Buffer[] = [];
  for (const threads of [1, 2, 3]) {
    const path = join(folder, `segment-${threads}`);
    await writeSegment(path, schema, vectors, { threads });
    bytes.push(readFileSync(path));
  }
  expect(bytes[1].equals(bytes[0])).toBe(true);
  expect(bytes[2].equals(bytes[0])).toBe(true);
});
