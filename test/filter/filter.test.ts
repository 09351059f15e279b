import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIndex, type Index, openIndex } from '../../src/library.js';
import { ok, scratch, shortlist } from '../helpers/cli.js';
import { CASES, jsonl, type Row, rows } from './collection.js';

const DOCUMENTS = 700;
const cwd = scratch();
const records = rows(DOCUMENTS);
const byId = new Map(records.map((row) => [row._id, row]));
const QUERY = records.find((row) => row.emb !== undefined)!.emb!;
let index: Index;

const fields = { vector: ['emb'], keyword: ['tag', 'topics', 'fresh'] };

beforeAll(async () => {
  writeFileSync(join(cwd, 'docs.jsonl'), jsonl(records));
  ok([
    ...['build', join(cwd, 'docs.jsonl'), '-o', join(cwd, 'one'), '--vector', 'emb', '-q'],
    ...['--keyword', fields.keyword.join(), '--vector-index', 'flat'],
  ]);
  writeFileSync(
    join(cwd, 'queries.jsonl'),
    jsonl(records.slice(0, 12).map(({ title, emb }, i) => ({ _id: `q${i}`, text: title, emb }))),
  );
  index = await openIndex(join(cwd, 'one'));
});
afterAll(() => index.close());

/** What is left when the whole list is made first, and then filtered. */
async function filtered(query: Parameters<Index['search']>[0], holds: (row: Row) => boolean, settings = {}) {
  const all = await index.search(query, { k: DOCUMENTS, ...settings });
  return all.hits
    .filter(({ id }) => holds(byId.get(id)!))
    .map(({ id, score }, i) => ({ id, score, rank: i + 1 }));
}

describe('a filter', () => {
  it.each(CASES)('%s', async (filter, holds) => {
    for (const [query, settings] of [
      ['apple bee', {}],
      ['apple bee', { operator: 'all' }],
      ['"apple bee" fog', {}],
      ['+apple -bee clo*', { syntax: 'query' }],
      [{ vectors: { emb: QUERY } }, {}],
      [{ vectors: { emb: QUERY } }, { exact: true }],
    ] as const) {
      const wanted = await filtered(query, holds, settings);
      for (const k of [3, DOCUMENTS]) {
        const found = await index.search(query, { k, filter, ...settings });
        expect(found.hits.map(({ id, score, rank }) => ({ id, score, rank }))).toEqual(wanted.slice(0, k));
        expect(found.matches).toBe(records.filter(holds).length);
      }
    }
  });

  it('of the settings and of the query must both hold', async () => {
    const query = { text: 'apple', filter: 'fresh = true' };
    const found = await index.search(query, { k: DOCUMENTS, filter: 'year >= 2000' });
    const wanted = await filtered('apple', ({ fresh, year = 0 }) => fresh === true && year >= 2000);
    expect(found.hits.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
  });

  it('leaves the same from one segment and from many, in one thread and in two', async () => {
    const output = join(cwd, 'many');
    const inputs = [join(cwd, 'docs.jsonl')];
    await buildIndex({ inputs, output, ...fields, vectorIndex: ['hnsw'], segmentDocuments: 150 });
    const ask = (path: string, ...more: string[]) =>
      ok([
        ...['query', path, '--queries', join(cwd, 'queries.jsonl'), '--format', 'jsonl', '-k', '20'],
        ...['--filter', 'year>=2000 and fresh=true', ...more],
      ]).stdout;
    const one = ask(join(cwd, 'one'));
    expect(ask(output)).toBe(one);
    expect(ask(output, '--threads', '2')).toBe(one);
    // The graph had no part in it, and is not said to have had.
    const explained = ask(output, '--explain', '--branches', 'emb').split('\n', 1)[0];
    expect(JSON.parse(explained).notes).toContain('emb: exact: every match of the filter compared');
  });

  it('says when fewer match than were asked for', () => {
    const rare = "tag = news and year < 1994 and topics = 'arts'";
    const count = records.filter(
      ({ tag, year = 2000, topics }) => tag === 'news' && year < 1994 && topics!.includes('arts'),
    ).length;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(10);
    const path = join(cwd, 'one');
    const words = count === 1 ? 'document matches' : 'documents match';
    const text = ok(['query', path, 'apple bee cloud dew elm', '--filter', rare]).stdout;
    expect(text).toContain(`only ${count} ${words} the filter`);
    const tsv = ok(['query', path, 'apple bee cloud dew elm', '--filter', rare, '--format', 'tsv']);
    expect(tsv.stderr).toContain('fewer documents match the filter than the 10 asked for');
    const { matches, hits, notes } = JSON.parse(
      ok(['query', path, 'apple bee cloud dew elm', '--filter', rare, '--format', 'jsonl', '--explain'])
        .stdout,
    );
    expect(matches).toBe(count);
    expect(hits.length).toBeLessThanOrEqual(count);
    expect(notes[0]).toBe(`filter: ${count} of ${DOCUMENTS} documents match, fewer than the 10 asked for`);
  });

  it('narrows what eval measures, and the exact neighbours it measures by', () => {
    const report = JSON.parse(
      ok([
        ...[
          'eval',
          join(cwd, 'one'),
          '--queries',
          join(cwd, 'queries.jsonl'),
          '--branches',
          'emb',
          '--exact',
        ],
        ...['--measure', 'recall@10', '--filter', 'tag=news', '--json'],
      ]).stdout,
    );
    expect(report.measures['recall@10']).toBe(1);
    expect(report.conditions.settings[0]).toMatch(/^filter: \d+ of 700 documents match/);
  });

  it('that a query of a batch brings is read with it', () => {
    const path = join(cwd, 'own.jsonl');
    writeFileSync(
      path,
      jsonl([
        { _id: 'a', text: 'apple', filter: 'tag=news' },
        { _id: 'b', text: 'apple' },
      ]),
    );
    const lines = ok(['query', join(cwd, 'one'), '--queries', path, '--format', 'jsonl', '-k', '700'])
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0].hits.every(({ id }: { id: string }) => byId.get(id)!.tag === 'news')).toBe(true);
    expect(lines[0].hits.length).toBeLessThan(lines[1].hits.length);
    writeFileSync(path, jsonl([{ _id: 'a', text: 'apple', filter: 'tug=news' }]));
    const bad = shortlist(['query', join(cwd, 'one'), '--queries', path]);
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(bad.stderr).toContain("own.jsonl:1: filter, character 1: no field 'tug' to filter by");
  });

  it.each([
    ['', 'character 1: it is empty'],
    ['year', "character 5: a comparison (= != < <= > >= : in) is expected after 'year', not the end"],
    ['year >', 'character 7: a value is expected, not the end'],
    ['year > old', "character 8: 'year' holds numbers, and 'old' is none"],
    ['yeer > 2000', "character 1: no field 'yeer' to filter by"],
    ['yeer > 2000', "did you mean 'year'?"],
    ['year > 2000 tag = news', "character 13: 'and', 'or' or the end is expected"],
    ['(year > 2000', "character 13: ')' is expected"],
    ['year > 2000)', "character 12: ')' without '('"],
    ["tag = 'news", 'character 7: the quote that begins here is not closed'],
    ['tag in news', "character 8: '(' is expected after 'in'"],
    ['tag == news', 'character 6: a value is expected'],
    ['title = apple', "character 1: 'title' is text"],
    ['emb = 1', "character 1: 'emb' is a vector"],
    ['and year > 1', "character 1: a field is expected, not 'and'"],
    ['year:..', 'a range needs an end'],
    [`${'('.repeat(200)}year=1${')'.repeat(200)}`, 'more than 100 levels deep'],
  ])('%j is refused: %s', (filter, message) => {
    for (const command of [
      ['query', join(cwd, 'one'), 'apple'],
      ['eval', join(cwd, 'one'), '--queries', join(cwd, 'queries.jsonl'), '--exact', '--branches', 'emb'],
    ]) {
      const { code, stdout, stderr } = shortlist([...command, '--filter', filter]);
      expect(stderr).toContain(message);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    }
  });
});
