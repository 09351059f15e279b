import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors/index.js';
import { formatIndexSpec, parseIndexSpec } from '../../src/schema/index.js';
import { levelOf } from '../../src/vector/hnsw/levels.js';
import { defaultVectorSpec, parseMetric, resolveVectorSpec, vectorKinds } from '../../src/vector/index.js';
import { autoNlist } from '../../src/vector/ivf/train.js';

const resolve = (text: string) => formatIndexSpec(resolveVectorSpec(parseIndexSpec(text).spec));

describe('a resolved spec', () => {
  test.each([
    ['flat', 'flat'],
    ['hnsw', 'hnsw:M=16,efConstruction=200+sq8:dim=0'],
    ['hnsw:efConstruction=50,M=4', 'hnsw:M=4,efConstruction=50+sq8:dim=0'],
    ['hnsw+f32', 'hnsw:M=16,efConstruction=200+f32'],
    ['hnsw+sq8:dim=64', 'hnsw:M=16,efConstruction=200+sq8:dim=64'],
    ['ivf', 'ivf:nlist=0+sq8:dim=0'],
    ['ivf+pq', 'ivf:nlist=0+pq:m=0,bits=4+refine:factor=0'],
    ['ivf+sq4', 'ivf:nlist=0+sq4+refine:factor=0'],
    ['flat+rabitq+refine:factor=50', 'flat+rabitq+refine:factor=50'],
    ['emb=ivf:nlist=4096+f32', 'ivf:nlist=4096+f32'],
  ])('%s is %s', (text, resolved) => {
    expect(resolve(text)).toBe(resolved);
    expect(resolve(resolved)).toBe(resolved);
  });

  test('is the graph when nothing is said', () => {
    expect(defaultVectorSpec()).toEqual({
      kind: 'hnsw',
      params: { M: 16, efConstruction: 200 },
      stages: [{ kind: 'sq8', params: { dim: 0 } }],
    });
  });

  test.each([
    ['hsnw', "index spec 'hsnw': kind 'hsnw' is not known; did you mean 'hnsw'?; there are flat, ivf, hnsw"],
    ['lsh', "index spec 'lsh': kind 'lsh' is not known; there are flat, ivf, hnsw"],
    [
      'hnsw+sq4',
      "index spec 'hnsw+sq4': 'hnsw' has no stage '+sq4'; hnsw takes +sq8, +f32; there are 'flat+sq4' and 'ivf+sq4'",
    ],
    [
      'flat+f32',
      "index spec 'flat+f32': 'flat' has no stage '+f32'; flat takes +sq8, +sq4, +pq, +rabitq; there are 'ivf+f32' and 'hnsw+f32'",
    ],
    [
      'hnsw+pq',
      "index spec 'hnsw+pq': 'hnsw' has no stage '+pq'; hnsw takes +sq8, +f32; there are 'flat+pq' and 'ivf+pq'",
    ],
    [
      'ivf+rabitc',
      "index spec 'ivf+rabitc': stage '+rabitc' is not known; did you mean 'rabitq'?; ivf takes +sq8, +f32, +sq4, +pq, +rabitq",
    ],
    [
      'ivf+pq+refin',
      "index spec 'ivf+pq+refin': stage '+refin' is not known; did you mean 'refine'?; +pq takes +refine, +drop-full",
    ],
    ['ivf+pq:bits=8', "index spec 'ivf+pq:bits=8': bits is 8; give a whole number from 4 to 4"],
    ['hnsw+sq8+f32', "index spec 'hnsw+sq8+f32': '+sq8' has no stage '+f32'; +sq8 takes +drop-full"],
    ['hnsw+sq8:bits=4', "index spec 'hnsw+sq8:bits=4': 'sq8' has no parameter 'bits'; it takes dim"],
    ['ivf+f32:dim=3', "index spec 'ivf+f32:dim=3': 'f32' has no parameter 'dim'; it takes no parameters"],
    ['flat:M=16', "index spec 'flat:M=16': 'flat' has no parameter 'M'; it takes no parameters"],
    [
      'hnsw:m=16',
      "index spec 'hnsw:m=16': 'hnsw' has no parameter 'm'; did you mean 'M'?; it takes M, efConstruction",
    ],
    ['hnsw:M=1', "index spec 'hnsw:M=1': M is 1; give a whole number from 2 to 128"],
    ['hnsw:M=129', "index spec 'hnsw:M=129': M is 129; give a whole number from 2 to 128"],
    ['hnsw:M=2.5', "index spec 'hnsw:M=2.5': M is 2.5; give a whole number from 2 to 128"],
    [
      'ivf:nlist=9999999',
      "index spec 'ivf:nlist=9999999': nlist is 9999999; give a whole number from 0 to 1048576",
    ],
  ])('%s is refused', (text, message) => {
    expect(() => resolve(text)).toThrow(new UsageError(message));
  });
});

test('every default lies within its own bounds', () => {
  for (const { params } of vectorKinds) {
    for (const param of params) {
      expect(param.default).toBeGreaterThanOrEqual(param.min);
      expect(param.default).toBeLessThanOrEqual(param.max);
    }
  }
});

test('metrics by name', () => {
  expect(['l2', 'ip', 'cosine'].map(parseMetric)).toEqual(['l2', 'ip', 'cosine']);
  expect(() => parseMetric('cosin')).toThrow("metric 'cosin' is not known; did you mean 'cosine'?");
});

test.each([
  [1, 1],
  [2, 2],
  [16, 16],
  [1000, 128],
  [60_000, 1024],
  [131_072, 1024],
  [131_073, 2048],
  [1_000_000, 4096],
])('%i vectors get %i lists', (count, lists) => {
  expect(autoNlist(count)).toBe(lists);
});

test('levels fall off by M, and do not change', () => {
  const levels = Array.from({ length: 100_000 }, (_, node) => levelOf(42, node, 16));
  for (const level of [1, 2, 3]) {
    const expected = 100_000 / 16 ** level;
    const found = levels.filter((other) => other >= level).length;
    expect(Math.abs(found - expected)).toBeLessThan(5 * Math.sqrt(expected));
  }
  // Written down, since they decide the bytes of a graph.
  expect([2581, 7, 100, 140_868].map((node) => levelOf(42, node, 16))).toEqual(LEVELS);
});
const LEVELS = [3, 0, 0, 5];
