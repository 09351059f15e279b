import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareSeveral } from '../../src/evaluation/index.js';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../docs/schemas/${name}.json`, import.meta.url), 'utf8'));
const schema = (name: string): ValidateFunction => ajv.compile(read(name));
const evaluation = schema('eval@1');
const build = schema('build@1');
const queryLine = schema('query-line');
ajv.addSchema(read('query-line'), 'query-line.json');
const query = schema('query@1');
const info = schema('info@1');
const check = schema('check@1');
const analyze = schema('analyze@1');

/** The schema as it is, and with unknown fields refused: those we write must all be in it. */
function expectValid(validate: ValidateFunction, value: unknown): void {
  expect(validate(value) ? [] : validate.errors).toEqual([]);
  expect(unknownFields(validate.schema as Node, value, validate.schema as Node)).toEqual([]);
}

interface Node {
  $ref?: string;
  $defs?: Record<string, Node>;
  properties?: Record<string, Node>;
  additionalProperties?: Node;
  items?: Node;
}

function unknownFields(node: Node, value: unknown, root: Node, at = ''): string[] {
  if (node.$ref !== undefined) {
    return unknownFields(root.$defs![node.$ref.replace('#/$defs/', '')], value, root, at);
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, i) =>
      node.items ? unknownFields(node.items, item, root, `${at}[${i}]`) : [],
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const known = node.properties?.[key] ?? node.additionalProperties;
    if (known !== undefined) return unknownFields(known, inner, root, `${at}.${key}`);
    return node.properties === undefined ? [] : [`${at}.${key}`];
  });
}

describe('what the tool prints is what docs/schemas says', () => {
  const cwd = scratch();
  const articles = `${fixtures}articles`;
  const index = join(cwd, 'a.index');
  let report: unknown;
  beforeAll(() => {
    const made = ok([
      'build',
      articles,
      '--vectors',
      `emb=${articles}/vectors/base-aligned.fvecs`,
      '-o',
      index,
      '-q',
      '--json',
    ]);
    report = JSON.parse(made.stdout);
  });

  it('build --json, also with rejected records', () => {
    expectValid(build, report);
    const bad = shortlist(['build', '-', '-o', join(cwd, 'b.index'), '-q', '--json', '--on-error', 'skip'], {
      input: '{"_id":"a","text":"one two"}\n{"text":"no id"}\nnot json\n',
    });
    const found = JSON.parse(bad.stdout);
    expect(found.rejected).toBe(2);
    expectValid(build, found);
  });

  it('query --format jsonl', () => {
    const lines = ok(['query', index, '--queries', '-', '--fields', 'all'], {
      input: '{"_id":"q1","text":"water"}\n{"text":"nothingatall"}\n',
    });
    const explained = ok(['query', index, 'water', '--format', 'jsonl', '--explain', '--branches', 'text']);
    const all = `${lines.stdout}${explained.stdout}`.trim().split('\n');
    expect(all.length).toBe(3);
    for (const line of all) expectValid(queryLine, JSON.parse(line));
  });

  it('query --json', () => {
    const args = ['query', index, 'water', '--json'];
    for (const more of [[], ['--explain'], ['--filter', 'year>=2000', '--fields', 'title']]) {
      const found = JSON.parse(ok([...args, ...more]).stdout);
      expect(query(found) ? [] : query.errors).toEqual([]);
      for (const line of found.results) expectValid(queryLine, line);
    }
  });

  it('info --json and check --json, of text, vectors and both', () => {
    const vectors = join(cwd, 'v.index');
    const ivf = ['--vector-index', 'ivf:nlist=8+pq:m=8', '--target-recall', '0.9'];
    ok(['build', `${fixtures}vectors/base.bvecs`, '-o', vectors, '-q', '--metric', 'l2', ...ivf]);
    const made = join(cwd, 'e.index');
    const command = `"${process.execPath}" "${fixtures}embedder.mjs"`;
    ok([
      'build',
      articles,
      '-o',
      made,
      '-q',
      '--embed-command',
      command,
      '--no-positions',
      '--store',
      'title',
    ]);
    for (const path of [index, vectors, made]) {
      expectValid(info, JSON.parse(ok(['info', path, '--json']).stdout));
      expectValid(check, JSON.parse(ok(['check', path, '--json']).stdout));
    }
  });

  it('analyze --json', () => {
    const { stdout } = ok(['analyze', '--lang', 'zh', '--json'], { input: '数据库 index\n\nfoxes\n' });
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expectValid(analyze, JSON.parse(line));
  });

  it('eval --json', () => {
    const args = [
      'eval',
      index,
      '--queries',
      `${articles}/queries.jsonl`,
      '--qrels',
      `${articles}/qrels/test.tsv`,
    ];
    const found = shortlist([
      ...args,
      '--branches',
      'text',
      '--json',
      '--per-query',
      '--assert',
      'nDCG@10>=2',
      '--assert',
      'p95Ms<1e9',
    ]);
    expect(found.code).toBe(1);
    const evaluated = JSON.parse(found.stdout);
    expectValid(evaluation, evaluated);
    const comparisons = compareSeveral(
      evaluated.perQuery,
      [{ name: 'now', perQuery: evaluated.perQuery }],
      ['nDCG@10'],
      { resamples: 10 },
    );
    expectValid(evaluation, JSON.parse(JSON.stringify({ ...evaluated, comparisons })));
  });

  it('eval --json of a sweep', () => {
    const args = ['--queries', `${articles}/queries.jsonl`, '--qrels', `${articles}/qrels/test.tsv`];
    const sweep = ['--sweep', 'k1=0.5,1.2', '--target-recall', '0.1', '--branches', 'text', '--json'];
    expectValid(evaluation, JSON.parse(ok(['eval', index, ...args, ...sweep]).stdout));
  });

  it('eval --json of known items', () => {
    expectValid(evaluation, JSON.parse(ok(['eval', index, '--self', '--items', '5', '--json']).stdout));
  });

  it('and something else is not', () => {
    for (const [validate, value] of [
      [build, { ...(report as object), documents: -1 }],
      [build, { ...(report as object), schema: 'shortlist.build@2' }],
      [queryLine, { query: 1, hits: [] }],
      [queryLine, { query: '1', hits: [{ id: 'a', rank: 0, score: 1, branches: {} }] }],
      [evaluation, { schema: 'shortlist.eval@1' }],
      [query, { schema: 'shortlist.query@1', results: [{}] }],
      [info, { schema: 'shortlist.info@1', path: 'x' }],
      [check, { schema: 'shortlist.check@1', segments: 1, documents: 1, bytes: 1, ok: false }],
      [analyze, { schema: 'shortlist.analyze@1', lang: 'en', text: '', tokens: [{}] }],
    ] as const) {
      expect(validate(value)).toBe(false);
    }
  });
});
