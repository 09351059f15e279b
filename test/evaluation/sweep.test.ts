import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { choose, gridOf, paretoFront, parseAxis } from '../../src/evaluation/index.js';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

describe('an axis', () => {
  it.each([
    ['efSearch=10..80:4', 'efSearch', [10, 20, 40, 80]],
    ['ef-search=1..3', 'efSearch', [1, 2, 3]],
    ['nprobe=4,1, 2,4', 'nprobe', [1, 2, 4]],
    ['b=0..1:5', 'b', [0, 0.25, 0.5, 0.75, 1]],
    ['probeFade=0..4:3', 'probeFade', [0, 2, 4]],
    ['k1=1.2', 'k1', [1.2]],
    ['refine=7..7', 'refine', [7]],
  ])('%s', (text, name, values) => {
    expect(parseAxis(text)).toEqual({ name, values });
  });

  it.each([
    ['efSearch', /write it like/],
    ['efSerch=1..2', /did you mean 'efSearch'/],
    ['colour=1', /these can: efSearch/],
    ['toString=1', /can't be swept/],
    ['nprobe=2..1', /ends before it begins/],
    ['nprobe=0..4', /'0' is not a value of nprobe/],
    ['nprobe=1.5', /whole numbers/],
    ['b=0..2', /'2' is not a value of b/],
    ['b=', /write it like/],
    ['b=,', /'' is not a value/],
    ['k1=1..2:1', /2 to 1000/],
  ])('%s is refused', (text, message) => {
    expect(() => parseAxis(text)).toThrow(message);
  });

  it('spans what is between its ends, evenly in powers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), (from, more) => {
        const { values } = parseAxis(`efSearch=${from}..${from + more}`);
        expect(values[0]).toBe(from);
        expect(values.at(-1)).toBe(from + more);
        const factor = ((from + more) / from) ** (1 / 7);
        for (let i = 1; i < values.length; i++) {
          expect(values[i]).toBeGreaterThan(values[i - 1]);
          // Rounding moves a value by a half at most.
          expect(values[i] - 0.5).toBeLessThanOrEqual(
            (values[i - 1] + 0.5) * factor ** (8 - values.length + 1) + 1,
          );
        }
      }),
    );
  });

  it('several make a grid, the last the fastest', () => {
    const grid = gridOf([parseAxis('k1=1,2'), parseAxis('b=0,1')]);
    expect(grid).toEqual([
      { k1: 1, b: 0 },
      { k1: 1, b: 1 },
      { k1: 2, b: 0 },
      { k1: 2, b: 1 },
    ]);
  });
});

describe('the front', () => {
  const figure = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(Number.NaN));
  const points = fc.array(fc.record({ quality: figure, qps: figure }), { maxLength: 12 });

  it('is the points that none beats', () => {
    fc.assert(
      fc.property(points, (all) => {
        const sound = all.filter(({ quality, qps }) => !Number.isNaN(quality + qps));
        const wanted = sound.filter(
          (a) =>
            !sound.some(
              (b) => b.quality >= a.quality && b.qps >= a.qps && (b.quality > a.quality || b.qps > a.qps),
            ),
        );
        const key = ({ quality, qps }: (typeof all)[0]) => `${quality} ${qps}`;
        const found = paretoFront(all).map((i) => all[i]);
        expect(found.map(key).sort()).toEqual([...new Set(wanted.map(key))].sort());
        expect(found.map(({ quality }) => quality)).toEqual(
          found.map(({ quality }) => quality).toSorted((a, b) => a - b),
        );
      }),
    );
  });

  it('gives the fastest that reaches a target, and the best without one', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 0, max: 7 }), (all, target) => {
        const reaching = all.filter(({ quality, qps }) => quality >= target && !Number.isNaN(qps));
        const at = choose(all, target);
        if (at === undefined) expect(reaching).toEqual([]);
        else expect(all[at].qps).toBe(Math.max(...reaching.map(({ qps }) => qps)));
        const sound = all.filter(({ quality, qps }) => !Number.isNaN(quality + qps));
        const best = choose(all);
        expect(best === undefined ? [] : [all[best].quality]).toEqual(
          sound.length === 0 ? [] : [Math.max(...sound.map(({ quality }) => quality))],
        );
      }),
    );
  });
});

describe('eval --sweep', () => {
  const cwd = scratch();
  const articles = `${fixtures}articles`;
  const index = join(cwd, 'a.index');
  const queries = ['--queries', `${articles}/queries.jsonl`];
  const queryVectors = `emb=${articles}/vectors/query.fvecs,ids=${articles}/vectors/query_ids.txt`;
  const exact = ['eval', index, ...queries, '--vectors', queryVectors, '--branches', 'emb', '--exact'];
  beforeAll(() => {
    ok([
      ...['build', articles, '--vectors', `emb=${articles}/vectors/base-aligned.fvecs`],
      ...['--vector-index', 'ivf:nlist=16', '-o', index, '-q'],
    ]);
  });

  it('measures at each value what a single evaluation at it does', () => {
    const sweep = JSON.parse(ok([...exact, '--sweep', 'nprobe=1,3,16', '--rounds', '2', '--json']).stdout);
    expect(sweep.runs.map((run: { name: string }) => run.name)).toEqual([
      'nprobe=1',
      'nprobe=3',
      'nprobe=16',
    ]);
    for (const run of sweep.runs) {
      const one = JSON.parse(ok([...exact, '--nprobe', String(run.swept.nprobe), '--json']).stdout);
      expect(run.measures).toEqual(one.measures);
      expect(run.qpsRange.least).toBeLessThanOrEqual(run.qps);
      expect(run.qpsRange.most).toBeGreaterThanOrEqual(run.qps);
    }
    expect(sweep.runs[0].measures['recall@10']).toBeLessThan(1);
    expect(sweep.runs[2].measures['recall@10']).toBe(1);
    expect(sweep.conditions.rounds).toBe(2);
    expect(sweep.sweep).toMatchObject({ measure: 'recall@10', axes: { nprobe: [1, 3, 16] } });
    // The best is chosen without a target, and its figures are the report's.
    expect(sweep.measures['recall@10']).toBe(1);
    expect(sweep.primary).toBe(sweep.sweep.chosen);
  });

  it('chooses by a target, which assertions are then about', () => {
    const args = [...exact, '--sweep', 'nprobe=1,16', '--target-recall', '0.999', '--json'];
    const met = JSON.parse(ok([...args, '--assert', 'recall@10>=0.999']).stdout);
    expect(met.sweep).toMatchObject({ target: 0.999, chosen: 'nprobe=16' });
    const missed = shortlist([...exact, '--sweep', 'nprobe=1', '--target-recall', '0.999', '--json']);
    expect(missed.code).toBe(0);
    expect(missed.stderr).toMatch(/no setting reaches recall@10 0.999/);
    expect(JSON.parse(missed.stdout).sweep.chosen).toBeUndefined();
  });

  it('draws them, joined along the front', () => {
    const { stdout } = ok([...exact, '--sweep', 'nprobe=1..16', '--rounds', '1']);
    expect(stdout).toMatch(/nprobe=16 .*/);
    expect(stdout).toMatch(/QPS [\d,]+ +│[\u2800-\u28ff◆]{60}\n/);
    expect(stdout).toMatch(/best recall@10: nprobe=\d+ \(1.0000/);
  });

  it('sweeps a grid of BM25 against judgments', () => {
    const args = ['eval', index, ...queries, '--branches', 'text', '--qrels', `${articles}/qrels/test.tsv`];
    const sweep = JSON.parse(
      ok([...args, '-m', 'nDCG@10', '--sweep', 'k1=0.5,1.2', '--sweep', 'b=0..1:3', '--json']).stdout,
    );
    expect(sweep.runs.length).toBe(6);
    const usual = sweep.runs.find((run: { name: string }) => run.name === 'k1=1.2 b=0.5');
    const one = JSON.parse(ok([...args, '-m', 'nDCG@10', '--k1', '1.2', '--b', '0.5', '--json']).stdout);
    expect(usual.measures).toEqual(one.measures);
  });

  it('is of an index', () => {
    const run = join(cwd, 'a.run');
    writeFileSync(run, 'q1 Q0 a 1 1.0 x\n');
    const qrels = ['--qrels', `${articles}/qrels/test.tsv`];
    const refused = shortlist(['eval', '--run', run, '--sweep', 'k1=1', ...qrels]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/a run from a file is what it is/);
  });
});
