import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

const cwd = scratch();
const articles = `${fixtures}articles`;
const index = join(cwd, 'hybrid.index');
const batch = ['query', index, '--queries', `${articles}/queries.jsonl`];
const path = (name: string) => join(cwd, name);
const bytes = (name: string) => readFileSync(path(name));

interface Answer {
  query: string;
  hits: { id: string; rank: number; score: number; fields?: Record<string, unknown> }[];
}
/** What JSONL says: the contract that other formats are held against. */
const answers = (...flags: string[]): Answer[] =>
  ok([...batch, ...flags])
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const flat = (list: Answer[]) => list.flatMap(({ query, hits }) => hits.map((hit) => ({ query, ...hit })));
/** Rows of the input by id. */
const rows = new Map(
  readFileSync(`${articles}/corpus.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line, row) => [JSON.parse(line)._id as string, row]),
);

beforeAll(() => {
  const vectors = `emb=${articles}/vectors/base.fvecs,ids=${articles}/vectors/ids.txt`;
  ok(['build', articles, '--vectors', vectors, '-o', index, '-q']);
});

const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

describe('tables', () => {
  const fields = ['title', 'year', 'tags', 'nowhere'];
  const flags = ['-k', '4', '--fields', fields.join(',')];

  it('are CSV that a parser reads back', () => {
    const out = ok([...batch, ...flags, '--format', 'csv']).stdout;
    const table = parse(out, { columns: true }) as Record<string, string>[];
    expect(table).toEqual(
      flat(answers(...flags)).map(({ query, rank, id, score, fields: stored }) => ({
        query,
        rank: String(rank),
        id,
        score: String(score),
        title: stored?.title,
        year: asText(stored?.year),
        tags: asText(stored?.tags),
        nowhere: '',
      })),
    );
  });

  it('are CSV whatever is in a value', () => {
    const texts = ['comma, "quotes" and\nlines', '=1+1', ' blanks ', '', 'ends with\r\n'];
    writeFileSync(
      path('odd.jsonl'),
      texts.map((note, i) => JSON.stringify({ id: `a,"${i}`, text: 'same', note })).join('\n'),
    );
    ok(['build', path('odd.jsonl'), '-o', path('odd.index'), '-q', '--text', 'text', '--store', 'note']);
    const out = ok(['query', path('odd.index'), 'same', '--format', 'csv', '--fields', 'note']).stdout;
    const table = parse(out, { columns: true }) as Record<string, string>[];
    expect(table.map(({ id, note }) => [id, note])).toEqual(texts.map((note, i) => [`a,"${i}`, note]));
  });

  it('are Parquet that a reader gives back, with types', async () => {
    ok([...batch, ...flags, '-o', path('a.parquet')]);
    const whole = bytes('a.parquet');
    const file = whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length);
    expect(await parquetReadObjects({ file: file as ArrayBuffer })).toEqual(
      flat(answers(...flags)).map(({ query, rank, id, score, fields: stored }) => ({
        query,
        rank,
        id,
        score,
        title: stored?.title,
        year: asText(stored?.year),
        tags: asText(stored?.tags),
        nowhere: null,
      })),
    );
    // A pipe gets the same bytes.
    ok(['query', index, 'bees', '-o', path('one.parquet')]);
    const piped = shortlist(['query', index, 'bees', '--format', 'parquet']);
    expect(piped.stdout).toBe(bytes('one.parquet').toString('utf8'));
  });

  it('of many answers are several row groups, and no answer a table of none', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) =>
      JSON.stringify({ id: `q${i}`, text: 'water light sea year made first small long know call' }),
    );
    const queries = lines.join('\n');
    ok(['query', index, '--queries', '-', '-k', '40', '-o', path('many.parquet')], { input: queries });
    const { buffer, byteOffset, length } = bytes('many.parquet');
    const { parquetMetadata } = await import('hyparquet');
    const file = buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
    const { row_groups: groups, num_rows: count } = parquetMetadata(file);
    expect(groups.length).toBeGreaterThan(1);
    const found = (await parquetReadObjects({ file })) as { query: string }[];
    expect(found.length).toBe(Number(count));
    const each = found.length / 3000;
    expect(found.map(({ query }) => query)).toEqual(lines.flatMap((_, i) => Array(each).fill(`q${i}`)));
    for (const name of ['none.csv', 'none.parquet']) ok([...batch.slice(0, 2), 'zzzz', '-o', path(name)]);
    expect(bytes('none.csv').toString()).toBe('query,rank,id,score\n');
    const none = bytes('none.parquet');
    const empty = none.buffer.slice(none.byteOffset, none.byteOffset + none.length) as ArrayBuffer;
    expect(await parquetReadObjects({ file: empty })).toEqual([]);
  });
});

describe('neighbours', () => {
  const vectors = ['query', index, '--queries', `${articles}/vectors/query.fvecs`];
  const expected = (flags: string[]) =>
    ok([...vectors, ...flags])
      .stdout.trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Answer).hits);

  it('are rows and scores, as ivecs, fvecs and npy have them, by one search', () => {
    ok([...vectors, '-k', '5', '-o', path('n.ivecs'), '-o', path('n.fvecs'), '-o', path('n.npy')]);
    const hits = expected(['-k', '5']);
    const [ivecs, fvecs, npy] = ['n.ivecs', 'n.fvecs', 'n.npy'].map(bytes);
    expect([ivecs.length, fvecs.length]).toEqual([hits.length * 24, hits.length * 24]);
    hits.forEach((list, q) => {
      expect(ivecs.readInt32LE(q * 24)).toBe(5);
      expect(fvecs.readInt32LE(q * 24)).toBe(5);
      list.forEach(({ id, score }, i) => {
        expect(ivecs.readInt32LE(q * 24 + 4 + 4 * i)).toBe(rows.get(id));
        expect(fvecs.readFloatLE(q * 24 + 4 + 4 * i)).toBe(Math.fround(score));
      });
    });
    // The format's own description: magic, version, length of the header, a Python literal.
    expect(npy.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]));
    const start = 10 + npy.readUInt16LE(8);
    expect(start % 64).toBe(0);
    expect(npy.toString('latin1', 10, start).trim()).toBe(
      `{'descr': '<i4', 'fortran_order': False, 'shape': (${hits.length}, 5), }`,
    );
    const values = Array.from({ length: (npy.length - start) / 4 }, (_, i) => npy.readInt32LE(start + 4 * i));
    expect(values).toEqual(hits.flatMap((list) => list.map(({ id }) => rows.get(id))));
  });

  it('are the truth that eval takes', () => {
    for (const name of ['t.ivecs', 't.npy']) {
      ok([...vectors, '-k', '10', '--exact', '-o', path(name)]);
      const truth = ['--truth', path(name), '-m', 'recall@10', '--json'];
      const report = JSON.parse(ok(['eval', index, ...vectors.slice(2), ...truth]).stdout);
      expect(report.measures['recall@10']).toBeGreaterThan(0.95);
    }
  });

  it('are filled up where there are fewer', () => {
    const few = ['-k', '8', '--filter', 'year=2014'];
    const outcome = ok([...vectors, ...few, '-o', path('few.ivecs'), '-o', path('few.fvecs')]);
    const hits = expected(few);
    expect(hits[0].length).toBeLessThan(8);
    expect(outcome.stderr).toContain('fewer documents match the filter than the 8 asked for');
    hits.forEach((list, q) => {
      for (let i = list.length; i < 8; i++) {
        expect(bytes('few.ivecs').readInt32LE(q * 36 + 4 + 4 * i)).toBe(-1);
        expect(bytes('few.fvecs').readFloatLE(q * 36 + 4 + 4 * i)).toBeNaN();
      }
    });
  });
});

describe('files', () => {
  it('are in the format of their name, unless told otherwise', () => {
    const jsonl = ok([...batch, '-k', '3']).stdout;
    const tsv = ok([...batch, '-k', '3', '--format', 'tsv']).stdout;
    ok([...batch, '-k', '3', '-o', path('x.jsonl'), '-o', path('x.tsv'), '-o', path('x.unknown')]);
    expect(bytes('x.jsonl').toString()).toBe(jsonl);
    expect(bytes('x.unknown').toString()).toBe(jsonl);
    expect(bytes('x.tsv').toString()).toBe(tsv);
    ok([...batch, '-k', '3', '-o', path('y.jsonl'), '--format', 'tsv']);
    expect(bytes('y.jsonl').toString()).toBe(tsv);
    ok([...batch, '-k', '3', '-o', path('y.run')]);
    expect(bytes('y.run').toString()).toBe(ok([...batch, '-k', '3', '--format', 'trec']).stdout);
    ok([...batch, '-k', '3', '-o', path('y.json')]);
    expect(JSON.parse(bytes('y.json').toString()).schema).toBe('shortlist.query@1');
    expect(ok([...batch, '-k', '3', '-o', '-', '-o', path('z.csv')]).stdout).toBe(jsonl);
  });

  it('are what they were when a run fails', () => {
    for (const name of ['kept.csv', 'kept.parquet', 'kept.npy']) writeFileSync(path(name), 'old');
    const input = '{"id":"a","text":"bees"}\n{"id":"b","text":7}\n';
    const outcome = shortlist(
      [
        'query',
        index,
        '--queries',
        '-',
        ...['kept.csv', 'kept.parquet', 'kept.npy'].flatMap((n) => ['-o', path(n)]),
      ],
      { input },
    );
    expect(outcome.code).toBe(2);
    for (const name of ['kept.csv', 'kept.parquet', 'kept.npy']) expect(bytes(name).toString()).toBe('old');
    expect(readdirSync(cwd).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('are replaced behind a link', () => {
    mkdirSync(path('real'));
    writeFileSync(path('real/answers.csv'), 'old');
    symlinkSync(path('real/answers.csv'), path('link.csv'));
    ok([...batch, '-o', path('link.csv')]);
    expect(statSync(path('link.csv')).ino).toBe(statSync(path('real/answers.csv')).ino);
    expect(bytes('real/answers.csv').toString()).toMatch(/^query,rank,id,score\n/);
  });

  it.each([
    [['-o', 'a.csv.gz'], 'pipe them: … --format jsonl | gzip > a.csv.gz'],
    [['--format', 'npy'], 'name a file: -o answers.npy'],
    [['--format', 'csv', '--fields', 'all'], 'name them: --fields title,year'],
    [['--format', 'csv', '--fields', 'title,score'], '--fields score'],
    [['--format', 'ivecs', '--fields', 'title'], 'use --format csv, parquet or jsonl'],
    [['--format', 'csv', '--explain'], 'use --format jsonl'],
    [['--like', 'tea', '--radius', '0.5', '--format', 'ivecs'], 'say how many hits with -k'],
    [['-o', 'a.csv', '-o', 'b.csv', '--format', 'csv'], 'leave out --format'],
    [['-o', 'a.csv', '-o', 'a.csv'], 'named twice'],
    [['-o', 'missing/a.csv'], 'name a file in a directory that is there'],
    [['-o', '.'], 'a directory; name a file'],
  ])('%j is refused with the mend', (flags, mend) => {
    const text = flags.includes('--like') ? [] : ['bees'];
    const { code, stderr, stdout } = shortlist(['query', index, ...text, ...flags], { cwd });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(mend);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(existsSync(path('a.csv'))).toBe(false);
  });
});
