import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError, RecordError } from '../../src/errors/index.js';
import { cut, fromPieces, fromText, messageOf, shown } from './helpers.js';

const utf8 = (text: string) => Buffer.from(text);

describe('CSV', () => {
  test('what RFC 4180 writes is read back, at any chunk boundaries', async () => {
    const value = fc.string({ unit: fc.constantFrom(...'ab é,"\n\r\t\ufeff中'), maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 4 }).chain((width) =>
          fc.array(fc.array(value, { minLength: width, maxLength: width }), {
            minLength: 1,
            maxLength: 12,
          }),
        ),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.nat(500), { maxLength: 20 }),
        async (rows, end, bom, always, cuts) => {
          const header = rows[0].map((_, i) => `c${i}`);
          const quote = (text: string) =>
            always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
          const lines = [header, ...rows].map((row) => row.map(quote).join(','));
          const bytes = utf8((bom ? '\ufeff' : '') + lines.join(end) + end);
          const items = await fromPieces(cut(bytes, cuts), 'csv');
          expect(shown(items)).toEqual(
            rows.map((row) => Object.fromEntries(row.map((v, i) => [`c${i}`, v]))),
          );
          let line = 2;
          for (const [i, item] of items.entries()) {
            expect(item.place).toEqual({ file: 'stdin', line, row: i });
            expect((item as { bytes: number }).bytes).toBe(utf8(lines[i + 1]).length);
            line += lines[i + 1].split('\n').length;
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('each bad row is a value with its line, and its neighbours survive', async () => {
    const text = [
      '_id,title,text',
      'a,5" disk,x',
      'b,"two\nlines",x',
      'c,"a"b,x',
      'd,x',
      'e,x,y,z',
      '',
      '"f",ok,"q""q"',
      'g,\xff,x',
      'h,"never,closed',
      'i,x,y',
    ].join('\n');
    const bytes = Buffer.from(text, 'latin1');
    const items = await fromText(bytes, 'csv');
    expect(shown(items)).toEqual([
      'stdin:2: a quote inside an unquoted value; quote the whole value and double the quotes in it',
      { _id: 'b', title: 'two\nlines', text: 'x' },
      'stdin:5: text after a closing quote; double the quotes inside a quoted value',
      "stdin:6: 2 columns where the header has 3; quote a value that has a ',' in it",
      "stdin:7: 4 columns where the header has 3; quote a value that has a ',' in it",
      { _id: 'f', title: 'ok', text: 'q"q' },
      'stdin:10: not valid UTF-8; convert the input to UTF-8',
      'stdin:11: a quote that opens here is never closed; close it',
    ]);
    expect(items[0]).toBeInstanceOf(RecordError);
  });

  test('a row above the limit is skipped to its own end, not to a line end inside quotes', async () => {
    const text = `_id,text\na,"${'x\n'.repeat(100)}"\nb,y\n`;
    expect(shown(await fromText(text, 'csv', { maxRecordBytes: 50 }))).toEqual([
      'stdin:2: a record of 204 bytes, above the limit of 50; split it',
      { _id: 'b', text: 'y' },
    ]);
  });

  test.each([
    ['', 'InputError: stdin: is empty; its first line must name the columns'],
    ['a,b,a\n1,2,3\n', "InputError: stdin:1: two columns are named 'a'; rename one of them"],
    ['a,,c\n', 'InputError: stdin:1: column 2 has no name; name every column in the first line'],
    ['a,__proto__\n', "InputError: stdin:1: '__proto__' can't be a column name; rename the column"],
    ['a,b"c\n', 'InputError: stdin:1: the header: a quote inside an unquoted value'],
  ])('the header %j is refused', async (text, message) => {
    expect(await messageOf(() => fromText(text, 'csv'))).toBe(message);
  });
});

describe('TSV', () => {
  test('values are what stands between tabs, quotes included', async () => {
    const value = fc.string({ unit: fc.constantFrom(...'ab é,"\' \ufeff中'), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(value, value), { maxLength: 10 }),
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.nat(300), { maxLength: 10 }),
        async (rows, end, cuts) => {
          const text = [['_id', 'text'], ...rows].map((row) => row.join('\t')).join(end);
          const items = await fromPieces(cut(utf8(text), cuts), 'tsv');
          expect(shown(items)).toEqual(rows.map(([_id, text]) => ({ _id, text })));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('ragged rows, empty lines and a missing header', async () => {
    expect(shown(await fromText('_id\ttext\n\na\tb\tc\nd\n"e\tf"\n', 'tsv'))).toEqual([
      "stdin:3: 3 columns where the header has 2; a value can't have a tab in it",
      "stdin:4: 1 column where the header has 2; a value can't have a tab in it",
      { _id: '"e', text: 'f"' },
    ]);
    await expect(fromText('\n', 'tsv')).rejects.toThrow(InputError);
  });
});
