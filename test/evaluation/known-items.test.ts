import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvalReport } from '../../src/evaluation/index.js';
import { Random } from '../../src/evaluation/random.js';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

const cwd = scratch();
const articles = `${fixtures}articles`;

/** Ranked documents of each query, from a run file. */
function readRun(path: string): Map<string, string[]> {
  const run = new Map<string, string[]>();
  for (const line of readFileSync(path, 'utf8').trim().split('\n')) {
    const [query, , document] = line.split(' ');
    const found = run.get(query) ?? [];
    found.push(document);
    run.set(query, found);
  }
  return run;
}

/** Share of the queries that find the document they are named after within the first k. */
function found(run: Map<string, string[]>, k: number): number {
  const hits = [...run].filter(([query, documents]) => documents.slice(0, k).includes(query));
  return hits.length / run.size;
}

function evaluate(args: string[]): EvalReport {
  return JSON.parse(ok(['eval', ...args, '--self', '--json'], { cwd }).stdout) as EvalReport;
}

describe('eval --self', () => {
  const hybrid = join(cwd, 'hybrid.index');
  beforeAll(() => {
    ok(['build', articles, '--vectors', `emb=${articles}/vectors/base-aligned.fvecs`, '-o', hybrid, '-q'], {
      cwd,
    });
  });

  it('looks for documents by title and by vector, each branch and all together', () => {
    const report = evaluate([hybrid, '--save-run', 'self.run', '--items', '60']);
    expect(report.runs.map(({ name }) => name)).toEqual(['text', 'emb', 'rrf:k=60']);
    expect(report.queries).toBe(60);
    expect(report.knownItems).toEqual({
      items: 60,
      seed: 0,
      text: { titles: 60, words: 0 },
      vectors: { emb: 0.25 },
    });
    const run = readRun(join(cwd, 'self.run'));
    expect(run.size).toBe(60);
    expect(report.measures['Success@1']).toBeCloseTo(found(run, 1), 12);
    expect(report.measures['Success@10']).toBeCloseTo(found(run, 10), 12);
    // A graph of 100 articles has all neighbours.
    expect(report.runs[1].measures['recall@10']).toBeGreaterThan(0.95);
    expect(report.runs[1].measures['Success@1']).toBeGreaterThan(0.9);
  });

  it('says in every form of a report that these are known items', () => {
    for (const format of ['json', 'markdown', 'junit', 'github']) {
      const { stdout, stderr } = ok(['eval', hybrid, '--self', '--items', '5', '--format', format], { cwd });
      expect(stdout).toContain('5 known items of the index itself');
      expect(stderr).toContain('5 known items of the index itself');
    }
    ok(['eval', hybrid, '--self', '--items', '5', '--report', 'self.html'], { cwd });
    expect(readFileSync(join(cwd, 'self.html'), 'utf8')).toContain('5 known items of the index itself');
  });

  it('asks the same of the same seed, and something else of another', () => {
    const [first, again, other] = [['3'], ['3'], ['4']].map(
      ([seed]) =>
        ok(['eval', hybrid, '--self', '--items', '20', '--seed', seed, '--per-query', '--json'], { cwd })
          .stdout,
    );
    const queries = (json: string) => (JSON.parse(json) as EvalReport).perQuery;
    expect(queries(again)).toEqual(queries(first));
    expect(Object.keys(queries(other)!)).not.toEqual(Object.keys(queries(first)!));
  });

  it('finds the first of two documents that are alike, and both within ten', () => {
    const lines = Array.from({ length: 40 }, (_, i) => {
      const word = `word${'abcdefghijklmnopqrst'[i >> 1]}`;
      return JSON.stringify({ _id: `d${i}`, text: `${word} ${word} and other things` });
    });
    writeFileSync(join(cwd, 'twins.jsonl'), lines.join('\n'));
    ok(['build', 'twins.jsonl', '-o', 'twins.index', '-q'], { cwd });
    const report = evaluate(['twins.index']);
    expect(report.knownItems?.text).toEqual({ titles: 0, words: 40 });
    expect(report.measures).toEqual({ 'Success@1': 0.5, 'Success@10': 1, 'RR@10': 0.75 });
  });

  it('flips bits of packed ones, and keeps bytes whole', () => {
    const random = new Random(7);
    const rows = Array.from({ length: 50 }, (_, i) => {
      const bits = Array.from({ length: 16 }, () => random.below(256));
      return JSON.stringify({ _id: `b${i}`, v: bits });
    });
    writeFileSync(join(cwd, 'bits.jsonl'), rows.join('\n'));
    ok(
      [
        'build',
        'bits.jsonl',
        '--vector',
        'v',
        '--metric',
        'hamming',
        '--vector-index',
        'flat',
        '-o',
        'bits.index',
        '-q',
      ],
      { cwd },
    );
    ok(
      [
        'build',
        'bits.jsonl',
        '--vector',
        'v',
        '--metric',
        'l2',
        '--vector-index',
        'flat',
        '-o',
        'bytes.index',
        '-q',
      ],
      { cwd },
    );
    const bits = evaluate(['bits.index']);
    expect(bits.knownItems?.vectors).toEqual({ v: 0.05 });
    expect(bits.measures).toEqual({ 'Success@1': 1, 'Success@10': 1, 'RR@10': 1, 'recall@10': 1 });
    expect(evaluate(['bytes.index']).measures['Success@1']).toBe(1);
  });

  it('holds gates, and compares with another index by the same items', () => {
    const failed = shortlist(['eval', hybrid, '--self', '--assert', 'Success@1>1'], { cwd });
    expect(failed.code).toBe(1);
    const report = evaluate([hybrid, '--baseline', hybrid, '--max-drop', 'RR@10=0']);
    expect(report.assertions).toEqual([expect.objectContaining({ passed: true })]);
    const joined = report.comparisons?.filter(({ run }) => run === 'rrf:k=60');
    expect(joined?.length).toBe(3);
    for (const { difference, ties, queries } of joined ?? [])
      expect([difference, ties]).toEqual([0, queries]);
  });

  it('refuses what does not go with it', () => {
    const refused = (...args: string[]) => {
      const { code, stderr, stdout } = shortlist(['eval', ...args], { cwd });
      expect(code).toBe(2);
      expect(stdout).toBe('');
      return stderr;
    };
    expect(refused(hybrid, '--self', '--qrels', 'x')).toMatch(/leave out --qrels, or --self/);
    expect(refused('--run', 'x', '--self')).toMatch(/name one, and leave out --run/);
    expect(refused(hybrid, '--items', '5')).toMatch(/add --self/);
    writeFileSync(join(cwd, 'one.jsonl'), '{"_id":"a","text":"one two"}\n');
    ok(['build', 'one.jsonl', '--no-store', '-o', 'bare.index', '-q'], { cwd });
    expect(refused('bare.index', '--self')).toMatch(/stores none of it; build it without --no-store/);
  });
});
