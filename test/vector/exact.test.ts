import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Metric } from '../../src/schema/index.js';
import { headPairs, Projector, ScreenCoder, type ScreenTables } from '../../src/vector/exact/coder.js';
import { screenQuery } from '../../src/vector/exact/query.js';
import { loadScreenTables } from '../../src/vector/exact/screen.js';
import { openPart } from '../../src/vector/part.js';
import { queryVector } from '../../src/vector/query.js';
import { norm } from '../../src/vector/unit.js';
import { kernelsBuilt } from '../kernels/built.js';
import { random } from '../kernels/rows.js';
import { bruteForce, built, type Hit, search } from './built.js';

beforeAll(kernelsBuilt);

const METRICS = ['l2', 'ip', 'cosine'] as const;
const COUNT = 1500;

/** Sum of four uniform numbers, about 0: most of them near it. */
function bell(next: () => number): number {
  return next() + next() + next() + next() - 2;
}

/** Vectors whose variance falls from direction to direction, as that of real ones does: bounds pay there. */
function decaying(count: number, dim: number, seed: number, scale = 1, mean = 0): Float32Array[] {
  const next = random(seed);
  const rank = Math.min(dim, 12);
  const directions = Array.from({ length: rank }, () => Float64Array.from({ length: dim }, () => bell(next)));
  return Array.from({ length: count }, () => {
    const row = new Float32Array(dim).fill(mean);
    directions.forEach((direction, r) => {
      const share = (bell(next) * scale) / (1 + r);
      for (let j = 0; j < dim; j++) row[j] += share * direction[j];
    });
    for (let j = 0; j < dim; j++) row[j] += 0.02 * scale * bell(next);
    return row;
  });
}

type Many = (vectors: ArrayLike<number>[], depth: number) => Hit[][];

function together(branch: Awaited<ReturnType<typeof built>>['branch']): Many {
  const options = { exact: true };
  return (vectors, depth) => {
    const prepared = vectors.map((vector, i) => {
      const query = { id: String(i), vectors: { emb: Float32Array.from(vector) } };
      return branch.prepare(query, options)!;
    });
    return branch.searchMany!(prepared, 0, depth).map(({ docs, scores }) =>
      [...docs].map((doc, i) => ({ doc, score: scores[i] })),
    );
  };
}

const sets: [string, (dim: number) => Float32Array[]][] = [
  ['decaying variance', (dim) => decaying(COUNT, dim, 1)],
  ['far from the origin', (dim) => decaying(COUNT, dim, 2, 1, 300)],
  [
    'every vector many times',
    (dim) => {
      const few = decaying(40, dim, 3);
      return Array.from({ length: COUNT }, (_, i) => few[(i * 7) % 40]);
    },
  ],
  [
    'constant components',
    (dim) => decaying(COUNT, dim, 4).map((row) => row.map((x, j) => (j % 3 === 0 ? 5 : x))),
  ],
  ['huge lengths', (dim) => decaying(COUNT, dim, 5, 1e14)],
  ['beyond what can be squared', (dim) => decaying(COUNT, dim, 6, 1e19)],
  ['tiny lengths', (dim) => decaying(COUNT, dim, 7, 1e-18)],
  ['one vector far out', (dim) => [...decaying(COUNT, dim, 8), new Float32Array(dim).fill(1e6)]],
  [
    'bytes',
    (dim) =>
      decaying(COUNT, dim, 9, 20, 100).map((row) =>
        row.map((x) => Math.min(255, Math.max(0, Math.round(x)))),
      ),
  ],
  ['all alike', (dim) => Array.from({ length: COUNT }, () => new Float32Array(dim).fill(2))],
];

describe.each(METRICS)('%s', (metric) => {
  test.each(sets)('%s: every neighbour is the one of brute force', async (_, make) => {
    for (const dim of [1, 7, 70]) {
      const vectors = make(dim);
      const { branch } = await built('flat', metric, [vectors]);
      const many = together(branch);
      const queries = [
        ...vectors.slice(0, 5),
        ...decaying(6, dim, 99),
        vectors[7].map((x) => x * 1.5 + 1),
        new Float32Array(dim).fill(3e4),
      ].filter((query) => metric !== 'cosine' || query.some((x) => x !== 0));
      const found = many(queries, 10);
      queries.forEach((query, i) => {
        const truth = bruteForce(metric, vectors, query, 10);
        expect(found[i]).toEqual(truth);
        expect(search(branch, query, 10)).toEqual(truth);
      });
    }
  });

  test('of 2,048 components, and in other kinds', async () => {
    const vectors = decaying(1100, 2048, 11);
    const { branch } = await built('flat', metric, [vectors]);
    const queries = decaying(3, 2048, 12);
    together(branch)(queries, 7).forEach((hits, i) => {
      expect(hits).toEqual(bruteForce(metric, vectors, queries[i], 7));
    });
    const small = decaying(600, 24, 13);
    const others = decaying(9, 24, 14);
    for (const spec of ['hnsw', 'ivf:nlist=8', 'flat+sq8']) {
      const kind = await built(spec, metric, [small]);
      together(kind.branch)(others, 20).forEach((hits, i) => {
        expect(hits).toEqual(bruteForce(metric, small, others[i], 20));
      });
    }
  });

  test('bounds are there for vectors of decaying variance, and the answers take all depths', async () => {
    const vectors = decaying(3000, 64, 21);
    const { branch, schema, views } = await built('flat', metric, [vectors]);
    expect(loadScreenTables(openPart(schema.vectors[0], views[0]))).toBeDefined();
    const queries = decaying(5, 64, 22);
    for (const depth of [1, 100, 2999, 5000]) {
      together(branch)(queries, depth).forEach((hits, i) => {
        expect(hits).toEqual(bruteForce(metric, vectors, queries[i], depth));
      });
    }
  });

  test('all within a radius, and none beyond', async () => {
    const flatter = decaying(1300, 20, 41);
    const whole = decaying(1300, 20, 42, 20, 100).map((row) =>
      row.map((x) => Math.min(255, Math.max(0, Math.round(x)))),
    );
    for (const [spec, vectors] of [
      ['flat', flatter],
      ['flat', whole],
      ['hnsw', flatter.slice(0, 400)],
    ] as const) {
      const { branch } = await built(spec, metric, [[...vectors]]);
      for (const query of [vectors[3], vectors[9].map((x) => x * 1.01), vectors[8].map((x) => -x)]) {
        const all = bruteForce(metric, [...vectors], query, vectors.length);
        for (const at of [0, 40, vectors.length - 1]) {
          // The score of a vector itself: the edge belongs.
          const { score } = all[at];
          const radius = { l2: Math.sqrt(0 - score), cosine: 1 - score, ip: score }[metric];
          if (radius < 0 && metric !== 'ip') continue;
          const least = { l2: 0 - radius * radius, cosine: 1 - radius, ip: radius }[metric];
          const expected = all.filter((hit) => hit.score >= least);
          expect(search(branch, query, 5000, { radius })).toEqual(expected);
          expect(search(branch, query, 7, { radius })).toEqual(expected.slice(0, 7));
        }
      }
    }
    const { branch } = await built('flat', metric, [flatter]);
    expect(() => search(branch, flatter[0], 5, { radius: Number.NaN })).toThrow(/radius/);
    if (metric !== 'ip') expect(() => search(branch, flatter[0], 5, { radius: -1 })).toThrow(/radius -1/);
  });

  test('no bound is above the true distance', async () => {
    const dim = 48;
    const vectors = decaying(1500, dim, 31);
    const { schema, views } = await built('flat', metric, [vectors]);
    const part = openPart(schema.vectors[0], views[0]);
    const tables = loadScreenTables(part)!;
    const projector = new Projector(tables);
    const bound = boundOf(tables, projector);
    const component = fc.oneof(
      fc.float({ min: -3, max: 3, noNaN: true }),
      fc.float({ min: -1000, max: 1000, noNaN: true }),
      fc.constantFrom(0, 1e-30, 1e6),
    );
    const vector = fc.oneof(
      fc.array(component, { minLength: dim, maxLength: dim }),
      fc.nat(1499).map((i) => [...vectors[i]]),
    );
    let bounded = 0;
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        if (metric === 'cosine' && (norm(a) === 0 || norm(b) === 0)) return;
        const query = queryVector(schema.vectors[0], { id: 'q', vectors: { emb: Float32Array.from(a) } })!;
        const row = new Float32Array(part.floats);
        row.set(metric === 'cosine' ? Float32Array.from(b, (x) => x / norm(Float32Array.from(b))) : b);
        let distance = 0;
        for (let j = 0; j < row.length; j++) {
          const q = query.double[j];
          distance += metric === 'l2' ? (row[j] - q) ** 2 : -row[j] * q;
        }
        const maxNorm = metric === 'l2' ? undefined : Math.max(norm(row), part.maxNorm!);
        const found = bound(query, row, distance, metric, maxNorm);
        if (found === undefined) return;
        bounded++;
        for (const { value, limit } of found) expect(value).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 1500, seed: 5 },
    );
    expect(bounded).toBeGreaterThan(200);
  });
});

/** The bounds of a pair in units, as docs/exact.md writes them down, and the most they may be for a row at the pair's distance. */
function boundOf(tables: ScreenTables, projector: Projector) {
  const coder = new ScreenCoder(projector);
  return (
    query: NonNullable<ReturnType<typeof queryVector>>,
    row: Float32Array,
    distance: number,
    metric: Metric,
    maxNorm: number | undefined,
  ) => {
    const weighed = screenQuery(projector, query, { metric, maxNorm });
    if (weighed === undefined) return undefined;
    projector.load(row, 1);
    coder.encode(0, row);
    const { first, tail, euclidean, unit } = tables;
    const { weights, tailWeights, scale, added, spread, offset, tailOffset } = weighed;
    let head = coder.norm;
    for (let j = 0; j <= first; j++) head += coder.codes[j] * weights[j];
    let whole = head + coder.tailNorm + (tail > 0 ? coder.codes[first] * tailWeights[tail + 1] : 0);
    for (let j = 0; tail > 0 && j <= tail; j++) whole += coder.codes[first + 1 + j] * tailWeights[j];
    expect(weights.length).toBe(2 * headPairs(tables));
    const reach = scale * distance + added;
    const most = (error: number) =>
      euclidean ? (Math.sqrt(Math.max(0, reach)) + spread + error) ** 2 : reach + spread * error;
    return [
      { value: head, limit: most(coder.firstError) / unit + offset },
      ...(tail > 0 ? [{ value: whole, limit: most(coder.tailError) / unit + tailOffset }] : []),
    ];
  };
}
