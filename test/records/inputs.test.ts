import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isIdFault, readDocuments, readIds, recordId, resolveInputs } from '../../src/records/index.js';
import { flat, messageOf, scratch, shown } from './helpers.js';

const files = scratch();

describe('resolveInputs', () => {
  test('tells formats by extension, with and without .gz, in any case', async () => {
    const expected = {
      'a.jsonl': 'jsonl',
      'b.ndjson.gz': 'jsonl',
      'c.TSV': 'tsv',
      'd.csv': 'csv',
      'e.txt': 'text',
      'f.md': 'text',
      'g.fvecs.gz': 'fvecs',
      'h.bvecs': 'bvecs',
      'i.ivecs': 'ivecs',
      'j.x.npy': 'npy',
    };
    const paths = Object.keys(expected).map((name) => files.file(`formats/${name}`, 'abc'));
    const inputs = await resolveInputs(paths, {});
    expect(inputs.map((input) => input.format)).toEqual(Object.values(expected));
    expect(inputs.map((input) => input.kind)).toEqual([
      ...Array(6).fill('documents'),
      ...Array(4).fill('vectors'),
    ]);
    expect(inputs[0]).toEqual({
      path: paths[0],
      name: paths[0],
      kind: 'documents',
      format: 'jsonl',
      bytes: 3,
    });
  });

  test('a format given goes before the extension; stdin is JSONL without one', async () => {
    const path = files.file('data.bin', '');
    expect((await resolveInputs([path], { inputFormat: 'fvecs' }))[0]).toMatchObject({
      kind: 'vectors',
      format: 'fvecs',
    });
    expect(await resolveInputs(['-'], {})).toEqual([
      { path: '-', name: 'stdin', kind: 'documents', format: 'jsonl' },
    ]);
    expect((await resolveInputs(['-'], { inputFormat: 'NDJSON' }))[0].format).toBe('jsonl');
    expect((await resolveInputs(['-'], { inputFormat: 'csv' }))[0].format).toBe('csv');
  });

  test('a directory with a corpus is BEIR, and only the corpus is read', async () => {
    files.file('beir/corpus.jsonl.gz', gzipSync('{"_id":"1"}\n'));
    files.file('beir/README.md', '# no document');
    const [input] = await resolveInputs([join(files.root, 'beir/')], {});
    expect(input).toMatchObject({ path: join(files.root, 'beir/corpus.jsonl.gz'), format: 'jsonl' });
    expect(shown(await flat(readDocuments(input)))).toEqual([{ _id: '1' }]);
    files.file('beir/corpus.jsonl', '{"_id":"2"}\n');
    expect((await resolveInputs([join(files.root, 'beir')], {}))[0].path).toBe(
      join(files.root, 'beir/corpus.jsonl'),
    );
    const [texts] = await resolveInputs([join(files.root, 'beir')], { inputFormat: 'text' });
    expect(shown(await flat(readDocuments(texts)))).toEqual([
      { _id: 'README.md', title: 'no document', text: '# no document' },
    ]);
  });

  test('what can not be read is said', async () => {
    const odd = files.file('odd/corpus.jsnol', '');
    const bare = files.file('odd/corpus', '');
    const formats =
      'jsonl, ndjson, tsv, csv, text, trec, sgml, parquet, pq, arrow, arrows, feather, fvecs, bvecs, ivecs, npy, npz, fbin, u8bin, i8bin, ibin, hdf5, h5, ciff';
    const folder = join(files.root, 'odd');
    for (const [paths, inputFormat, message] of [
      [['nowhere.jsonl'], undefined, 'InputError: nowhere.jsonl: no such file or directory; check the path'],
      [
        [join(bare, 'x')],
        undefined,
        `InputError: ${join(bare, 'x')}: a part of the path is not a directory; check the path`,
      ],
      [
        [odd],
        undefined,
        `UsageError: ${odd}: unknown extension '.jsnol'; did you mean 'jsonl'?; say --input-format (${formats})`,
      ],
      [
        [bare],
        undefined,
        `UsageError: ${bare}: no extension to tell its format by; say --input-format (${formats})`,
      ],
      [[bare], 'jsnol', "UsageError: --input-format jsnol: unknown format; did you mean 'jsonl'?"],
      [[bare], 'orcale', `UsageError: --input-format orcale: unknown format; one of ${formats}`],
      [[bare], 'constructor', `UsageError: --input-format constructor: unknown format; one of ${formats}`],
      [['-', '-'], undefined, "UsageError: '-' is named twice; stdin can be read only once"],
      [
        [folder],
        undefined,
        `InputError: ${folder}: no corpus.jsonl and no .txt, .md or .html file in this directory; name the input files themselves`,
      ],
      [[folder], 'csv', `UsageError: ${folder}: a directory can't be read as csv; name the files in it`],
      [
        [folder],
        'jsonl',
        `UsageError: ${folder}: a directory without corpus.jsonl can't be read as jsonl; name the files in it`,
      ],
    ] as const) {
      expect(await messageOf(() => resolveInputs([...paths], { inputFormat }))).toBe(message);
    }
  });
});

describe('texts', () => {
  test('a folder in path order by bytes, recursively, following links to files only', async () => {
    const names = [
      'a/z.txt',
      'a.txt',
      'a/b/deep.md',
      'b.TXT',
      'Z.txt',
      'é.txt',
      '\u{10000}.txt',
      '\uffee.txt',
      'a-b.txt',
    ];
    for (const name of names) files.file(`texts/${name}`, `in ${name}`);
    files.file('texts/other.xyz', 'no');
    symlinkSync(join(files.root, 'texts/a.txt'), join(files.root, 'texts/link.txt'));
    symlinkSync(join(files.root, 'texts'), join(files.root, 'texts/cycle'));
    const [input] = await resolveInputs([join(files.root, 'texts')], {});
    const found = shown(await flat(readDocuments(input))) as { _id: string; text: string }[];
    const expected = [...names, 'link.txt'].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(found.map((fields) => fields._id)).toEqual(expected);
    for (const { _id, text } of found) expect(text).toBe(`in ${_id === 'link.txt' ? 'a.txt' : _id}`);
  });

  test('many files come in batches', async () => {
    for (let i = 0; i < 150; i++) files.file(`many/${String(i).padStart(3, '0')}.txt`, `${i}`);
    const [input] = await resolveInputs([join(files.root, 'many')], {});
    const sizes: number[] = [];
    let next = 0;
    for await (const batch of readDocuments(input)) {
      sizes.push(batch.length);
      for (const item of batch) expect(item).toMatchObject({ fields: { text: String(next++) } });
    }
    expect(sizes.reduce((a, b) => a + b)).toBe(150);
    expect(Math.max(...sizes)).toBeLessThan(100);
  });

  test('bad files are values: too large, not UTF-8, a name that is no text', async () => {
    files.file('bad/1.txt', 'x'.repeat(101));
    files.file('bad/2.txt', Buffer.of(0xff, 0xfe));
    files.file('bad/3.md', '\ufeff\n# Title #\r\ntext');
    files.file('bad/4.txt', '');
    writeFileSync(
      Buffer.concat([Buffer.from(join(files.root, 'bad/caf')), Buffer.of(0xe9), Buffer.from('.txt')]),
      '',
    );
    const folder = join(files.root, 'bad');
    const [input] = await resolveInputs([folder], {});
    expect(shown(await flat(readDocuments(input, { maxRecordBytes: 100 })))).toEqual([
      `${folder}/1.txt: a record of 101 bytes, above the limit of 100; split it`,
      `${folder}/2.txt: not valid UTF-8; convert the input to UTF-8`,
      { _id: '3.md', title: 'Title', text: '\n# Title #\r\ntext' },
      { _id: '4.txt', text: '' },
      `${folder}/caf\ufffd.txt: its name is not valid UTF-8; rename it`,
    ]);
  });

  test('one file is one document; a heading inside a code fence is no title', async () => {
    const path = files.file('one.md', '```sh\n# comment\n```\n## Second\n#No\n# First # of all ##\n# Next\n');
    const [input] = await resolveInputs([path], {});
    expect(shown(await flat(readDocuments(input)))).toMatchObject([
      { _id: 'one.md', title: 'First # of all' },
    ]);
    const [plain] = await resolveInputs([files.file('none.md', 'no heading')], {});
    expect(shown(await flat(readDocuments(plain)))).toEqual([{ _id: 'none.md', text: 'no heading' }]);
    const long = `\ufeff${'long é '.repeat(100_000)}`;
    for (const [name, data] of [
      ['long.txt', long],
      ['long.txt.gz', gzipSync(long)],
    ] as const) {
      const [input] = await resolveInputs([files.file(name, data)], {});
      let read = 0;
      const items = await flat(readDocuments(input, { onBytes: (n) => (read += n) }));
      expect(shown(items)).toEqual([{ _id: name, text: long.slice(1) }]);
      expect(read).toBe(input.bytes);
      expect(shown(await flat(readDocuments(input, { maxRecordBytes: 1000 })))).toEqual([
        `${input.path}: a record ${name === 'long.txt' ? 'of 800003 bytes, above the limit of 1000' : 'above the limit of 1000 bytes'}; split it`,
      ]);
    }
  });
});

describe('recordId', () => {
  test.each([
    [{ _id: 'a', id: 'b' }, 'a'],
    [{ id: 'b' }, 'b'],
    [{ _id: null, id: 7 }, '7'],
    [{ _id: -0 }, '0'],
    [{ text: 'x' }, undefined],
    [{ _id: null }, undefined],
  ])('%j has the id %j', (fields, id) => expect(recordId(fields)).toBe(id));

  test.each([
    [{ _id: '' }, "'_id' is an empty string; give the record an id"],
    [{ id: [1] }, "'id' is an array; an id is a string or a whole number"],
    [{ id: {} }, "'id' is an object; an id is a string or a whole number"],
    [{ id: true }, "'id' is a boolean; an id is a string or a whole number"],
    [{ id: 2 ** 53 }, "'id' is a number beyond 2^53, which would lose digits; quote it"],
    [{ id: 0.5 }, "'id' is 0.5, not a whole number; quote it"],
  ])('%j has no usable id', (fields, message) => {
    const id = recordId(fields);
    expect(isIdFault(id) && `${id.fault}; ${id.mend}`).toBe(message);
  });

  test('an inherited property is no id', () => expect(recordId(Object.create({ id: 'x' }))).toBe(undefined));
});

describe('readIds', () => {
  test('one id a line, as it stands there', async () => {
    const ids = ['a', ' b ', 'ü"', '7'];
    for (const text of [ids.join('\n'), `\ufeff${ids.join('\r\n')}\r\n`]) {
      expect(await flat(readIds(files.file('ids.txt', text)))).toEqual(ids);
      expect(await flat(readIds(files.file('ids.txt.gz', gzipSync(text))))).toEqual(ids);
    }
    expect(await flat(readIds(files.file('ids.txt', '')))).toEqual([]);
  });

  test.each([
    ['a\n\nb\n', ':2: an empty line where an id is expected; one id a line is expected'],
    [
      `a\n${'x'.repeat(70_000)}\n`,
      ':2: a record of 70000 bytes, above the limit of 65536; one id a line is expected',
    ],
    ['a\n\xff\n', ':2: not valid UTF-8; convert the input to UTF-8'],
  ])('a bad line is refused (%#)', async (text, message) => {
    const path = files.file('bad-ids.txt', Buffer.from(text, 'latin1'));
    expect(await messageOf(() => flat(readIds(path)))).toBe(`InputError: ${path}${message}`);
  });
});
