import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  alphaNdcg,
  distanceRatio,
  evaluateDiversity,
  parseMeasure,
  readSubtopics,
  recallAtK,
} from '../../src/evaluation/index.js';
import { fixtures, ok, shortlist } from '../helpers/cli.js';

const folder = mkdtempSync(join(tmpdir(), 'shortlist-diversity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('alpha-nDCG', () => {
  const judged = new Map(
    Object.entries({ a: '25', b: '5', d: '2', e: '25', f: '6', g: '1346' }).map(([document, subtopics]) => [
      document,
      new Set(subtopics),
    ]),
  );

  it('by hand: gains fall by half each time a subtopic is met again', () => {
    // a: 2, 5 → 2; b: 5 again → 1/2; g: four new ones → 4.
    const gained = 2 / Math.log2(2) + 0.5 / Math.log2(3) + 4 / Math.log2(4);
    // Best: g 4, then a or e 2, then the other 1.
    const ideal = 4 / Math.log2(2) + 2 / Math.log2(3) + 1 / Math.log2(4);
    expect(alphaNdcg(['a', 'b', 'g'], judged, 3)).toBeCloseTo(gained / ideal, 14);
    expect(alphaNdcg(['g', 'a', 'e'], judged, 3)).toBeCloseTo(1, 14);
    expect(alphaNdcg(['g', 'x', 'a'], judged, 1)).toBe(1);
    expect(alphaNdcg([], judged, 3)).toBe(0);
    expect(alphaNdcg(['a'], new Map(), 3)).toBe(0);
  });

  it('alpha 0 counts every subtopic again, alpha 1 only once', () => {
    const two = new Map([
      ['x', new Set(['1'])],
      ['y', new Set(['1'])],
      ['z', new Set(['2'])],
    ]);
    expect(alphaNdcg(['x', 'y'], two, 2, 0)).toBe(1);
    expect(alphaNdcg(['x', 'y'], two, 2, 1)).toBeCloseTo(1 / (1 + 1 / Math.log2(3)), 14);
    expect(alphaNdcg(['x', 'z'], two, 2, 1)).toBe(1);
  });

  it('files and means; a query that is missing counts 0', async () => {
    const path = join(folder, 'qrels');
    writeFileSync(path, '1 1 x 1\n1 1 y 1\n1 2 z 2\n1 3 z 0\n2 1 q -1\n3 1 w 1\n');
    const subtopics = await readSubtopics(path);
    expect([...subtopics.get('1')!.get('z')!]).toEqual(['2']);
    const run = new Map([
      [
        '1',
        [
          { id: 'z', score: 1 },
          { id: 'x', score: 2 },
        ],
      ],
    ]);
    const found = evaluateDiversity(run, subtopics, 2);
    expect(Object.fromEntries(found.perQuery)).toEqual({ 1: 1, 2: 0, 3: 0 });
    expect(found.mean).toBeCloseTo(1 / 3, 14);
    writeFileSync(path, '1 1 x\n');
    await expect(readSubtopics(path)).rejects.toThrow(
      /:1: not a judgment; write lines of 'query subtopic document grade'/,
    );
  });
});

describe('vectors', () => {
  it('distance ratio', () => {
    expect(distanceRatio([1, 2, 9], [1, 1, 9], 2)).toBe(1.5);
    expect(distanceRatio([1, 2], [1, 2], 10)).toBe(1);
    expect(distanceRatio([0, 0], [0, 0], 2)).toBe(1);
    expect(distanceRatio([1], [0], 1)).toBe(Number.POSITIVE_INFINITY);
    expect(distanceRatio([], [1], 1)).toBeNaN();
  });

  it('1-recall@k asks for the nearest only', () => {
    expect(parseMeasure('1-recall@10')).toEqual({
      name: '1-recall@10',
      needs: 'truth',
      depth: 10,
      neighbours: 1,
    });
    expect(() => parseMeasure('1-recall')).toThrow('needs a cut-off; write 1-recall@10');
    expect(recallAtK([5, 6, 7], [7, 1, 2], 3, { neighbours: 1 })).toMatchObject({ recall: 1, of: 1 });
    expect(recallAtK([5, 6, 7], [7, 1, 2], 2, { neighbours: 1 })).toMatchObject({ recall: 0, of: 1 });
  });
});

describe('at the shell', () => {
  const path = (name: string) => join(folder, name);

  it('alpha_nDCG of a run, beside measures of grades', () => {
    writeFileSync(path('topics.qrels'), '1 1 x 1\n1 1 y 2\n1 2 z 2\n1 3 z 0\n2 1 q -1\n3 1 w 1\n');
    writeFileSync(path('a.run'), '1 Q0 x 1 2 t\n1 Q0 y 2 1 t\n3 Q0 w 1 1 t\n');
    const args = ['eval', '--run', path('a.run'), '--qrels', path('topics.qrels'), '--per-query', '--json'];
    const measures = ['-m', 'alpha_nDCG@2', '-m', 'alpha_ndcg(alpha=1)@2', '-m', 'P@2'];
    const report = JSON.parse(ok([...args, ...measures]).stdout);
    const ideal = 1 + 1 / Math.log2(3);
    expect(report.perQuery['1']['alpha_nDCG@2']).toBeCloseTo((1 + 0.5 / Math.log2(3)) / ideal, 14);
    expect(report.perQuery['1']['alpha_nDCG(alpha=1)@2']).toBeCloseTo(1 / ideal, 14);
    expect(report.perQuery['1']['P@2']).toBe(1);
    expect(report.measures['alpha_nDCG@2']).toBeCloseTo(((1 + 0.5 / Math.log2(3)) / ideal + 1) / 3, 14);
    const conflict = shortlist([
      'eval',
      '--run',
      path('a.run'),
      '--qrels',
      path('topics.qrels'),
      '-m',
      'P@2',
    ]);
    expect(conflict.code).toBe(2);
    expect(conflict.stderr).toContain('judgments of subtopics are for alpha_nDCG@k');
    writeFileSync(path('plain.tsv'), '1\tx\t1\n');
    const plain = shortlist([
      'eval',
      '--run',
      path('a.run'),
      '--qrels',
      path('plain.tsv'),
      '-m',
      'alpha_nDCG@2',
    ]);
    expect([plain.code, plain.stdout]).toEqual([2, '']);
    expect(plain.stderr).toContain("write lines of 'query subtopic document grade'");
  });

  it('distanceRatio of a graph, as the distances themselves give it', () => {
    const index = path('v.index');
    const queries = `${fixtures}vectors/query.bvecs`;
    ok(['build', `${fixtures}vectors/base.bvecs`, '-o', index, '-q', '--metric', 'l2']);
    const low = ['--queries', queries, '--ef-search', '10'];
    const answers = ok(['query', index, ...low, '-k', '10'])
      .stdout.trim()
      .split('\n');
    const truth = ok(['query', index, '--queries', queries, '--exact', '-k', '10']).stdout.trim().split('\n');
    const sum = (lines: string[]) =>
      lines
        .flatMap((line) => JSON.parse(line).hits as { score: number }[])
        .reduce((total, { score }) => total + Math.sqrt(-score), 0);
    const wanted = sum(answers) / sum(truth);
    expect(wanted).toBeGreaterThan(1);
    for (const against of [['--exact'], ['--truth', `${fixtures}vectors/gt.ivecs`]]) {
      const args = ['eval', index, ...low, ...against, '-m', 'recall@10', '-m', 'distanceRatio@10', '--json'];
      expect(JSON.parse(ok(args).stdout).measures['distanceRatio@10']).toBeCloseTo(wanted, 9);
    }
    const gate = ['eval', index, '--queries', queries, '--exact', '--assert', 'distanceRatio@10<=1.001'];
    expect(shortlist(gate).code).toBe(0);
    expect(shortlist([...gate, '--ef-search', '10', '--assert', 'distanceRatio@10<1.0000001']).code).toBe(1);
    const swept = shortlist([...gate, '-m', 'distanceRatio@10', '--sweep', 'efSearch=10,20']);
    expect([swept.code, swept.stderr.includes('better when it is lower')]).toEqual([2, true]);
    const compared = ok([
      'eval',
      index,
      ...low,
      '--exact',
      '-m',
      'recall@10,distanceRatio@10,distanceRatio@5',
      '--baseline',
      index,
      '--json',
    ]);
    expect(JSON.parse(compared.stdout).comparisons.map((c: { measure: string }) => c.measure)).toEqual([
      'recall@10',
    ]);
    const drop = shortlist([...gate, '--baseline', index, '--max-drop', 'distanceRatio@10=0.1']);
    expect([drop.code, drop.stderr.includes("--assert 'distanceRatio@10<=1.01'")]).toEqual([2, true]);
  });

  it('distanceRatio of cosine is 1 where all is found; inner products have none', () => {
    const articles = `${fixtures}articles/vectors/`;
    for (const metric of ['cosine', 'ip']) {
      const index = path(`${metric}.index`);
      ok(['build', `${articles}base.fvecs`, '-o', index, '-q', '--metric', metric, '--vector-index', 'flat']);
      const args = [
        'eval',
        index,
        '--queries',
        `${articles}query.fvecs`,
        '--exact',
        '-m',
        'distanceRatio@10',
        '--json',
      ];
      const { code, stdout, stderr } = shortlist(args);
      if (metric === 'cosine') expect(JSON.parse(stdout).measures['distanceRatio@10']).toBe(1);
      else expect([code, stderr.includes('an inner product is none')]).toEqual([2, true]);
    }
  });
});
