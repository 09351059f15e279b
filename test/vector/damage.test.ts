import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/index.js';
import type { Metric } from '../../src/schema/index.js';
import { SegmentReader, SegmentWriter } from '../../src/segment/index.js';
import type { Metadata } from '../../src/segment/metadata.js';
import { vectorStructure } from '../../src/vector/index.js';
import { kernelsBuilt } from '../kernels/built.js';
import { random, randomRows } from '../kernels/rows.js';
import { openSegment, schemaOf, search, temporaryFolder, type Vectors, writeSegment } from './built.js';

beforeAll(kernelsBuilt);

type Meta = Record<string, Metadata>;

/** A well-formed file, checksums and all, whose content was changed by `change`. */
async function forged(
  spec: string,
  metric: Metric,
  vectors: Vectors,
  change: (arrays: Map<string, Uint8Array>, meta: Meta) => void,
) {
  const schema = schemaOf(spec, metric, 5);
  const folder = temporaryFolder();
  const { meta } = await writeSegment(join(folder, 'good'), schema, vectors);
  const good = new SegmentReader(join(folder, 'good'));
  const arrays = new Map(good.list().map(({ name }) => [name.split('/')[2], good.load(name)]));
  change(arrays, meta);
  const out = new SegmentWriter(join(folder, 'forged'));
  for (const { name, dtype, shape } of good.list()) {
    const data = arrays.get(name.split('/')[2])!;
    const same = data.length === good.info(name).byteLength;
    out.add(name, dtype, same ? shape : [data.length / 4], data);
  }
  out.finish({ parts: { 'vector/emb': meta } });
  good.close();
  const view = openSegment(join(folder, 'forged'), vectors.length);
  return {
    check: () => vectorStructure.check('emb', schema, view),
    branch: vectorStructure.branch!('emb', schema, [view]),
  };
}

const u32 = (arrays: Map<string, Uint8Array>, name: string) => new Uint32Array(arrays.get(name)!.buffer);
const f32 = (arrays: Map<string, Uint8Array>, name: string) => new Float32Array(arrays.get(name)!.buffer);
const vectors: Vectors = randomRows(400, 5, 1).map((row) => row.slice(0, 5));

describe('what a search would follow is refused when it is loaded', () => {
  const cases: [string, string, (arrays: Map<string, Uint8Array>, meta: Meta) => void, RegExp][] = [
    ['a link too far', 'hnsw', (a) => u32(a, 'links').set([400], 3), /names a vector that is not there/],
    ['an upper link too far', 'hnsw', (a) => u32(a, 'upper').set([1e6], 1), /which is not on level/],
    [
      'an upper link to a node below',
      'hnsw',
      (a) => u32(a, 'upper').set([a.get('levels')!.indexOf(0)], 0),
      /which is not on level/,
    ],
    ['a level too high', 'hnsw', (a) => a.get('levels')!.set([40], 0), /not on the highest level/],
    ['an entry that is not', 'hnsw', (_, m) => (m.entry = 400), /'entry' is 400/],
    ['an entry on another level', 'hnsw', (_, m) => (m.maxLevel = 0), /not on the highest level/],
    ['M of zero', 'hnsw', (_, m) => (m.M = 0), /M 0/],
    ['another M', 'hnsw', (_, m) => (m.M = 64), /not/],
    ['offsets that descend', 'ivf', (a) => u32(a, 'offsets').set([399], 1), /does not ascend/],
    [
      'offsets that end early',
      'ivf',
      (a) => u32(a, 'offsets').set([1], a.get('offsets')!.length / 4 - 1),
      /ascend/,
    ],
    ['an order with a repeat', 'ivf', (a) => u32(a, 'order').copyWithin(0, 1, 2), /twice or out of range/],
    ['an order out of range', 'ivf', (a) => u32(a, 'order').set([400], 9), /twice or out of range/],
    ['more lists than vectors', 'ivf', (_, m) => (m.nlist = 401), /'nlist' is 401/],
    [
      'a node order with a repeat',
      'hnsw',
      (a) => u32(a, 'order').copyWithin(0, 1, 2),
      /twice or out of range/,
    ],
    ['codes of no step', 'hnsw', (_, m) => (m.step = 0), /codes of 5 in steps of 0/],
    ['codes of more components', 'hnsw', (_, m) => (m.codes = 7), /'codes' is 7/],
    ['codes of fewer components', 'hnsw', (_, m) => (m.codes = 4), /'vector\/emb\/origin' is 5/],
    ['blocks of another codec', 'ivf+pq', (_, m) => (m.codec = 'rabitq'), /has codes 'rabitq'/],
    ['blocks of more groups', 'ivf+pq', (_, m) => (m.codeGroups = 4), /'codeGroups' is 4/],
    ['blocks of no seed', 'flat+rabitq', (_, m) => (m.codeSeed = -1), /'codeSeed' is -1/],
    ['too few factors', 'flat+pq', (a) => a.set('factors', a.get('factors')!.slice(4)), /factors' is 399/],
    ['rows of another type', 'flat', (_, m) => (m.rows = 'u8'), /is f32, not u8/],
    ['rows of no type', 'flat', (_, m) => (m.rows = 'f16'), /rows of f16/],
    ['too few rows', 'flat', (a) => a.set('rows', a.get('rows')!.slice(32)), /array 'vector\/emb\/rows' is/],
    ['another dimension', 'flat', (_, m) => (m.dim = 6), /has dim 6, the schema says 5/],
    ['another metric', 'flat', (_, m) => (m.metric = 'ip'), /has metric ip, the schema says l2/],
    ['more vectors than documents', 'flat', (_, m) => (m.vectors = 401), /'vectors' is 401/],
    ['fewer vectors than documents', 'flat', (_, m) => (m.vectors = 399), /./],
  ];
  test.each(cases)('%s', async (_, kind, change, message) => {
    const { branch, check } = await forged(kind, 'l2', vectors, change);
    expect(() => branch.warm()).toThrow(CorruptError);
    expect(() => branch.warm()).toThrow(message);
    expect(check).toThrow(CorruptError);
  });

  test('documents out of order', async () => {
    const some = vectors.map((vector, doc) => (doc % 2 ? vector : undefined));
    for (const [at, doc] of [
      [5, 5],
      [199, 400],
    ]) {
      const { branch } = await forged('flat', 'l2', some, (arrays) => u32(arrays, 'docs').set([doc], at));
      expect(() => branch.warm()).toThrow(/document \d+ at \d+ can't be/);
    }
  });
});

describe('what is merely wrong is found by check', () => {
  const cases: [string, string, Metric, (arrays: Map<string, Uint8Array>, meta: Meta) => void, RegExp][] = [
    ['a link to itself', 'hnsw', 'l2', (a) => u32(a, 'links').set([7], 7 * 32), /links to itself/],
    ['a link twice', 'hnsw', 'l2', (a) => u32(a, 'links').copyWithin(0, 1, 2), /twice/],
    [
      'a link behind the end',
      'hnsw',
      'l2',
      (a) => u32(a, 'links').set([0xffffffff], 0),
      /behind the end|can't be reached/,
    ],
    [
      'a node nothing leads to',
      'hnsw',
      'l2',
      (a, m) => {
        const links = u32(a, 'links');
        const lost = m.entry === 11 ? 12 : 11;
        for (let node = 0; node < 400; node++) {
          const row = [...links.subarray(node * 32, node * 32 + 32)].filter((link) => link !== lost);
          links.set([...row, ...Array(32 - row.length).fill(0xffffffff)], node * 32);
        }
      },
      /1 of 400 nodes can't be reached/,
    ],
    ['a NaN', 'flat', 'l2', (a) => f32(a, 'rows').set([Number.NaN], 9), /row 1 of .* is not finite/],
    ['padding', 'flat', 'l2', (a) => f32(a, 'rows').set([1], 7), /row 0 of .* padding/],
    ['a short row', 'flat', 'cosine', (a) => f32(a, 'rows').fill(0.1, 0, 5), /row 0 of .* has length 0\.2/],
    [
      'a row longer than the longest',
      'flat',
      'ip',
      (a) => f32(a, 'rows').set([99], 0),
      /longer than the longest/,
    ],
    ['a code of another vector', 'hnsw', 'l2', (a) => a.get('codes')!.fill(9, 0, 1), /the code of row 0/],
    [
      'a word of another vector',
      'ivf+pq',
      'l2',
      (a) => a.get('codes')!.fill(0x77, 0, 1),
      /the code of row 0/,
    ],
    [
      'a bias of another vector',
      'flat+rabitq',
      'ip',
      (a) => f32(a, 'biases').set([9], 0),
      /the code of row 0/,
    ],
    ['an infinite centroid', 'ivf', 'l2', (a) => f32(a, 'centroids').set([Infinity], 0), /not finite/],
    ['rows in the wrong lists', 'ivf+f32', 'l2', (a) => f32(a, 'rows').reverse(), /padding|is nearer/],
    ['centroids in another order', 'ivf', 'l2', (a) => f32(a, 'centroids').copyWithin(0, 64), /is nearer/],
    ['the code of another centroid', 'ivf', 'l2', (a) => a.get('centreCodes')!.fill(9, 0, 1), /coded as/],
  ];
  test.each(cases)('%s', async (_, kind, metric, change, message) => {
    const { check } = await forged(kind, metric, vectors, change);
    expect(check).toThrow(CorruptError);
    expect(check).toThrow(message);
  });
});

test.each(['hnsw', 'hnsw+f32', 'ivf', 'flat', 'ivf+pq', 'flat+rabitq'])(
  '%s with random damage is refused or searched, never a trap',
  async (kind) => {
    const next = random(5);
    const pick = (n: number) => Math.floor(next() * n);
    let refused = 0;
    for (let round = 0; round < 60; round++) {
      const metric = (['l2', 'ip', 'cosine'] as const)[round % 3];
      const { branch } = await forged(`${kind}`, metric, vectors.slice(0, 120), (arrays, meta) => {
        const names = [...arrays.keys()];
        for (let i = 0; i <= pick(4); i++) {
          const array = arrays.get(names[pick(names.length)])!;
          if (array.length > 0) array[pick(array.length)] = pick(256);
        }
        const numbers = Object.keys(meta).filter((key) => typeof meta[key] === 'number');
        if (pick(3) === 0) meta[numbers[pick(numbers.length)]] = pick(200) - 20;
      });
      try {
        for (const options of [{}, { efSearch: 1 }, { nprobe: 1 }, { exact: true }]) {
          search(branch, [1, -1, 0.5, 0, 2], 10, options);
          branch.warm();
        }
      } catch (error) {
        expect(error).toBeInstanceOf(CorruptError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(0);
  },
);
