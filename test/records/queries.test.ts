import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/errors/index.js';
import { readQueries, type SourceQuery } from '../../src/records/index.js';
import { all, messageOf, pipe, scratch, vecs } from './helpers.js';

const files = scratch();
const plain = ({ id, text, fields, vector }: SourceQuery) => ({
  id,
  text,
  ...(Object.keys(fields).length > 0 ? { fields } : {}),
  ...(vector === undefined ? {} : { vector: [...vector] }),
});
let unique = 0;
const read = async (data: string | Uint8Array, name: string, format?: string) =>
  (await all(readQueries(files.file(`${unique++}/${name}`, data), { format }))).map(plain);
const failure = async (data: string | Uint8Array, name: string, format?: string) => {
  const path = files.file(`${unique++}/${name}`, data);
  return (await messageOf(() => all(readQueries(path, { format })))).replace(path, name);
};

describe('JSONL queries', () => {
  test('ids, texts and the rest', async () => {
    const text = [
      '{"_id":"a","id":"z","text":"one","v":[1,2]}',
      '{"id":7,"query":"two"}',
      '',
      '{"query_id":"q3","text":"three","query":"kept"}',
      '{"qid":"q4"}',
      '{"text":""}',
    ].join('\r\n');
    const expected = [
      { id: 'a', text: 'one', fields: { id: 'z', v: [1, 2] } },
      { id: '7', text: 'two' },
      { id: 'q3', text: 'three', fields: { query: 'kept' } },
      { id: 'q4', text: undefined },
      { id: '4', text: '' },
    ];
    expect(await read(text, 'q.jsonl')).toEqual(expected);
    expect(await read(gzipSync(text), 'q.ndjson.gz')).toEqual(expected);
    expect(await read(text, 'q.anything', 'jsonl')).toEqual(expected);
  });

  test.each([
    ['{"text":"a"}\nwhat is it\n', 'q.jsonl:2: not valid JSON at column 1: expected a value, found "w"'],
    ['["a"]', 'q.jsonl:1: a record must be a JSON object, this is an array'],
    ['{"text":["a"]}', "q.jsonl:1: 'text' is an array; a query's text is a string"],
    ['{"qid":{}}', "q.jsonl:1: 'qid' is an object; an id is a string or a whole number"],
    [
      '{"id":12345678901234567890}',
      "q.jsonl:1: 'id' is a number beyond 2^53, which would lose digits; quote it",
    ],
    ['{"__proto__":1}', "q.jsonl:1: '__proto__' can't be a field name; rename the field"],
  ])('%j is refused', async (text, message) => {
    expect(await failure(text, 'q.jsonl')).toMatch(/^(Input|Record)Error: /);
    expect((await failure(text, 'q.jsonl')).replace(/^\w+: /, '')).toBe(message);
  });

  test('a query from stdin is there as soon as its line end is, and the bad one after it throws', async () => {
    const slow = pipe();
    const queries = readQueries('-', { stdin: slow });
    slow.write('{}\n');
    expect(plain((await queries.next()).value)).toEqual({ id: '0', text: undefined });
    slow.write('{"text":"b"}\n{"te');
    expect((await queries.next()).value.text).toBe('b');
    const third = queries.next();
    let early = true;
    third.then(() => {
      early = false;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(early).toBe(true);
    slow.write('xt":"c"}\n{"text":"d"}\nnot json\n');
    expect((await third).value).toMatchObject({
      id: '2',
      text: 'c',
      place: { file: 'stdin', line: 3, row: 2 },
    });
    expect((await queries.next()).value.text).toBe('d');
    await expect(queries.next()).rejects.toThrow(InputError);
  });

  test('one byte at a time and one short line are enough', async () => {
    const slow = pipe();
    const queries = readQueries('-', { stdin: slow, format: 'text' });
    slow.write('a');
    slow.write('\n');
    expect((await queries.next()).value.text).toBe('a');
    slow.write('\n');
    expect((await queries.next()).value).toMatchObject({ id: '1', text: '' });
    slow.end('last');
    expect((await queries.next()).value).toMatchObject({ id: '2', text: 'last' });
    expect((await queries.next()).done).toBe(true);
  });

  test('nothing is read ahead of the caller beyond what streams hold', async () => {
    let produced = 0;
    const { Readable } = await import('node:stream');
    const endless = new Readable({
      read() {
        produced++;
        this.push(`{"text":"${'x'.repeat(20_000)}"}\n`);
      },
    });
    const queries = readQueries('-', { stdin: endless });
    for (let i = 0; i < 5; i++) await queries.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(produced).toBeLessThan(12);
    await queries.return(undefined);
    expect(endless.destroyed).toBe(true);
  });

  test('a query above the limit is refused', async () => {
    const path = files.file('long.jsonl', `{"text":"${'x'.repeat(100)}"}\n`);
    expect(await messageOf(() => all(readQueries(path, { maxRecordBytes: 50 })))).toBe(
      `RecordError: ${path}:1: a record of 111 bytes, above the limit of 50; split it`,
    );
  });
});

describe('TSV and text queries', () => {
  test('with a header, without one, and texts alone', async () => {
    expect(await read('qid\tquery\tlang\n1\ta "b"\ten\n', 'q.tsv')).toEqual([
      { id: '1', text: 'a "b"', fields: { lang: 'en' } },
    ]);
    expect(await read('1048585\twhat is paula deen\n2\ttext\n', 'q.tsv')).toEqual([
      { id: '1048585', text: 'what is paula deen' },
      { id: '2', text: 'text' },
    ]);
    expect(await read('text\none\ntwo\n', 'q.tsv')).toEqual([
      { id: '0', text: 'one' },
      { id: '1', text: 'two' },
    ]);
    expect(await read('one\r\ntwo', 'q.txt')).toEqual([
      { id: '0', text: 'one' },
      { id: '1', text: 'two' },
    ]);
    expect(await read('one\n\nthree\n', 'q.txt.gz')).toMatchObject([
      { id: '0' },
      { id: '1', text: '' },
      { id: '2' },
    ]);
  });

  test.each([
    [
      '1\ta\tb\n',
      "q.tsv:1: 3 columns and no header; name the columns in the first line, 'id' and 'text' among them",
    ],
    ['1\ta\n2\n', 'q.tsv:2: 0 tabs instead of 1; every line needs as many'],
    ['id\ttext\tid\n', "q.tsv:1: two columns are named 'id'; rename one of them"],
    ['id\ttext\t__proto__\n', "q.tsv:1: '__proto__' can't be a column name; rename the column"],
    ['\tx\n', "q.tsv:1: 'id' is an empty string; give the record an id"],
  ])('%j is refused', async (text, message) => {
    expect(await failure(text, 'q.tsv')).toBe(`InputError: ${message}`);
  });
});

describe('TREC topics', () => {
  test('the classic form, its tags left open', async () => {
    const text = `
<top>
<head> Tipster Topic Description
<num> Number:  051
<dom> Domain: International Economics
<title> Topic:  Airbus   Subsidies & AT&T

<desc> Description:
Document mentions x < y
or more.

<narr> Narrative:
A relevant document.
</top>

<top>
<num> Number: 301
<title> International Organized
Crime
<desc> Description:
</top>
`;
    const expected = [
      {
        id: '51',
        text: 'Airbus Subsidies & AT&T',
        fields: {
          head: 'Tipster Topic Description',
          dom: 'International Economics',
          desc: 'Document mentions x < y or more.',
          narr: 'A relevant document.',
        },
      },
      { id: '301', text: 'International Organized Crime' },
    ];
    expect(await read(text, 'topics.51-100.topics')).toEqual(expected);
    expect(await read(text.replaceAll('\n', '\r\n'), 'q.trec')).toEqual(expected);
    expect(await read(gzipSync(text), 'q.txt.gz', 'trec')).toEqual(expected);
  });

  test('closed tags: numbers as elements and attributes, entities, several on a line', async () => {
    const text = `<?xml version="1.0"?>
<topics task="covid" batch="5">
  <topic number="1" type="faceted">
    <query>coronavirus &lt;origin&gt; &amp;#233; &#233;&#xe9;</query>
    <question>what is the
      origin</question>
  </topic>
  <top><num>302</num><title>a</title><desc>d</desc></top><top><num>303</num><title>b</title></top>
  <topic><num>x-04</num><desc>only this</desc></topic>
</topics>`;
    expect(await read(text, 'q.xml')).toEqual([
      { id: '1', text: 'coronavirus <origin> &#233; éé', fields: { question: 'what is the origin' } },
      { id: '302', text: 'a', fields: { desc: 'd' } },
      { id: '303', text: 'b' },
      { id: 'x-04', text: 'only this' },
    ]);
  });

  test('a topic is there at its closing tag', async () => {
    const slow = pipe();
    const queries = readQueries('-', { stdin: slow, format: 'trec' });
    slow.write('<top>\n<num> Number: 1\n<title> a\n</top>\n<top>\n');
    expect((await queries.next()).value).toMatchObject({ id: '1', text: 'a', place: { line: 1, row: 0 } });
    slow.end('<num> Number: 2\n<title> b\n</top>');
    expect((await queries.next()).value).toMatchObject({ id: '2', text: 'b', place: { line: 5, row: 1 } });
  });

  test.each([
    ['<top>\n<num> Number: 1\n', 'q.trec:1: this topic is never closed; end it with </top>'],
    ['\n<top>\n<title> a\n</top>\n', 'q.trec:2: a topic without a number; give it a <num>'],
    ['1\tsomething\n', 'q.trec: no <top> or <topic> in it; check that it is TREC topics'],
  ])('%j is refused', async (text, message) => {
    expect(await failure(text, 'q.trec')).toBe(`InputError: ${message}`);
  });

  test('an empty file has no topics; an endless topic ends at the limit', async () => {
    expect(await read('\n', 'q.trec')).toEqual([]);
    const path = files.file('endless.trec', `<top>\n${'x\n'.repeat(100)}`);
    expect(await messageOf(() => all(readQueries(path, { maxRecordBytes: 50 })))).toBe(
      `RecordError: ${path}:1: a record above the limit of 50 bytes; split it`,
    );
  });
});

describe('vector queries', () => {
  test('rows are ids', async () => {
    const rows = [
      [1, 2.5],
      [-3, 4],
    ];
    const expected = rows.map((vector, row) => ({ id: String(row), text: undefined, vector }));
    expect(await read(vecs(rows, 'f'), 'q.fvecs')).toEqual(expected);
    expect(await read(gzipSync(vecs(rows, 'f')), 'q.fvecs.gz')).toEqual(expected);
    expect(await read(Buffer.alloc(0), 'q.bvecs')).toEqual([]);
  });

  test('from stdin each comes with its last byte', async () => {
    const slow = pipe();
    const queries = readQueries('-', { stdin: slow, format: 'bvecs' });
    const bytes = vecs(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      'b',
    );
    slow.write(bytes.subarray(0, 9));
    expect([...(await queries.next()).value.vector]).toEqual([1, 2, 3]);
    slow.end(bytes.subarray(9));
    expect([...(await queries.next()).value.vector]).toEqual([4, 5, 6]);
    expect((await queries.next()).done).toBe(true);
  });
});

describe('query formats', () => {
  const names =
    'jsonl, tsv, trec, text, parquet, arrow, fvecs, bvecs, ivecs, npy, npz, fbin, u8bin, i8bin, ibin, hdf5';
  test.each([
    ['q.jsnol', undefined, `q.jsnol: unknown extension '.jsnol'; queries are one of ${names}`],
    ['topics', undefined, `topics: no extension to tell its format by; queries are one of ${names}`],
    ['q.tsv', 'jsnl', "q.tsv: unknown query format 'jsnl'; did you mean 'jsonl'?"],
    ['-', 'orcale', `stdin: unknown query format 'orcale'; one of ${names}`],
  ])('%s as %s', async (path, format, message) => {
    expect(await messageOf(() => all(readQueries(path, { format })))).toBe(`UsageError: ${message}`);
  });

  test('a missing file', async () => {
    expect(await messageOf(() => all(readQueries('nowhere.tsv')))).toBe(
      'InputError: nowhere.tsv: no such file or directory; check the path',
    );
  });
});
