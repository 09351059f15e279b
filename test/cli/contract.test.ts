import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

const cwd = scratch();
const articles = `${fixtures}articles`;
const vectors = `${fixtures}vectors`;
const text = join(cwd, 'text.index');
const hybrid = join(cwd, 'hybrid.index');
const graph = join(cwd, 'graph.index');

const json = (args: string[], options?: { input?: string }) => JSON.parse(ok(args, options).stdout);
const jsonl = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('the machine contract', () => {
  let report: Record<string, unknown>;
  beforeAll(() => {
    ok(['build', articles, '-o', text, '-q']);
    report = json([
      'build',
      articles,
      '--vectors',
      `emb=${articles}/vectors/base-aligned.fvecs`,
      '-o',
      hybrid,
      '-q',
      '--json',
    ]);
    ok([
      'build',
      `${vectors}/base.bvecs`,
      '-o',
      graph,
      '--metric',
      'l2',
      '--vector-index',
      'hnsw:M=16,efConstruction=200',
      '-q',
    ]);
  });

  it('build --json', () => {
    expect(Object.keys(report)).toEqual([
      'schema',
      'documents',
      'vectors',
      'terms',
      'postings',
      'tokens',
      'weights',
      'segments',
      'bytes',
      'seconds',
      'peakRssBytes',
      'rejected',
      'rejectedRecords',
      'notes',
      'warnings',
      'output',
    ]);
    expect(report).toMatchObject({
      schema: 'shortlist.build@1',
      documents: 100,
      vectors: 100,
      segments: 1,
      rejected: 0,
    });
    const { total, ...parts } = report.bytes as Record<string, number>;
    expect(Object.keys(parts).sort()).toEqual([
      'columns/tags',
      'columns/year',
      'documents',
      'other',
      'text',
      'vector/emb',
    ]);
    expect(Object.values(parts).reduce((sum, n) => sum + n, 0)).toBe(total);
  });

  it('query --format jsonl: a line per query, in the shape that is promised', () => {
    const [line] = jsonl(ok(['query', text, 'bees', '--format', 'jsonl', '-k', '2']).stdout);
    expect(Object.keys(line)).toEqual(['query', 'hits']);
    expect(line.hits).toHaveLength(2);
    for (const [i, hit] of line.hits.entries()) {
      expect(Object.keys(hit)).toEqual(['id', 'rank', 'score', 'branches']);
      expect(hit.rank).toBe(i + 1);
      expect(hit.branches).toEqual({ text: { rank: i + 1, score: hit.score } });
    }
    expect(line.hits[0].score).toBeGreaterThanOrEqual(line.hits[1].score);
  });

  it('query: json, tsv and trec say the same as jsonl', () => {
    const flags = ['query', text, '--queries', `${articles}/queries.jsonl`, '-k', '5'];
    const lines = jsonl(ok(flags).stdout);
    expect(lines).toHaveLength(25);
    expect(json([...flags, '--json'])).toEqual({ schema: 'shortlist.query@1', results: lines });
    const wanted = lines.flatMap(({ query, hits }) =>
      hits.map((hit: { id: string; rank: number; score: number }) => [query, hit.id, hit.rank, hit.score]),
    );
    const trec = ok([...flags, '--format', 'trec', '--tag', 'me'])
      .stdout.trim()
      .split('\n')
      .map((line) => line.split(/\s+/));
    expect(trec.map(([q, , id, rank, score]) => [q, id, Number(rank), Number(score)])).toEqual(wanted);
    expect(new Set(trec.map((columns) => `${columns[1]} ${columns[5]}`))).toEqual(new Set(['Q0 me']));
    const tsv = ok([...flags, '--format', 'tsv', '--fields', 'title'])
      .stdout.trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(tsv.map(([q, rank, id, score]) => [q, id, Number(rank), Number(score)])).toEqual(wanted);
    expect(tsv[0][4].length).toBeGreaterThan(3);
  });

  it('eval --json over text', () => {
    const found = json([
      'eval',
      text,
      '--queries',
      `${articles}/queries.jsonl`,
      '--qrels',
      `${articles}/qrels/test.tsv`,
      '-m',
      'nDCG@10',
      '-m',
      'AP',
      '-m',
      'R@100',
      '--json',
    ]);
    expect(found).toMatchObject({ schema: 'shortlist.eval@1', queries: 25, primary: 'text' });
    expect(Object.keys(found.measures)).toEqual(['nDCG@10', 'AP', 'R@100']);
    expect(Object.keys(found.latency)).toEqual(['p50Ms', 'p95Ms', 'p99Ms', 'meanMs', 'maxMs']);
    expect(found.qps).toBeGreaterThan(0);
    expect(found.conditions).toMatchObject({ state: 'warm', threads: 1, depth: 1000, queries: 25 });
    expect(found.measures['nDCG@10']).toBeGreaterThan(0.6);
  });

  it('eval --json over vectors: recall against a truth file, and exact search finds all', () => {
    const flags = [
      'eval',
      graph,
      '--queries',
      `${vectors}/query.bvecs`,
      '--truth',
      `${vectors}/gt.ivecs`,
      '-m',
      'recall@10',
      '--json',
    ];
    const found = json([...flags, '--ef-search', '80']);
    expect(found).toMatchObject({ queries: 50, schema: 'shortlist.eval@1' });
    expect(found.measures['recall@10']).toBeGreaterThanOrEqual(0.99);
    expect(json([...flags, '--exact']).measures).toEqual({ 'recall@10': 1 });
    // Truth made here by brute force says the same as the file.
    const self = json([
      'eval',
      graph,
      '--queries',
      `${vectors}/query.bvecs`,
      '--exact',
      '-m',
      'recall@10',
      '--json',
      '--ef-search',
      '80',
    ]);
    expect(self.measures).toEqual(found.measures);
  });

  it('--assert: exit 0 when it holds, 1 with wanted and got when not', () => {
    const flags = [
      'eval',
      text,
      '--queries',
      `${articles}/queries.jsonl`,
      '--qrels',
      `${articles}/qrels/test.tsv`,
    ];
    expect(shortlist([...flags, '--assert', 'nDCG@10>=0.5']).code).toBe(0);
    const failed = shortlist([...flags, '--assert', 'nDCG@10>=0.99', '--assert', 'RR>=0.1', '--json']);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(
      /^shortlist: assertion failed: nDCG@10>=0\.99: wanted >= 0\.99, got 0\.\d+$/m,
    );
    const { assertions } = JSON.parse(failed.stdout);
    expect(assertions.map((a: { passed: boolean }) => a.passed)).toEqual([false, true]);
  });

  it('--save-run can be scored again with --run, to the same figures, without the index', () => {
    const run = join(cwd, 'saved.run');
    const qrels = [
      '--qrels',
      `${articles}/qrels/test.tsv`,
      '-m',
      'nDCG@10',
      '-m',
      'AP',
      '-m',
      'R@100',
      '--json',
    ];
    const direct = json([
      'eval',
      text,
      '--queries',
      `${articles}/queries.jsonl`,
      '--save-run',
      run,
      ...qrels,
    ]);
    const scored = json(['eval', '--run', run, ...qrels]);
    expect(scored.measures).toEqual(direct.measures);
    expect(scored).not.toHaveProperty('latency');
  });

  it('--each-branch and several fusions stand side by side; by row and by ids give the same figures', () => {
    const flags = [
      '--queries',
      `${articles}/queries.jsonl`,
      '--qrels',
      `${articles}/qrels/test.tsv`,
      '-m',
      'nDCG@10',
      '-m',
      'R@100',
      '--each-branch',
      '--fusion',
      'rrf',
      '--fusion',
      'minmax:text=0.6,emb=0.4',
      '--json',
    ];
    const joined = join(cwd, 'joined.index');
    ok([
      'build',
      articles,
      '--vectors',
      `emb=${articles}/vectors/base.fvecs,ids=${articles}/vectors/ids.txt`,
      '-o',
      joined,
      '-q',
    ]);
    const rows = json(['eval', hybrid, '--vectors', `emb=${articles}/vectors/query.fvecs`, ...flags]);
    const ids = json([
      'eval',
      joined,
      '--vectors',
      `emb=${articles}/vectors/query.fvecs,ids=${articles}/vectors/query_ids.txt`,
      ...flags,
    ]);
    const figures = (found: typeof rows) =>
      found.runs.map((run: { name: string; measures: object }) => [run.name, run.measures]);
    expect(figures(rows).map(([name]: [string]) => name)).toEqual([
      'text',
      'emb',
      'rrf:k=60',
      'minmax:text=0.6,emb=0.4',
    ]);
    expect(figures(ids)).toEqual(figures(rows));
    expect(rows.primary).toBe('rrf:k=60');
    expect(rows.measures).toEqual(rows.runs[2].measures);
  });

  it('a hybrid query keeps each branch, and --explain adds up', () => {
    const query = {
      _id: 'q',
      text: 'bees find flowers',
      emb: Array.from({ length: 32 }, (_, i) => (i % 5) - 1.5),
    };
    const [line] = jsonl(
      ok(['query', hybrid, '--queries', '-', '--explain', '--fusion', 'rrf:k=10,text=2'], {
        input: JSON.stringify(query),
      }).stdout,
    );
    for (const hit of line.hits) {
      const parts = hit.explain.fusion.contributions;
      expect(parts.length).toBe(Object.keys(hit.branches).length);
      const sum = parts.reduce((total: number, part: { value: number }) => total + part.value, 0);
      expect(sum).toBeCloseTo(hit.score, 12);
      for (const { branch, rank, value } of parts) {
        expect(hit.branches[branch].rank).toBe(rank);
        expect(value).toBeCloseTo((branch === 'text' ? 2 : 1) / (10 + rank), 12);
      }
      const terms = hit.explain.branches.text?.details ?? [];
      if (hit.branches.text)
        expect(terms.reduce((total: number, term: { score: number }) => total + term.score, 0)).toBeCloseTo(
          hit.branches.text.score,
          9,
        );
    }
    expect(line.io.reads).toBeGreaterThan(2);
    const [only] = jsonl(
      ok(['query', hybrid, '--queries', '-', '--branches', 'emb'], { input: JSON.stringify(query) }).stdout,
    );
    expect(Object.keys(only.hits[0].branches)).toEqual(['emb']);
  });

  it('--like finds the document itself first, --vector-file what its vector is near', () => {
    const [first] = jsonl(ok(['query', graph, '--like', '17', '--format', 'jsonl', '-k', '3']).stdout);
    expect(first.hits[0]).toMatchObject({ id: '17', score: 0 });
    const file = join(cwd, 'one.fvecs');
    const row = readFileSync(`${vectors}/base.bvecs`).subarray(17 * 36, 18 * 36);
    const floats = Buffer.alloc(4 + 32 * 4);
    floats.writeInt32LE(32, 0);
    for (let i = 0; i < 32; i++) floats.writeFloatLE(row[4 + i], 4 + i * 4);
    writeFileSync(file, floats);
    const [same] = jsonl(ok(['query', graph, '--vector-file', file, '--format', 'jsonl', '-k', '3']).stdout);
    expect(same.hits).toEqual(first.hits);
  });

  it('all terms, phrases and k1/b', () => {
    const docs = join(cwd, 'docs.jsonl');
    writeFileSync(
      docs,
      ['red fox runs', 'fox red', 'red cat', 'the fox is red and fast']
        .map((t, i) => JSON.stringify({ _id: `d${i}`, text: t }))
        .join('\n'),
    );
    const index = join(cwd, 'small.index');
    ok(['build', docs, '-o', index, '-q', '--lang', 'en']);
    const ids = (...args: string[]) =>
      jsonl(ok(['query', index, '--format', 'jsonl', ...args]).stdout)[0].hits.map(
        (h: { id: string }) => h.id,
      );
    expect(ids('red fox').sort()).toEqual(['d0', 'd1', 'd2', 'd3']);
    expect(ids('red fox', '--operator', 'all').sort()).toEqual(['d0', 'd1', 'd3']);
    expect(ids('"red fox"', '--operator', 'all')).toEqual(['d0']);
    // b = 0 and one occurrence each: lengths don't matter, so equal scores go by input row.
    expect(ids('red', '--b', '0')).toEqual(['d0', 'd1', 'd2', 'd3']);
    // Lucene's BM25 by hand: N=4, df=4, tf=1, lengths 3, 2, 2, 3 after stop words (the, is, and).
    const [{ hits }] = jsonl(ok(['query', index, 'red', '--format', 'jsonl']).stdout);
    const idf = Math.log(1 + 0.5 / 4.5);
    const score = (length: number) => idf / (1 + 1.2 * (1 - 0.75 + (0.75 * length) / 2.5));
    const lengths: Record<string, number> = { d0: 3, d1: 2, d2: 2, d3: 3 };
    for (const hit of hits) expect(hit.score).toBeCloseTo(score(lengths[hit.id]), 12);
    expect(hits.map((h: { id: string }) => h.id)).toEqual(['d1', 'd2', 'd0', 'd3']);
  });

  it('get prints stored documents, info says what is inside, check says sound', () => {
    const [doc] = jsonl(
      ok(['get', text, JSON.parse(readFileSync(`${articles}/corpus.jsonl`, 'utf8').split('\n')[3])._id])
        .stdout,
    );
    expect(doc).toEqual(JSON.parse(readFileSync(`${articles}/corpus.jsonl`, 'utf8').split('\n')[3]));
    const found = json(['info', hybrid, '--json']);
    expect(found).toMatchObject({ schema: 'shortlist.info@1', documents: 100, tool: expect.any(String) });
    expect(found.fields.vectors[0]).toMatchObject({ name: 'emb', dim: 32, metric: 'cosine' });
    expect(found.fields.analyzer).toMatchObject({ lang: 'en', stemmer: 'porter2' });
    expect(json(['check', hybrid, '--json'])).toMatchObject({
      schema: 'shortlist.check@1',
      ok: true,
      documents: 100,
    });
    expect(ok(['info', hybrid]).stdout).toContain('vector emb');
  });

  it('zero and one document, empty texts and empty fields work', () => {
    for (const [name, lines, documents] of [
      ['zero', '', 0],
      ['one', '{"_id":"a","text":"only"}', 1],
      ['empty', '{"_id":"a","text":""}\n{"_id":"b"}\n{"_id":"c","text":"word","title":""}', 3],
    ] as const) {
      const output = join(cwd, `${name}.index`);
      expect(json(['build', '-', '-o', output, '--json', '-q'], { input: lines })).toMatchObject({
        documents,
      });
      ok(['check', output]);
      const { hits } = json(['query', output, 'only word', '--format', 'jsonl']);
      expect(hits.map((h: { id: string }) => h.id)).toEqual(
        name === 'one' ? ['a'] : name === 'empty' ? ['c'] : [],
      );
    }
  });

  it('help has examples first, for every command; version and exit codes', () => {
    for (const command of [[], ['build'], ['query'], ['eval'], ['info'], ['get'], ['check'], ['analyze']]) {
      expect(ok([...command, '--help']).stdout).toMatch(/^Examples:\n {2}shortlist /);
    }
    expect(ok(['--version']).stdout).toMatch(/^shortlist \d+\.\d+\.\d+ \(Node \d+/);
    expect(shortlist([]).code).toBe(2);
  });
});
