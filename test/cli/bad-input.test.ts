import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ok, scratch, shortlist } from '../helpers/cli.js';

const cwd = scratch();
const good = ['{"_id":"a","text":"one two"}', '{"_id":"b","text":"two three"}'];

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(cwd, name), content);
  return name;
}

/** n rows of float32, as fvecs. */
function fvecs(rows: number[][]): Uint8Array {
  return Buffer.concat(
    rows.map((row) => {
      const bytes = Buffer.alloc(4 + row.length * 4);
      bytes.writeInt32LE(row.length, 0);
      row.forEach((value, i) => {
        bytes.writeFloatLE(value, 4 + i * 4);
      });
      return bytes;
    }),
  );
}

const vector = (v: number) => JSON.stringify(Array.from({ length: 8 }, (_, i) => v + i));

interface Case {
  name: string;
  file: string;
  content: string | Uint8Array;
  flags?: string[];
  /** The whole line on stderr, without the program's name. */
  message: string;
}

const cases: Case[] = [
  {
    name: 'duplicate id',
    file: 'duplicate.jsonl',
    content: [...good, '{"_id":"a","text":"again"}'].join('\n'),
    message:
      "duplicate.jsonl:3: duplicate id 'a' (record 1 has it already); give every record an id of its own",
  },
  {
    name: 'a number and a string that are the same id',
    file: 'same.jsonl',
    content: '{"_id":7,"text":"x"}\n{"_id":"7","text":"y"}\n',
    message: "same.jsonl:2: duplicate id '7' (record 1 has it already); give every record an id of its own",
  },
  {
    name: 'missing id',
    file: 'noid.jsonl',
    content: [...good, '{"text":"no id"}'].join('\n'),
    message:
      "noid.jsonl:3: no id field ('_id' or 'id'); give every record one, or name the field with --id-field",
  },
  {
    name: '__proto__',
    file: 'proto.jsonl',
    content: [...good, '{"_id":"c","__proto__":{"x":1}}'].join('\n'),
    message: "proto.jsonl:3: '__proto__' can't be a field name; rename the field",
  },
  {
    name: 'wrong dimension',
    file: 'dimension.jsonl',
    content: `{"_id":"a","emb":${vector(1)}}\n{"_id":"b","emb":[1,2,3]}\n`,
    flags: ['--vector', 'emb'],
    message:
      "dimension.jsonl:2: vector 'emb' has 3 dimensions, the field has 8; make them equal, or skip such records with --on-error skip",
  },
  {
    name: 'wrong dimension in a file of vectors',
    file: 'ragged.fvecs',
    content: fvecs([
      [1, 2, 3],
      [1, 2],
    ]),
    message: 'ragged.fvecs: row 1: dimension 2, but the rows before have 3; rows must agree',
  },
  {
    name: 'infinite component',
    file: 'infinite.jsonl',
    content: `{"_id":"a","emb":${vector(1)}}\n{"_id":"b","emb":[1e39,2,3,4,5,6,7,8]}\n`,
    message:
      "infinite.jsonl:2: vector 'emb' holds Infinity at position 0; only finite float32 numbers can be compared",
  },
  {
    name: 'NaN',
    file: 'nan.fvecs',
    content: fvecs([
      [1, 2],
      [Number.NaN, 1],
    ]),
    message:
      "nan.fvecs: row 1: vector 'vector' holds NaN at position 0; only finite float32 numbers can be compared",
  },
  {
    name: 'zero vector under cosine',
    file: 'zero.fvecs',
    content: fvecs([
      [1, 2],
      [0, 0],
    ]),
    flags: ['--metric', 'cosine'],
    message:
      "zero.fvecs: row 1: vector 'vector' is all zeros, which has no direction under cosine; leave it out, or use --metric l2 or ip",
  },
  {
    name: 'a type that changes',
    file: 'type.jsonl',
    content: [...good, '{"_id":"c","text":12}'].join('\n'),
    flags: ['--text', 'text'],
    message:
      "type.jsonl:3: field 'text' is text, but holds the number 12; mend the record, state another role for 'text', or use --on-error skip",
  },
];

describe('bad input', () => {
  it.each(cases)('$name: one line, exit 2, nothing left behind', ({ file, content, flags = [], message }) => {
    write(file, content);
    const { code, stdout, stderr } = shortlist(['build', file, '-o', 'out.index', ...flags], { cwd });
    expect(stderr).toBe(`shortlist: ${message}\n`);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(existsSync(join(cwd, 'out.index'))).toBe(false);
  });

  it('invalid UTF-8 and broken JSON name file and line', () => {
    write(
      'utf8.jsonl',
      Buffer.concat([
        Buffer.from(`${good[0]}\n{"_id":"b","text":"`),
        Buffer.from([0xff]),
        Buffer.from('"}\n'),
      ]),
    );
    const utf8 = shortlist(['build', 'utf8.jsonl', '-o', 'out.index'], { cwd });
    expect(utf8.code).toBe(2);
    expect(utf8.stderr).toMatch(/^shortlist: utf8\.jsonl:2: .*UTF-8.*\n$/);
    write('json.jsonl', `${good[0]}\n{"_id":"b",}\n`);
    const json = shortlist(['build', 'json.jsonl', '-o', 'out.index'], { cwd });
    expect(json.code).toBe(2);
    expect(json.stderr).toMatch(/^shortlist: json\.jsonl:2: .*JSON.*\n$/);
    expect(existsSync(join(cwd, 'out.index'))).toBe(false);
  });

  it('a record above the stated maximum is refused, below it is taken', () => {
    write('long.jsonl', `${good[0]}\n${JSON.stringify({ _id: 'long', text: 'word '.repeat(30_000) })}\n`);
    const refused = shortlist(['build', 'long.jsonl', '-o', 'long.index', '--max-record', '100kB'], { cwd });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/^shortlist: long\.jsonl:2: .*\n$/);
    ok(['build', 'long.jsonl', '-o', 'long.index'], { cwd });
  });

  it('--on-error skip leaves bad records out, counts and lists them, and keeps the rest', () => {
    write(
      'mixed.jsonl',
      [
        ...good,
        '{"_id":"a","text":"again"}',
        '{"text":"no id"}',
        'not json',
        '{"_id":"c","text":"four"}',
      ].join('\n'),
    );
    const { stdout, stderr } = ok(
      ['build', 'mixed.jsonl', '-o', 'mixed.index', '--on-error', 'skip', '--json', '-q'],
      { cwd },
    );
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ documents: 3, rejected: 3 });
    expect(report.rejectedRecords.map((r: { line: number }) => r.line)).toEqual([3, 4, 5]);
    expect(stderr.split('\n').filter((line) => line.includes('left out mixed.jsonl:'))).toHaveLength(3);
    const hits = JSON.parse(ok(['query', 'mixed.index', 'two', '--format', 'jsonl'], { cwd }).stdout).hits;
    expect(hits.map((hit: { id: string }) => hit.id).sort()).toEqual(['a', 'b']);
    ok(['check', 'mixed.index'], { cwd });
  });

  it('a skipped record skips its aligned vector too, and rows keep their numbers', () => {
    write('rows.jsonl', ['{"_id":"a"}', 'broken', '{"_id":"c"}'].join('\n'));
    write(
      'rows.fvecs',
      fvecs([
        [1, 0],
        [0, 1],
        [1, 1],
      ]),
    );
    ok(
      [
        'build',
        'rows.jsonl',
        '--vectors',
        'emb=rows.fvecs',
        '-o',
        'rows.index',
        '--on-error',
        'skip',
        '--metric',
        'l2',
        '-q',
      ],
      { cwd },
    );
    write('probe.fvecs', fvecs([[0, 1]]));
    const { hits } = JSON.parse(
      ok(['query', 'rows.index', '--vector-file', 'probe.fvecs', '--format', 'jsonl'], { cwd }).stdout,
    );
    expect(hits.map((hit: { id: string; score: number }) => [hit.id, hit.score])).toEqual([
      ['c', -1],
      ['a', -2],
    ]);
    // Row 1 was rejected: as truth it is passed over with a warning.
    const truth = Buffer.alloc(16);
    [3, 1, 2, 0].forEach((value, i) => {
      truth.writeInt32LE(value, i * 4);
    });
    write('rows.ivecs', truth);
    const evaluated = ok(
      ['eval', 'rows.index', '--queries', 'probe.fvecs', '--truth', 'rows.ivecs', '-m', 'recall@2', '--json'],
      { cwd },
    );
    expect(JSON.parse(evaluated.stdout).measures).toEqual({ 'recall@2': 1 });
    expect(evaluated.stderr).toContain('1 true neighbours are not in the index');
  });

  it('vectors and documents that do not pair up are refused', () => {
    write('two.jsonl', good.join('\n'));
    write('one.fvecs', fvecs([[1, 2]]));
    write(
      'three.fvecs',
      fvecs([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    );
    const few = shortlist(['build', 'two.jsonl', '--vectors', 'emb=one.fvecs', '-o', 'out.index'], { cwd });
    expect(few).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^shortlist: one\.fvecs: has 1 vectors, but the documents go on;/),
    });
    const many = shortlist(['build', 'two.jsonl', '--vectors', 'emb=three.fvecs', '-o', 'out.index'], {
      cwd,
    });
    expect(many).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^shortlist: three\.fvecs: has more vectors than the 2 records;/),
    });
    expect(existsSync(join(cwd, 'out.index'))).toBe(false);
  });

  it('refuses a directory that is not an index, even with --force, and touches nothing in it', () => {
    mkdirSync(join(cwd, 'precious'));
    writeFileSync(join(cwd, 'precious', 'thesis.txt'), 'years of work');
    write('docs.jsonl', good.join('\n'));
    for (const flags of [[], ['--force']]) {
      const { code, stderr } = shortlist(['build', 'docs.jsonl', '-o', 'precious', ...flags], { cwd });
      expect(code).toBe(2);
      expect(stderr).toBe(
        "shortlist: precious: not an index (it holds 'thesis.txt'), so it will not be overwritten, not even with --force; choose another output\n",
      );
      expect(readdirSync(join(cwd, 'precious'))).toEqual(['thesis.txt']);
    }
  });

  it('keeps an existing index without --force, and when a forced build fails', () => {
    ok(['build', write('docs.jsonl', good.join('\n')), '-o', 'kept.index', '-q'], { cwd });
    const again = shortlist(['build', 'docs.jsonl', '-o', 'kept.index'], { cwd });
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('there is an index here already; replace it with --force');
    const before = readdirSync(join(cwd, 'kept.index')).sort();
    const failed = shortlist(['build', 'json.jsonl', '-o', 'kept.index', '--force'], { cwd });
    expect(failed.code).toBe(2);
    expect(readdirSync(join(cwd, 'kept.index')).sort()).toEqual(before);
    ok(['check', 'kept.index'], { cwd });
    ok(['build', 'docs.jsonl', '-o', 'kept.index', '--force', '-q'], { cwd });
  });

  it.each([
    [['query', 'nowhere.index', 'x'], 3, 'nowhere.index: no index here'],
    [['build', 'missing.jsonl', '-o', 'out.index'], 2, 'missing.jsonl'],
    [['build', 'docs.jsonl'], 2, '-o DIR'],
    [['build', 'docs.jsonl', '-o', 'out.index', '--vector-index', 'hnws:M=16'], 2, "did you mean 'hnsw'?"],
    [['build', 'docs.jsonl', '-o', 'out.index', '--vector-index', 'hnsw:N=16'], 2, 'hnsw'],
    [['build', 'docs.jsonl', '-o', 'out.index', '--metric', 'cosin'], 2, "did you mean 'cosine'?"],
    [['build', 'docs.jsonl', '-o', 'out.index', '--text', 'txet'], 2, "did you mean 'text'?"],
    [['build', 'docs.jsonl', '-o', 'out.index', '--memory', 'much'], 2, "'much' is not a size"],
    [['query', 'kept.index'], 2, 'nothing to look for'],
    [['query', 'kept.index', 'x', '--branches', 'emb'], 2, "no branch 'emb'"],
    [['query', 'kept.index', 'x', '--fusion', 'rff'], 2, "did you mean 'rrf'?"],
    [['eval', 'kept.index', '--queries', 'docs.jsonl'], 2, 'nothing to measure'],
    [['eval', 'kept.index', '--queries', 'docs.jsonl', '-m', 'nDGC@10'], 2, 'nDCG'],
    [['query', 'kept.index', 'x', '--efsearch', '3'], 2, 'Did you mean --ef-search?'],
    [['get', 'kept.index', 'zebra'], 2, "no document 'zebra'"],
    [['bild', 'docs.jsonl'], 2, 'Did you mean build?'],
  ])('%j → exit %i', (args, code, text) => {
    const outcome = shortlist(args as string[], { cwd });
    expect(outcome.stderr).toContain(text);
    expect(outcome.code).toBe(code);
  });
});
