import { describe, expect, it } from 'vitest';
import { docSet, type FilterPlan, type SearchOptions, setWords } from '../../src/branch/index.js';
import type { Metric } from '../../src/schema/index.js';
import { seeded } from '../helpers/random.js';
import { bruteForce, built, recall } from './built.js';

const COUNT = 3000;
const DIM = 12;
const K = 10;

/** Vectors in clumps; some documents have none. */
function clumps(whole: boolean): (number[] | undefined)[] {
  const next = seeded(3);
  const centres = Array.from({ length: 12 }, () => Array.from({ length: DIM }, () => next() * 200));
  return Array.from({ length: COUNT }, (_, i) => {
    if (i % 17 === 0) return undefined;
    const vector = centres[i % 12].map((c) => c + next() * 50);
    return whole ? vector.map(Math.round) : vector;
  });
}

/** What a filter leaves of the documents. */
const FILTERS: [string, (doc: number) => boolean][] = [
  ['half', (doc) => (doc * 7919) % 2 === 0],
  ['a tenth', (doc) => (doc * 7919) % 10 === 3],
  ['a hundredth', (doc) => (doc * 7919) % 100 === 3],
  ['one clump', (doc) => doc % 12 === 5],
  ['eleven documents', (doc) => doc % 271 === 5],
  ['six documents', (doc) => doc % 501 === 5],
  ['none', () => false],
];

describe.each([
  ['hnsw', 'l2', true],
  ['hnsw:M=4,efConstruction=20', 'l2', true],
  ['hnsw', 'cosine', false],
  ['hnsw', 'ip', false],
  ['ivf:nlist=40', 'l2', true],
  ['ivf:nlist=40', 'cosine', false],
  ['ivf:nlist=40+pq+refine', 'l2', false],
] as [string, Metric, boolean][])('%s, %s', (spec, metric, whole) => {
  const plans = spec.startsWith('ivf') ? ['scan', 'lists'] : ['scan', 'walk', 'post'];
  it.each([undefined, ...(plans as FilterPlan[])])('plan %s', async (filterPlan) => {
    const vectors = clumps(whole);
    const { branch } = await built(spec, metric, [vectors]);
    for (const [name, holds] of FILTERS) {
      const words = new Uint32Array(setWords(COUNT));
      for (let doc = 0; doc < COUNT; doc++) if (holds(doc)) words[doc >>> 5] |= 1 << (doc & 31);
      const filter = docSet(words);
      const left = vectors.map((vector, doc) => (holds(doc) ? vector : undefined));
      let sum = 0;
      const queries = 20;
      for (let q = 0; q < queries; q++) {
        const vector = vectors[q * 140 + 1] ?? vectors[2]!;
        const wanted = bruteForce(metric, left, vector, K);
        const prepared = branch.prepare(
          { id: 'q', vectors: { emb: Float32Array.from(vector) } },
          { filterPlan, efSearch: 60 },
        )!;
        const { docs, scores } = prepared.search(0, K, filter);
        const found = [...docs].map((doc, i) => ({ doc, score: scores[i] }));
        expect(found.every(({ doc }) => holds(doc))).toBe(true);
        // As many as there are, up to what was asked for.
        expect(found, name).toHaveLength(wanted.length);
        if (filterPlan === 'scan') expect(found).toEqual(wanted);
        sum += wanted.length === 0 ? 1 : recall(found, wanted);
      }
      // A graph of few links falls apart where a walk is forced on it.
      const least = filterPlan === 'walk' && spec.includes('M=4') ? 0.8 : 0.9;
      expect(sum / queries, name).toBeGreaterThan(least);
    }
  });
});

/** Notes of a search for one document's vector among the even documents, which make up the even clumps. */
async function notesOf(spec: string, options: SearchOptions, doc = 2): Promise<string[]> {
  const vectors = clumps(true);
  const { branch } = await built(spec, 'l2', [vectors]);
  const filter = docSet(new Uint32Array(setWords(COUNT)).fill(0x55555555));
  const prepared = branch.prepare({ id: 'q', vectors: { emb: Float32Array.from(vectors[doc]!) } }, options)!;
  prepared.search(0, K, filter);
  return prepared.notes;
}

it.each([
  ['hnsw', { efSearch: 60 }, 'exact: every match of the filter compared'],
  ['hnsw', { efSearch: 10 }, 'hnsw, efSearch 10, filter plan post'],
  ['hnsw', { efSearch: 10, filterPlan: 'walk' }, 'hnsw, efSearch 10, filter plan walk'],
  ['hnsw', { filterPlan: 'post', exact: true }, 'exact: every match of the filter compared'],
  ['ivf:nlist=40', { nprobe: 40 }, 'exact: every match of the filter compared'],
  ['ivf:nlist=40', { nprobe: 4 }, 'ivf, nprobe 4, filter plan lists'],
  ['flat', {}, 'exact: every match of the filter compared'],
] as [string, SearchOptions, string][])('%s under %j is explained: %s', async (spec, options, note) => {
  expect(await notesOf(spec, options)).toEqual([`emb: ${note}`]);
});

it('where hardly any of the nearest match, the graph is walked', async () => {
  expect(await notesOf('hnsw', { efSearch: 10 }, 1)).toEqual(['emb: hnsw, efSearch 10, filter plan walk']);
});

it('a plan that the kind does not know is refused', async () => {
  await expect(notesOf('ivf:nlist=40', { filterPlan: 'walk' })).rejects.toThrow(
    "filterPlan is walk; 'emb' is ivf, which knows scan, lists",
  );
});
