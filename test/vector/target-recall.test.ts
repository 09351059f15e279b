import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hash32 } from '../../src/vector/random.js';
import { ok, scratch, shortlist } from '../helpers/cli.js';
import { bruteForce } from './built.js';

const folder = scratch();
const at = (name: string) => join(folder, name);
const DIM = 24;
const ROWS = 6000;
const QUERIES = 400;

/** Points about centres, with a spread that makes neighbours hard to tell apart. */
function points(count: number, from: number): Float32Array[] {
  const uniform = (i: number) => hash32(9, i) / 2 ** 32 - 0.5;
  const centre = (c: number, j: number) => uniform(c * DIM + j);
  return Array.from({ length: count }, (_, i) => {
    const c = hash32(5, from + i) % 40;
    const row = (j: number) => (from + i + 1000) * DIM + j;
    return Float32Array.from({ length: DIM }, (_, j) => centre(c, j) + 0.9 * uniform(row(j)));
  });
}

function writeVecs(name: string, rows: ArrayLike<number>[], integers = false): string {
  const bytes = Buffer.alloc(rows.reduce((sum, row) => sum + 4 + row.length * 4, 0));
  let offset = 0;
  for (const row of rows) {
    offset = bytes.writeInt32LE(row.length, offset);
    for (let j = 0; j < row.length; j++) {
      offset = integers ? bytes.writeInt32LE(row[j], offset) : bytes.writeFloatLE(row[j], offset);
    }
  }
  writeFileSync(at(name), bytes);
  return at(name);
}

const base = points(ROWS, 0);
const queries = points(QUERIES, ROWS);
const baseFile = writeVecs('base.fvecs', base);
const queryFile = writeVecs('query.fvecs', queries);
const truths = Object.fromEntries(
  (['l2', 'ip', 'cosine'] as const).map((metric) => [
    metric,
    queries.map((query) => bruteForce(metric, base, query, 50).map((hit) => hit.doc)),
  ]),
);
for (const metric of Object.keys(truths)) writeVecs(`${metric}.ivecs`, truths[metric], true);

/** Builds an index of its own once. */
function index(name: string, spec: string, metric: string, ...flags: string[]): string {
  const output = at(name);
  ok(['build', baseFile, '-o', output, '--vector-index', spec, '--metric', metric, '-q', ...flags]);
  return output;
}

/** Recall@depth of the queries, and how they were searched. */
function measured(output: string, metric: string, depth: number, ...flags: string[]) {
  const given = ['--queries', queryFile, '--truth', at(`${metric}.ivecs`), '-m', `recall@${depth}`];
  const report = JSON.parse(ok(['eval', output, ...given, '--json', ...flags]).stdout);
  return { recall: report.measures[`recall@${depth}`], how: report.conditions.settings[0] };
}

const HNSW = 'hnsw:M=4,efConstruction=24';

describe.each([
  [HNSW, 'l2'],
  [HNSW, 'cosine'],
  [`${HNSW}+f32`, 'ip'],
  ['ivf:nlist=128', 'l2'],
  ['ivf:nlist=128+pq', 'cosine'],
  ['ivf:nlist=128+rabitq', 'l2'],
  ['flat+rabitq', 'ip'],
])('%s under %s', (spec, metric) => {
  const output = index(`${spec}-${metric}`, spec, metric, '--target-recall', '0.95');

  test.each([0.9, 0.95, 0.99])(
    'finds %d of the neighbours of queries it has not seen, not much more',
    (target) => {
      const { recall, how } = measured(output, metric, 10, '--target-recall', String(target));
      expect(how).toContain(`for a recall of ${target}`);
      // Three standard errors of either sample; above, whole numbers of lists too, of which few are needed.
      expect(recall).toBeGreaterThan(target - 0.02);
      expect(recall).toBeLessThan(Math.min(1, target + 0.06));
    },
  );
});

describe('what is measured', () => {
  const output = index('measured', HNSW, 'l2', '--calibrate');
  const info = JSON.parse(ok(['info', output, '--json']).stdout);
  const { queries: held, target, curves } = info.segments[0].parts['vector/vector'].calibration;

  test('is what other queries find at the same effort: a row left out does not leave a hole', () => {
    expect([held, target, curves.map((curve: { depth: number }) => curve.depth)]).toEqual([
      400,
      undefined,
      [10, 100],
    ]);
    const { efforts, recalls, deviations } = curves[0];
    efforts.efSearch.forEach((efSearch: number, i: number) => {
      const { recall } = measured(output, 'l2', 10, '--ef-search', String(efSearch));
      const error = Math.SQRT2 * (deviations[i] / Math.sqrt(held));
      expect(Math.abs(recall - recalls[i]), `efSearch ${efSearch}`).toBeLessThan(3 * error + 0.02);
    });
  });

  test('is not aimed at unless asked for', () => {
    expect(measured(output, 'l2', 10).how).toBe('vector: hnsw, efSearch 100');
  });

  test('serves depths in between: a depth of 50 finds its share too', () => {
    const { recall } = measured(output, 'l2', 50, '--target-recall', '0.9');
    expect(recall).toBeGreaterThan(0.88);
    expect(recall).toBeLessThan(0.96);
  });

  test('leaves the arrays of the segment as they are', () => {
    const plain = JSON.parse(ok(['info', index('plain', HNSW, 'l2'), '--json']).stdout);
    expect(plain.segments[0].arrays).toEqual(info.segments[0].arrays);
    expect(plain.segments[0].parts['vector/vector'].calibration).toBeUndefined();
  });

  test.each([
    ['hnsw:M=4,efConstruction=24', '--threads', '2'],
    ['ivf:nlist=64+pq', '--memory', '64MiB'],
  ])('is the same bytes from %s with %s %s', (spec, ...flags) => {
    const files = (folder: string) =>
      readdirSync(folder)
        .filter((name) => name.startsWith('seg-'))
        .map((name) => readFileSync(join(folder, name)).toString('base64'));
    const one = index('one', spec, 'cosine', '--calibrate', '--force', '--threads', '1');
    const other = index('other', spec, 'cosine', '--calibrate', '--force', ...flags);
    expect(files(other)).toEqual(files(one));
  });
});

describe('a target', () => {
  const output = index('aimed', 'ivf:nlist=128', 'l2', '--target-recall', '0.9');

  test('of the build is the default, which flags of the query override', () => {
    const { how } = measured(output, 'l2', 10);
    expect(how).toMatch(/^vector: ivf, nprobe \d+ for a recall of 0\.9$/);
    expect(measured(output, 'l2', 10, '--nprobe', '3').how).toBe('vector: ivf, nprobe 3');
    expect(measured(output, 'l2', 10, '--target-recall', '0.99').how).toMatch(/ for a recall of 0\.99$/);
    expect(measured(output, 'l2', 10, '--exact').how).toBe('vector: exact: every vector compared');
  });

  test('is what info shows, in words and in the metadata', () => {
    const { calibration } = JSON.parse(ok(['info', output, '--json']).stdout).segments[0].parts[
      'vector/vector'
    ];
    const { nprobe } = calibration.curves[0].chosen;
    expect(ok(['info', output]).stdout).toContain(`recall@10 of 0.9 at nprobe ${nprobe}`);
    expect(measured(output, 'l2', 10).how).toBe(`vector: ivf, nprobe ${nprobe} for a recall of 0.9`);
  });

  test('is met over several segments, each by its own effort', () => {
    const several = at('several');
    const rows = base.map((row, i) => JSON.stringify({ id: String(i), emb: [...row] })).join('\n');
    writeFileSync(at('base.jsonl'), `${rows}\n`);
    const flags = ['--vector-index', HNSW, '--metric', 'l2', '--target-recall', '0.95', '-q'];
    ok(['build', at('base.jsonl'), '-o', several, '--segment-docs', '2500', ...flags]);
    ok(['check', several]);
    expect(JSON.parse(ok(['info', several, '--json']).stdout).segments.length).toBe(3);
    const { recall } = measured(several, 'l2', 10);
    expect(recall).toBeGreaterThan(0.94);
    expect(recall).toBeLessThan(0.999);
  });

  test.each(['0', '1', '1.5', 'most'])('of %s is refused', (value) => {
    const outcome = shortlist(['query', output, '--queries', queryFile, '--target-recall', value]);
    expect([outcome.code, outcome.stdout]).toEqual([2, '']);
    expect(outcome.stderr).toMatch(/^shortlist: .*target.recall.*\n/);
  });

  test('needs an index that was measured', () => {
    const plain = index('not-measured', 'ivf:nlist=128+pq', 'l2');
    const outcome = shortlist(['query', plain, '--queries', queryFile, '--target-recall', '0.9']);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain(
      "the recall of 'vector' was not measured when the index was built, so none can be aimed at; build with --target-recall or --calibrate, or give --nprobe, --refine or --exact",
    );
  });

  test('beyond what was measured says so', () => {
    const outcome = ok([
      'query',
      output,
      '--queries',
      queryFile,
      '--target-recall',
      '0.99999',
      '--explain',
      '--json',
    ]);
    expect(outcome.stdout).toContain('a recall of 0.99999 is beyond what was measured');
  });

  test.each(['flat', 'hnsw', 'ivf', 'flat+pq'])('of so few vectors that all are compared: %s', (spec) => {
    const few = at(`few-${spec}`);
    const file = writeVecs('few.fvecs', base.slice(0, 12));
    ok(['build', file, '-o', few, '--vector-index', spec, '--target-recall', '0.95', '-q']);
    const truth = queries.map((query) =>
      bruteForce('cosine', base.slice(0, 12), query, 10).map(({ doc }) => doc),
    );
    const ids = writeVecs('few.ivecs', truth, true);
    const report = ok(['eval', few, '--queries', queryFile, '--truth', ids, '-m', 'recall@10', '--json']);
    expect(JSON.parse(report.stdout).measures['recall@10']).toBe(1);
  });
});

test.each(['hnsw:M=4,efConstruction=24', 'ivf:nlist=128'])(
  '%s under hamming aims too, ties being alike',
  (spec) => {
    const bits = (rows: Float32Array[]) =>
      rows.map((row) => Array.from({ length: 16 }, (_, byte) => packed(row, byte)));
    const file = writeVecs('bits.fvecs', bits(base));
    const asked = writeVecs('bit-queries.fvecs', bits(queries));
    const output = at(`bits-${spec}`);
    ok([
      'build',
      file,
      '-o',
      output,
      '--vector-index',
      spec,
      '--metric',
      'hamming',
      '--target-recall',
      '0.9',
      '-q',
    ]);
    const flags = ['--queries', asked, '--exact', '--tie-aware', '-m', 'recall@10', '--json'];
    const report = JSON.parse(ok(['eval', output, ...flags]).stdout);
    expect(report.conditions.settings[0]).toContain('for a recall of 0.9');
    expect(report.measures['recall@10']).toBeGreaterThan(0.88);
    expect(report.measures['recall@10']).toBeLessThan(0.97);
  },
);

/** Eight signs of differences of components. */
function packed(row: Float32Array, byte: number): number {
  let bits = 0;
  for (let k = 0; k < 8; k++) {
    const i = byte * 8 + k;
    bits |= Number(row[i % DIM] > row[(i * 7 + 5) % DIM]) << k;
  }
  return bits;
}
