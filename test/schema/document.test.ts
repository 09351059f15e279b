import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecordError } from '../../src/errors/index.js';
import { DocumentMapper, type Schema } from '../../src/schema/index.js';
import { thrown } from '../storage/scratch.js';
import { schemaOf, storedOf, vectorField } from './helpers.js';

const place = { file: 'corpus.jsonl', line: 7, row: 6 };
const record = (fields: Record<string, unknown>) => ({ place, bytes: 0, fields });

function mapper(
  schema: Partial<Schema>,
  options: { idField?: string; untyped?: boolean } = {},
): DocumentMapper {
  return new DocumentMapper(schemaOf(schema), { untyped: false, ...options });
}

/** The message of the RecordError that `run` throws. */
function refusal(run: () => unknown): string {
  const error = thrown(run);
  expect(error).toBeInstanceOf(RecordError);
  expect(error.message.split(/[\n\r]/).length).toBe(1);
  return error.message;
}

const mend = (name: string) => `mend the record, state another role for '${name}', or use --on-error skip`;

describe('idOf', () => {
  const idOf = (fields: Record<string, unknown>, idField?: string) =>
    mapper({}, { idField }).idOf(record(fields));

  test('7 and "7" are the same id', () => {
    expect(idOf({ _id: 7 })).toBe('7');
    expect(idOf({ _id: '7' })).toBe('7');
    expect(idOf({ _id: -0 })).toBe('0');
    expect(idOf({ key: 9_007_199_254_740_991 }, 'key')).toBe('9007199254740991');
  });

  test("'_id' before 'id', null counts as absent, and a named field is the only one", () => {
    expect(idOf({ id: 'b', _id: 'a' })).toBe('a');
    expect(idOf({ id: 'b', _id: null })).toBe('b');
    expect(idOf({ id: 'b', _id: 'a', key: 'c' }, 'key')).toBe('c');
  });

  test('ids keep their form: white space, any script, unnormalised', () => {
    for (const id of [' a ', 'a\tb', '名前', 'cafe\u0301', '\u{1f600}', 'x'.repeat(4096)])
      expect(idOf({ id })).toBe(id);
  });

  test.each<[string, Record<string, unknown>, string | undefined, string]>([
    [
      'missing',
      { title: 'a' },
      undefined,
      "no id field ('_id' or 'id'); give every record one, or name the field with --id-field",
    ],
    [
      'null',
      { id: null },
      undefined,
      "no id field ('_id' or 'id'); give every record one, or name the field with --id-field",
    ],
    [
      'missing under its name',
      { id: 'a' },
      'key',
      "no id field ('key'); give every record one, or name the field with --id-field",
    ],
    [
      'inherited',
      {},
      'constructor',
      "no id field ('constructor'); give every record one, or name the field with --id-field",
    ],
    ['empty', { _id: '' }, undefined, "'_id' is an empty string; give the record an id"],
    ['empty under its name', { key: '' }, 'key', "'key' is an empty string; give the record an id"],
    ['an array', { _id: ['a'] }, undefined, "'_id' is an array; an id is a string or a whole number"],
    ['a boolean', { id: true }, undefined, "'id' is a boolean; an id is a string or a whole number"],
    ['half a number', { id: 1.5 }, undefined, "'id' is 1.5, not a whole number; quote it"],
    [
      'a number beyond 2^53',
      { id: 2 ** 53 },
      undefined,
      "'id' is a number beyond 2^53, which would lose digits; quote it",
    ],
    [
      'two lines',
      { id: 'a\nb' },
      undefined,
      'the id holds a line break, NUL or half a surrogate pair; use an id without them',
    ],
    [
      'a carriage return',
      { id: 'a\r' },
      undefined,
      'the id holds a line break, NUL or half a surrogate pair; use an id without them',
    ],
    [
      'a NUL',
      { id: '\0' },
      undefined,
      'the id holds a line break, NUL or half a surrogate pair; use an id without them',
    ],
    [
      'half a surrogate pair',
      { id: '\ud83d' },
      undefined,
      'the id holds a line break, NUL or half a surrogate pair; use an id without them',
    ],
    [
      'too long in UTF-8',
      { id: 'é'.repeat(2049) },
      undefined,
      'the id is longer than 4096 bytes; use a shorter id',
    ],
  ])('%s', (_, fields, idField, message) => {
    expect(refusal(() => idOf(fields, idField))).toBe(`corpus.jsonl:7: ${message}`);
  });
});

describe('map', () => {
  const map = (
    schema: Partial<Schema>,
    fields: Record<string, unknown>,
    options: { untyped?: boolean; external?: (Float32Array | undefined)[]; idField?: string } = {},
  ) => mapper(schema, options).map(record(fields), 6, 'a', options.external ?? []);

  test('a document has its texts in the order of the schema, its row, its id and what is stored', () => {
    const document = map(
      { text: ['title', 'body'], number: ['year'], keyword: ['tags'], vectors: [vectorField('emb', 2)] },
      { _id: 'a', body: 'B', title: 'T', year: 1999, tags: ['x'], emb: [3, 4] },
    );
    expect(document).toMatchObject({ id: 'a', row: 6, texts: ['T', 'B'] });
    expect(document.vectors).toEqual([Float32Array.of(3, 4)]);
    expect(storedOf(document)).toEqual({ body: 'B', title: 'T', year: 1999, tags: ['x'] });
  });

  test('what is missing or null is empty text, no vector, and no error', () => {
    const schema = { text: ['t', 'u'], number: ['n'], keyword: ['k'], vectors: [vectorField('v', 2)] };
    for (const fields of [{}, { t: null, u: null, n: null, k: null, v: null }]) {
      const document = map(schema, fields);
      expect(document.texts).toEqual(['', '']);
      expect(document.vectors).toEqual([undefined]);
    }
  });

  test('fields named as what every object inherits are missing where the record lacks them', () => {
    const names = ['constructor', 'toString', 'valueOf'];
    const schema = {
      text: names,
      number: names,
      keyword: names,
      vectors: [vectorField('hasOwnProperty', 2)],
    };
    expect(map(schema, {}).texts).toEqual(['', '', '']);
    expect(map(schema, {}).vectors).toEqual([undefined]);
  });

  test('an array of strings is text, one value a line', () => {
    expect(map({ text: ['t'] }, { t: ['a', 'b'] }).texts).toEqual(['a\nb']);
  });

  test.each<[string, Partial<Schema>, Record<string, unknown>, string]>([
    [
      'text that is a number',
      { text: ['t'] },
      { t: 5 },
      `field 't' is text, but holds the number 5; ${mend('t')}`,
    ],
    [
      'text that is an object',
      { text: ['t'] },
      { t: {} },
      `field 't' is text, but holds an object; ${mend('t')}`,
    ],
    [
      'text that is a mixed array',
      { text: ['t'] },
      { t: ['a', 1] },
      `field 't' is text, but holds an array; ${mend('t')}`,
    ],
    [
      'text that is a boolean',
      { text: ['t'] },
      { t: true },
      `field 't' is text, but holds the boolean true; ${mend('t')}`,
    ],
    [
      'a number that is text',
      { number: ['n'] },
      { n: 'seven\nor so' },
      `field 'n' is a number, but holds the text "seven\\nor so"; ${mend('n')}`,
    ],
    [
      'a number that is long text',
      { number: ['n'] },
      { n: 'x'.repeat(100) },
      `field 'n' is a number, but holds the text "${'x'.repeat(40)}"; ${mend('n')}`,
    ],
    [
      'a number that is an array',
      { number: ['n'] },
      { n: [1] },
      `field 'n' is a number, but holds an array; ${mend('n')}`,
    ],
    [
      'a number that overflowed',
      { number: ['n'] },
      { n: Number.POSITIVE_INFINITY },
      `field 'n' is a number, but holds the number Infinity; ${mend('n')}`,
    ],
    [
      'a keyword that is an object',
      { keyword: ['k'] },
      { k: {} },
      `field 'k' is a keyword, but holds an object; ${mend('k')}`,
    ],
    [
      'a keyword with null in it',
      { keyword: ['k'] },
      { k: ['a', null] },
      `field 'k' is a keyword, but holds an array; ${mend('k')}`,
    ],
    [
      'a vector that is text',
      { vectors: [vectorField('v', 2)] },
      { v: '[1,2]' },
      `field 'v' is a vector, but holds the text "[1,2]"; ${mend('v')}`,
    ],
    [
      'a vector that is a number',
      { vectors: [vectorField('v', 2)] },
      { v: 1 },
      `field 'v' is a vector, but holds the number 1; ${mend('v')}`,
    ],
    [
      'a vector with text in it',
      { vectors: [vectorField('v', 2)] },
      { v: [1, '2'] },
      `field 'v' is a vector, but holds an array; ${mend('v')}`,
    ],
    [
      'a vector with null in it',
      { vectors: [vectorField('v', 2)] },
      { v: [1, null] },
      `field 'v' is a vector, but holds an array; ${mend('v')}`,
    ],
    [
      'too few dimensions',
      { vectors: [vectorField('v', 3)] },
      { v: [1, 2] },
      "vector 'v' has 2 dimensions, the field has 3; make them equal, or skip such records with --on-error skip",
    ],
    [
      'no dimensions',
      { vectors: [vectorField('v', 3)] },
      { v: [] },
      "vector 'v' has 0 dimensions, the field has 3; make them equal, or skip such records with --on-error skip",
    ],
    [
      'NaN',
      { vectors: [vectorField('v', 3)] },
      { v: [1, Number.NaN, 2] },
      "vector 'v' holds NaN at position 1; only finite float32 numbers can be compared",
    ],
    [
      'a number beyond float32',
      { vectors: [vectorField('v', 2, 'l2')] },
      { v: [1, -1e39] },
      "vector 'v' holds -Infinity at position 1; only finite float32 numbers can be compared",
    ],
    [
      'zeros under cosine',
      { vectors: [vectorField('v', 2)] },
      { v: [0, -0] },
      "vector 'v' is all zeros, which has no direction under cosine; leave it out, or use --metric l2 or ip",
    ],
    [
      'what becomes zeros in float32, under cosine',
      { vectors: [vectorField('v', 2)] },
      { v: [1e-50, 0] },
      "vector 'v' is all zeros, which has no direction under cosine; leave it out, or use --metric l2 or ip",
    ],
  ])('%s is refused', (_, schema, fields, message) => {
    expect(refusal(() => map(schema, fields))).toBe(`corpus.jsonl:7: ${message}`);
  });

  test('zeros are a vector under l2 and ip', () => {
    for (const metric of ['l2', 'ip'] as const) {
      expect(map({ vectors: [vectorField('v', 2, metric)] }, { v: [0, 0] }).vectors).toEqual([
        new Float32Array(2),
      ]);
    }
  });

  test('keywords are strings, numbers and booleans, one or many', () => {
    for (const k of ['a', 1, true, ['a', 1, false], []])
      expect(() => map({ keyword: ['k'] }, { k })).not.toThrow();
  });

  test('a vector from a file wins over one in the record, and is checked like it', () => {
    const schema = { vectors: [vectorField('v', 2)] };
    const external = [Float32Array.of(5, 6)];
    expect(map(schema, { v: 'whatever' }, { external }).vectors).toEqual(external);
    expect(map(schema, { v: [1, 2] }, { external: [undefined] }).vectors).toEqual([Float32Array.of(1, 2)]);
    expect(refusal(() => map(schema, {}, { external: [Float32Array.of(1, 2, 3)] }))).toContain(
      '3 dimensions',
    );
    expect(refusal(() => map(schema, {}, { external: [new Float32Array(2)] }))).toContain('all zeros');
  });

  describe('of CSV and TSV', () => {
    const untyped = { untyped: true };

    test('numbers and vectors are parsed from text; an empty cell is a missing value', () => {
      const schema = { number: ['n'], keyword: ['k'], vectors: [vectorField('v', 2)] };
      const document = map(schema, { n: '1.5e3', k: 'x', v: ' [0.5, -2] ' }, untyped);
      expect(document.vectors).toEqual([Float32Array.of(0.5, -2)]);
      expect(map(schema, { n: '', k: '', v: '' }, untyped).vectors).toEqual([undefined]);
    });

    test.each([
      ['a number', { n: '1,5' }, `field 'n' is a number, but holds the text "1,5"; ${mend('n')}`],
      [
        'a number of white space',
        { n: '  ' },
        `field 'n' is a number, but holds the text "  "; ${mend('n')}`,
      ],
      [
        'a number beyond double',
        { n: '1e999' },
        `field 'n' is a number, but holds the text "1e999"; ${mend('n')}`,
      ],
      ['a vector', { v: '0.5 2' }, "field 'v' is a vector, but holds text; write it like [0.1,0.2,…]"],
      [
        'a vector that is JSON, but no array',
        { v: '5' },
        `field 'v' is a vector, but holds the number 5; ${mend('v')}`,
      ],
    ])('%s that is none is refused', (_, fields, message) => {
      const schema = { number: ['n'], vectors: [vectorField('v', 2)] };
      expect(refusal(() => map(schema, fields, untyped))).toBe(`corpus.jsonl:7: ${message}`);
    });
  });

  describe('what is stored', () => {
    const fields = { _id: 'a', id: 'b', title: 'T', emb: [1, 2], more: { deep: [null, '\ud800'] } };
    const vectors = [vectorField('emb', 2)];

    test('all: every field but the id and the vectors', () => {
      expect(storedOf(map({ vectors }, fields))).toEqual({ id: 'b', title: 'T', more: fields.more });
    });

    test('the field that is the id is left out, whichever it is', () => {
      expect(storedOf(map({}, { id: 'a', x: 1 }))).toEqual({ x: 1 });
      expect(storedOf(map({}, { _id: null, id: 'a', x: 1 }))).toEqual({ x: 1 });
      expect(storedOf(map({}, { _id: 'k', id: 'b', key: 'a' }, { idField: 'key' }))).toEqual({
        _id: 'k',
        id: 'b',
      });
    });

    test('a list: those fields, a vector too if it is named', () => {
      expect(storedOf(map({ vectors, stored: ['title', 'emb', 'absent'] }, fields))).toEqual({
        title: 'T',
        emb: [1, 2],
      });
    });

    test('none: nothing', () => {
      expect(map({ vectors, stored: 'none' }, fields).stored).toBeUndefined();
    });

    test('any JSON comes back as it was', () => {
      const json = fc.dictionary(
        fc.string({ unit: 'binary' }).filter((name) => !['_id', 'id', '__proto__'].includes(name)),
        fc.jsonValue({ noUnicodeString: false }),
        { noNullPrototype: true },
      );
      fc.assert(
        fc.property(json, (it) => {
          const parsed = JSON.parse(JSON.stringify(it));
          expect(storedOf(map({}, { id: 'a', ...parsed }))).toEqual(parsed);
        }),
        { numRuns: 200 },
      );
    });
  });
});
