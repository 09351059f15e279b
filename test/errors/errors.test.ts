import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CorruptError,
  didYouMean,
  ExitCode,
  formatPlace,
  IndexLockedError,
  IndexMissingError,
  InputError,
  NotOursError,
  nearest,
  RecordError,
  ResourceError,
  ShortlistError,
  TooNewError,
  TooOldError,
  TruncatedError,
  UsageError,
} from '../../src/errors/index.js';

describe('every failure', () => {
  const cases: [ShortlistError, string, string, number, string][] = [
    [new UsageError('--k: x'), 'UsageError', 'SHORTLIST_USAGE', 2, '--k: x'],
    [new InputError({ file: 'a.csv' }, 'is empty'), 'InputError', 'SHORTLIST_INPUT', 2, 'a.csv: is empty'],
    [
      new InputError({ file: 'a.csv', line: 3 }, 'no header', 'add one'),
      'InputError',
      'SHORTLIST_INPUT',
      2,
      'a.csv:3: no header; add one',
    ],
    [
      new RecordError({ file: 'a.jsonl', line: 12, row: 9 }, 'no id'),
      'RecordError',
      'SHORTLIST_RECORD',
      2,
      'a.jsonl:12: no id',
    ],
    [
      new IndexMissingError('idx'),
      'IndexMissingError',
      'SHORTLIST_INDEX_MISSING',
      3,
      "idx: no index here; make one with 'shortlist build <inputs> -o idx'",
    ],
    [
      new IndexLockedError('idx', 'process 5'),
      'IndexLockedError',
      'SHORTLIST_INDEX_LOCKED',
      3,
      "idx: being written by process 5; wait for it, or delete the file 'lock' in it if that process is gone",
    ],
    [
      new TooOldError('f', 0, 1),
      'TooOldError',
      'SHORTLIST_TOO_OLD',
      3,
      'f: format version 0 is too old (this shortlist reads 1 and later); build the index again',
    ],
    [
      new TooNewError('f', 9, 1),
      'TooNewError',
      'SHORTLIST_TOO_NEW',
      3,
      'f: format version 9 is too new (this shortlist reads up to 1); update shortlist',
    ],
    [
      new NotOursError('f'),
      'NotOursError',
      'SHORTLIST_NOT_OURS',
      4,
      'f: not a shortlist file: its first bytes are not our magic',
    ],
    [
      new TruncatedError('f', 64, 3),
      'TruncatedError',
      'SHORTLIST_TRUNCATED',
      4,
      'f: truncated: 3 bytes of 64; copy it again from its source or build the index again',
    ],
    [
      new CorruptError('f', 'x'),
      'CorruptError',
      'SHORTLIST_CORRUPT',
      4,
      'f: damaged: x; copy it again from its source or build the index again',
    ],
    [new ResourceError('f: no space'), 'ResourceError', 'SHORTLIST_RESOURCES', 5, 'f: no space'],
  ];

  test.each(cases)(
    '%s has a name, a code, an exit code and one line',
    (error, name, code, exitCode, message) => {
      expect(error).toBeInstanceOf(ShortlistError);
      expect(error).toBeInstanceOf(Error);
      expect([error.name, error.code, error.exitCode, error.message]).toEqual([
        name,
        code,
        exitCode,
        message,
      ]);
    },
  );

  test('codes are distinct', () => {
    expect(new Set(cases.map(([, name]) => name)).size).toBe(new Set(cases.map(([, , code]) => code)).size);
  });

  test('a record error is an input error, and keeps place and reason apart from the message', () => {
    const error = new RecordError({ file: 'a', line: 2, row: 1 }, 'no id', 'give it one');
    expect(error).toBeInstanceOf(InputError);
    expect([error.place, error.reason]).toEqual([{ file: 'a', line: 2, row: 1 }, 'no id']);
  });

  test('a resource error keeps its cause', () => {
    const cause = new Error('x');
    expect(new ResourceError('y', { cause }).cause).toBe(cause);
  });

  test('exit codes are the documented ones', () => {
    expect(ExitCode).toEqual({
      ok: 0,
      assertionFailed: 1,
      usage: 2,
      indexUnavailable: 3,
      indexDamaged: 4,
      resources: 5,
      bug: 70,
      interrupted: 130,
      terminated: 143,
    });
  });
});

test.each([
  [{ file: 'corpus.jsonl', line: 12 }, 'corpus.jsonl:12'],
  [{ file: 'corpus.jsonl', line: 12, row: 11 }, 'corpus.jsonl:12'],
  [{ file: 'base.fvecs', row: 7 }, 'base.fvecs: row 7'],
  [{ file: 'base.fvecs', row: 0 }, 'base.fvecs: row 0'],
  [{ file: 'corpus.jsonl' }, 'corpus.jsonl'],
])('formatPlace %j', (place, text) => {
  expect(formatPlace(place)).toBe(text);
});

describe('nearest', () => {
  /** Edit distance by its recursive definition. */
  function distance(a: string, b: string): number {
    if (a === '' || b === '') return a.length + b.length;
    if (a[0] === b[0]) return distance(a.slice(1), b.slice(1));
    return 1 + Math.min(distance(a.slice(1), b), distance(a, b.slice(1)), distance(a.slice(1), b.slice(1)));
  }

  test('is the first of the nearest, within two edits and half the word, rounded up', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 5 }), (wrong, names) => {
        const near = names
          .map((name) => ({ name, d: distance(wrong, name) }))
          .filter(({ d }) => d <= 2 && d <= Math.ceil(wrong.length / 2))
          .sort((x, y) => x.d - y.d);
        expect(nearest(wrong, names)).toBe(near[0]?.name);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['cvs', ['csv', 'tsv', 'jsonl'], 'csv'],
    ['JSONL', ['csv', 'jsonl'], 'jsonl'],
    ['efsearch', ['nprobe', 'efSearch'], 'efSearch'],
    ['l', ['l2', 'ip'], 'l2'],
    ['hsnw', ['hnsw', 'flat'], 'hnsw'],
    ['zzz', ['csv', 'tsv'], undefined],
    ['', ['a'], undefined],
    ['csv', [], undefined],
  ])('%s among %j is %s', (wrong, names, expected) => {
    expect(nearest(wrong, names)).toBe(expected);
    expect(didYouMean(wrong, names)).toBe(expected === undefined ? '' : `; did you mean '${expected}'?`);
  });
});
