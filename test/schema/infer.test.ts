import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors/index.js';
import { inferSchema, MAX_DIMENSION, type SchemaRequest } from '../../src/schema/index.js';
import { thrown } from '../storage/scratch.js';
import { analyzer, request, roles } from './helpers.js';

const nothing = { text: [], keyword: [], number: [], vectors: [] };
const numbers = (n: number) => Array.from({ length: n }, (_, i) => i / 10);
const messageOf = (sample: Record<string, unknown>[], stated: Partial<SchemaRequest>) => {
  const error = thrown(() => inferSchema(sample, request(stated)));
  expect(error).toBeInstanceOf(UsageError);
  return error.message;
};

describe('what a field becomes when nothing is stated', () => {
  test('strings are text, in the order in which they were first seen', () => {
    expect(
      roles([
        { _id: 'a', title: 'x' },
        { _id: 'b', body: 'y', title: '' },
      ]).text,
    ).toEqual(['title', 'body']);
  });

  test.each(['_id', 'id', 'doc_id', 'docId', 'parent_id'])(
    "the id-like field '%s' is stored only",
    (name) => {
      expect(roles([{ [name]: 'a b c' }])).toEqual(nothing);
    },
  );

  test.each(['paid', 'grid', 'idea', 'Id', 'identity'])("'%s' is not id-like", (name) => {
    expect(roles([{ [name]: 'a b c' }]).text).toEqual([name]);
  });

  test.each([
    'url',
    'URL',
    'uri',
    'link',
    'href',
    'page_url',
    'PAGE_URL',
    'pageUrl',
    'pageURL',
    'backLink',
    'baseHref',
  ])("the url-like field '%s' is stored only", (name) => {
    expect(roles([{ [name]: 'example' }])).toEqual(nothing);
  });

  test.each(['curl', 'blink', 'linked', 'urls'])("'%s' is not url-like", (name) => {
    expect(roles([{ [name]: 'how to use it' }]).text).toEqual([name]);
  });

  test('a field of which every value is a URL is stored only; one other value makes it text', () => {
    const urls = [{ source: 'https://example.org/a' }, { source: 'ftp://x' }, { source: '' }];
    expect(roles(urls)).toEqual(nothing);
    expect(roles([...urls, { source: 'none' }]).text).toEqual(['source']);
    expect(roles([{ source: 'see https://example.org' }]).text).toEqual(['source']);
  });

  test('arrays of strings are keywords, numbers are numbers', () => {
    expect(roles([{ tags: ['a', 'b'], year: 1999 }, { tags: [], year: null }, { tags: ['c'] }])).toEqual({
      ...nothing,
      keyword: ['tags'],
      number: ['year'],
    });
  });

  test('8 or more numbers of one length are a vector; fewer are stored only', () => {
    expect(roles([{ emb: numbers(8) }, { emb: numbers(8) }]).vectors).toEqual([['emb', 8, 'cosine']]);
    expect(roles([{ emb: numbers(7) }])).toEqual(nothing);
  });

  test('a tenth of the arrays may have another length (they will be rejected); more, and it is no vector', () => {
    const sample = (other: number) => [
      ...Array.from({ length: other }, () => ({ emb: numbers(9) })),
      ...Array.from({ length: 20 - other }, () => ({ emb: numbers(8) })),
    ];
    expect(roles(sample(2)).vectors).toEqual([['emb', 8, 'cosine']]);
    expect(roles(sample(3))).toEqual(nothing);
  });

  test('a vector may be as long as can be indexed, and not longer', () => {
    expect(roles([{ emb: numbers(MAX_DIMENSION) }]).vectors).toEqual([['emb', 65_536, 'cosine']]);
    expect(roles([{ emb: numbers(MAX_DIMENSION + 1) }])).toEqual(nothing);
  });

  test.each([
    ['objects', [{ x: { a: 1 } }]],
    ['arrays of mixed values', [{ x: [1, 'a'] }]],
    ['arrays of arrays', [{ x: [[1, 2]] }]],
    ['nothing but null, the empty string and empty arrays', [{ x: null }, { x: '' }, { x: [] }]],
    ['a string here, a number there', [{ x: 'a' }, { x: 1 }]],
    ['a vector here, a string there', [{ x: numbers(8) }, { x: 'a' }]],
  ])('%s: stored only', (_, sample) => {
    const { schema, notes } = inferSchema(sample, request());
    expect({ ...nothing, text: schema.text, keyword: schema.keyword, number: schema.number }).toEqual(
      nothing,
    );
    expect(schema.vectors).toEqual([]);
    expect(notes.length).toBe(1);
    expect(notes[0]).toMatch(/^x: stored only/);
  });

  test('booleans are keywords', () => {
    const booleans = [{ x: true }, { x: false }, { x: null }];
    expect(inferSchema(booleans, request()).schema.keyword).toEqual(['x']);
    expect(inferSchema([{ x: true, y: 'a' }], request({ keyword: ['y'] })).schema.keyword).toEqual(['y']);
  });

  test('a name that has no UTF-8 is stored only', () => {
    expect(roles([{ 'x\ud800': 'some text', '\udc00': 1 }])).toEqual(nothing);
  });

  test('names that objects inherit are names like others', () => {
    expect(roles([{ constructor: 'a', toString: 1, valueOf: ['b'] }, {}])).toEqual({
      ...nothing,
      text: ['constructor'],
      number: ['toString'],
      keyword: ['valueOf'],
    });
  });

  test('the id field is not among the fields; others that look like one then are stored', () => {
    expect(roles([{ key: 'a b', id: 'c d', body: 'e' }], { idField: 'key' })).toEqual({
      ...nothing,
      text: ['body'],
    });
    expect(roles([{ key: 'a b', body: 'e' }]).text).toEqual(['key', 'body']);
  });

  test('one line for each field says what it became', () => {
    const sample = [{ _id: 'a', title: 'x', tags: ['t'], year: 1, emb: numbers(8), more: {}, url: 'u' }];
    expect(inferSchema(sample, request()).notes).toEqual([
      'title: text',
      'tags: keyword',
      'year: number',
      'emb: vector of 8, cosine, flat',
      'more: stored only',
      'url: stored only',
    ]);
  });

  test('the analyser is made from the text, and only where there is some', () => {
    const seen: string[][] = [];
    const stated = {
      analyzer: (samples: string[]) => {
        seen.push(samples);
        return analyzer;
      },
    };
    expect(
      inferSchema([{ a: 'x', n: 1 }, { a: 'y', b: 'z' }, { b: null }], request(stated)).schema.analyzer,
    ).toBe(analyzer);
    expect(seen).toEqual([['x', 'y', 'z']]);
    expect(inferSchema([{ n: 1 }], request(stated)).schema.analyzer).toBeUndefined();
    expect(seen.length).toBe(1);
  });
});

describe('CSV and TSV, where all is text', () => {
  const untyped = { untyped: true };

  test('a column is a number when every value that is there is one', () => {
    const sample = [
      { a: '1', b: '1.5', c: '-2e3', d: '.5', e: '1', f: '', g: '0x10', h: '12 000', i: 'Infinity' },
      { a: '02', b: '', c: '+7.', d: ' 3 ', e: 'one', f: '', g: '1', h: '1', i: '1' },
    ];
    expect(roles(sample, untyped)).toEqual({
      ...nothing,
      number: ['a', 'b', 'c', 'd'],
      text: ['e', 'g', 'h', 'i'],
    });
  });

  test('the same values in JSON are text', () => {
    expect(roles([{ a: '1' }, { a: '2' }])).toEqual({ ...nothing, text: ['a'] });
  });

  test('a stated vector is read from cells like [0.1,0.2]', () => {
    const sample = [{ emb: '[0.1, 0.2, 0.3]' }, { emb: '' }, { emb: '[1,2,3]' }];
    expect(roles(sample, { ...untyped, vector: ['emb'] }).vectors).toEqual([['emb', 3, 'cosine']]);
  });
});

describe('what is stated', () => {
  const sample = [{ title: 'a', code: 'b', n: 1, tags: ['c'], emb: numbers(4), other: numbers(8) }];

  test('wins, and stops inference of its own kind only', () => {
    expect(roles(sample, { text: ['code'] })).toEqual({
      text: ['code'],
      keyword: ['tags'],
      number: ['n'],
      vectors: [['other', 8, 'cosine']],
    });
    expect(roles(sample, { keyword: ['title'] })).toEqual({
      text: ['code'],
      keyword: ['title'],
      number: ['n'],
      vectors: [['other', 8, 'cosine']],
    });
    expect(roles(sample, { vector: ['emb'] }).vectors).toEqual([['emb', 4, 'cosine']]);
    expect(roles(sample, { number: [] }).number).toEqual([]);
  });

  test('text fields keep the order in which they are stated', () => {
    expect(roles(sample, { text: ['code', 'title'] }).text).toEqual(['code', 'title']);
  });

  test('id- and url-like fields can be stated', () => {
    expect(roles([{ page_url: 'https://example.org' }], { text: ['page_url'] }).text).toEqual(['page_url']);
  });

  test('without records to look at, names are taken as they are', () => {
    expect(roles([], { text: ['title'] }).text).toEqual(['title']);
  });

  test.each<[string, Partial<SchemaRequest>, string]>([
    [
      'a field no record has',
      { text: ['titel'] },
      "--text titel: no field of that name in the first 1 records; did you mean 'title'?",
    ],
    [
      'a field nothing is near',
      { number: ['zzzzz'] },
      '--number zzzzz: no field of that name in the first 1 records',
    ],
    [
      'two roles for one field',
      { text: ['title'], keyword: ['title'] },
      "field 'title' is given both as text and as keyword",
    ],
    ['the same role twice', { text: ['title', 'title'] }, "field 'title' is given both as text and as text"],
    [
      'a role for a field of vectors from a file',
      { text: ['title'], fileVectors: [{ name: 'title', dim: 2, integers: false }] },
      "field 'title' is given both as text and by --vectors",
    ],
    [
      'a vector that holds none',
      { vector: ['title'] },
      '--vector title: the first records hold no arrays of numbers there',
    ],
    [
      'the name of the text branch',
      { fileVectors: [{ name: 'text', dim: 2, integers: false }] },
      "a vector field can't be named 'text': that is the text branch; rename it",
    ],
    [
      'more dimensions than can be indexed',
      { fileVectors: [{ name: 'v', dim: 65_537, integers: false }] },
      "vector field 'v' has 65537 dimensions; fields of 1 to 65536 can be indexed",
    ],
    [
      'a metric for a field that is no vector',
      { metric: new Map([['titel', 'ip']]) },
      "--metric titel=…: there is no vector field 'titel'",
    ],
    [
      'a structure for a field that is nearly one',
      {
        structure: new Map([
          ['', { kind: 'flat', params: {}, stages: [] }],
          ['othr', { kind: 'flat', params: {}, stages: [] }],
        ]),
      },
      "--vector-index othr=…: there is no vector field 'othr'; did you mean 'other'?",
    ],
  ])('%s is refused', (_, stated, message) => {
    expect(messageOf(sample, stated)).toBe(message);
  });

  test('an inferred vector named text is refused, and a stated one that is too long', () => {
    expect(messageOf([{ text: numbers(8) }], {})).toContain("can't be named 'text'");
    expect(messageOf([{ v: numbers(MAX_DIMENSION + 1) }], { vector: ['v'] })).toBe(
      "vector field 'v' has 65537 dimensions; fields of 1 to 65536 can be indexed",
    );
  });

  test('a name that has no UTF-8 is refused', () => {
    expect(messageOf([{ 'x\ud800': 'a' }], { text: ['x\ud800'] })).toBe(
      '--text "x\\ud800": half a surrogate pair; rename the field',
    );
  });

  test('a text field may be named text', () => {
    expect(roles([{ text: 'a' }]).text).toEqual(['text']);
  });
});

describe('metric and structure', () => {
  const files = [
    { name: 'a', dim: 2, integers: true },
    { name: 'b', dim: 3, integers: false },
  ];

  test('integers default to l2, the rest to cosine', () => {
    expect(roles([], { fileVectors: files }).vectors).toEqual([
      ['a', 2, 'l2'],
      ['b', 3, 'cosine'],
    ]);
  });

  test('a default for all, and one for a field that wins over it', () => {
    const metric = new Map<string, 'ip' | 'cosine'>([
      ['', 'ip'],
      ['a', 'cosine'],
    ]);
    expect(roles([], { fileVectors: files, metric }).vectors).toEqual([
      ['a', 2, 'cosine'],
      ['b', 3, 'ip'],
    ]);
    const hnsw = { kind: 'hnsw', params: { M: 16 }, stages: [] };
    const flat = { kind: 'flat', params: {}, stages: [] };
    const structure = new Map([
      ['', flat],
      ['b', hnsw],
    ]);
    expect(
      inferSchema([], request({ fileVectors: files, structure })).schema.vectors.map((v) => v.spec),
    ).toEqual([flat, hnsw]);
  });

  test('vectors from a file replace the field of that name in the records', () => {
    const { schema, notes } = inferSchema(
      [{ a: numbers(8), title: 'x' }],
      request({ fileVectors: [files[0]] }),
    );
    expect(schema.vectors.map(({ name, dim }) => [name, dim])).toEqual([['a', 2]]);
    expect(notes).toEqual(['title: text', 'a: vector of 2, l2, flat']);
  });
});
