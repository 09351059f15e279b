import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsStructure, openColumns } from '../../src/columns/index.js';
import { bindFilter, evaluateFilter, parseFilter } from '../../src/filter/index.js';
import type { Schema } from '../../src/schema/index.js';
import { SegmentReader, SegmentWriter } from '../../src/segment/index.js';
import { SpillDirectory } from '../../src/storage/index.js';
import { temporaryFolder } from '../vector/built.js';

interface Doc {
  words: string[];
  number: number;
}

const schema: Schema = {
  text: [],
  keyword: ['words'],
  number: ['number'],
  vectors: [],
  stored: 'none',
  analyzer: undefined,
  ids: true,
};

let segments = 0;

/** Writes the documents, checks the segment, and reads it back. */
async function written(docs: Doc[], spillEvery: number, folder = temporaryFolder()) {
  const path = join(folder, `segment-${segments++}`);
  const spills = new SpillDirectory(folder);
  const environment = { spills, memoryBytes: 1 << 20, threads: 1, seed: 1, progress: () => {} };
  const writer = columnsStructure.writer('columns', schema, environment);
  const out = new SegmentWriter(path);
  for (const [doc, { words, number }] of docs.entries()) {
    if (doc > 0 && doc % spillEvery === 0) writer.spill();
    const id = String(doc);
    writer.add(doc, {
      ...{ id, row: doc, texts: [], vectors: [], stored: undefined },
      ...{ keywords: [words], numbers: [number] },
    });
  }
  const { meta } = await writer.finish(out, docs.length);
  out.finish({ parts: { columns: meta } });
  spills.deleteAll();
  const reader = new SegmentReader(path);
  const view = { reader, base: 0, documents: docs.length };
  columnsStructure.check('columns', schema, view);
  return { columns: openColumns(schema, view), path, close: () => reader.close() };
}

const word = fc.oneof(
  fc.constantFrom('', 'a', 'ab', 'b', '\u{10ffff}', '\uffff', '\0'),
  fc.string({ unit: 'binary', maxLength: 4 }).filter((text) => text.isWellFormed()),
);
const numbers = fc.oneof(
  fc.integer({ min: 1990, max: 2030 }),
  fc.integer({ min: -3, max: 3 }).map((n) => n * 86_400),
  fc.integer({ min: -10_000, max: 10_000 }).map((n) => n / 100),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e300, -5e-324, 2 ** 53, 0.1 + 0.2),
);
/** One kind of number in a column, as columns are, or all kinds. */
const column = fc.oneof(
  fc
    .constantFrom(0, 1, 2, 3)
    .chain((kind) =>
      fc.array(
        [
          fc.integer({ min: 1990, max: 2030 }),
          fc.integer({ min: -3, max: 3 }).map((n) => n * 86_400),
          fc.integer({ min: -10_000, max: 10_000 }).map((n) => n / 100),
          fc.float({ noNaN: true, noDefaultInfinity: true }),
        ][kind],
        { minLength: 1, maxLength: 80 },
      ),
    ),
  fc.array(numbers, { minLength: 1, maxLength: 80 }),
);
const documents = column.chain((values) =>
  fc.tuple(
    ...values.map((number) =>
      fc.record({
        number: fc.option(fc.constant(number), { nil: Number.NaN }),
        words: fc.array(word, { maxLength: 3 }),
      }),
    ),
  ),
) as fc.Arbitrary<Doc[]>;

const quote = (text: string) => `'${text.replaceAll(/[\\']/g, (c) => `\\${c}`)}'`;
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

const COMPARISONS: [string, (order: number) => boolean][] = [
  ['=', (order) => order === 0],
  ['<', (order) => order < 0],
  ['<=', (order) => order <= 0],
  ['>', (order) => order > 0],
  ['>=', (order) => order >= 0],
];

describe('columns', () => {
  it('hold what was put in: every comparison is that of the values, spilled or not, in the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        fc.nat(),
        numbers,
        word,
        fc.integer({ min: 1, max: 30 }),
        async (docs, at, other, text, every) => {
          const folder = temporaryFolder();
          const whole = await written(docs, docs.length + 1, folder);
          const spilled = await written(docs, every, folder);
          expect(readFileSync(spilled.path)).toEqual(readFileSync(whole.path));
          const docsOf = (filter: string) => {
            const { words, count } = evaluateFilter(bindFilter(parseFilter(filter), schema), spilled.columns);
            const found = docs.map((_, doc) => doc).filter((doc) => (words[doc >>> 5] >>> (doc & 31)) & 1);
            expect(found).toHaveLength(count);
            return found;
          };
          const where = (holds: (doc: Doc) => boolean) =>
            docs.map((_, doc) => doc).filter((doc) => holds(docs[doc]));
          const own = docs[at % docs.length];
          for (const [sign, holds] of COMPARISONS) {
            for (const value of [own.number, other].filter((n) => !Number.isNaN(n))) {
              expect(docsOf(`number ${sign} ${value}`), `${sign} ${value}`).toEqual(
                where(
                  ({ number }) =>
                    !Number.isNaN(number) &&
                    holds(number - value || Number(number > value) - Number(number < value)),
                ),
              );
            }
            for (const value of [...own.words, text]) {
              expect(docsOf(`words ${sign} ${quote(value)}`), `${sign} ${value}`).toEqual(
                where(({ words }) => words.some((w) => holds(byBytes(w, value)))),
              );
            }
          }
          expect(docsOf('exists(number)')).toEqual(where(({ number }) => !Number.isNaN(number)));
          expect(docsOf('exists(words)')).toEqual(where(({ words }) => words.length > 0));
          whole.close();
          spilled.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['years', (i: number) => 1990 + (i % 200), 1],
    ['cents', (i: number) => (i % 7000) / 100, 2],
    ['days', (i: number) => 1.7e9 + 86_400 * i, 2],
    ['seconds', (i: number) => 1.7e9 + 77 * i + (i % 3), 4],
    ['halves of floats', (i: number) => Math.fround(1 / (i + 1)), 4],
    ['fractions', (i: number) => 1 / (i + 3), 8],
  ])('%s take the bytes they need', async (_, number, bytes) => {
    const docs = Array.from({ length: 3000 }, (_, i) => ({ words: [], number: number(i) }));
    const { path, close } = await written(docs, 10_000);
    const reader = new SegmentReader(path);
    expect(reader.info('columns/number/codes').byteLength).toBe(bytes * docs.length);
    reader.close();
    close();
  });
});
