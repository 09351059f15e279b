import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeAnalyzerSpec } from '../../src/analysis/index.js';
import type { SearchOptions } from '../../src/branch/index.js';
import { UsageError } from '../../src/errors/index.js';
import { textStructure } from '../../src/inverted/index.js';
import { buildBranch, buildSegment, plain, schemaOf, searchAll } from './build.js';
import { naiveSearch } from './naive.js';

const english = makeAnalyzerSpec({ lang: 'en' });

/** Same documents, scores within rounding, and in the order of the scores found. */
function expectSame(found: [number, number][], wanted: Map<number, number>): void {
  expect(new Set(found.map(([doc]) => doc))).toEqual(new Set(wanted.keys()));
  for (const [doc, score] of found) expect(score).toBeCloseTo(wanted.get(doc) as number, 12);
  for (let i = 1; i < found.length; i++) {
    const [[docA, a], [docB, b]] = [found[i - 1], found[i]];
    expect(a > b || (a === b && docA < docB)).toBe(true);
  }
}

describe('BM25', () => {
  it('is the formula, worked by hand', async () => {
    // N = 3 (the empty document is none), average length (3 + 2 + 1) / 3 = 2.
    const index = await buildBranch(['fox fox dog', 'dog cat', '', 'fox']);
    const idf = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5));
    expect(searchAll(index, 'fox', 10)).toEqual(
      [
        [0, idf * (2 / (2 + 1.2 * (0.25 + (0.75 * 3) / 2)))],
        [3, idf * (1 / (1 + 1.2 * (0.25 + (0.75 * 1) / 2)))],
      ].sort((a, b) => b[1] - a[1]),
    );
    const [[, plainScore]] = searchAll(index, 'fox', 1, { k1: 0 });
    expect(plainScore).toBe(idf);
    expect(searchAll(index, 'fox fox dog', 1)[0][0]).toBe(0);
  });

  it('counts a repeated term', async () => {
    const index = await buildBranch(['one two', 'two three']);
    const [[, once]] = searchAll(index, 'one', 1);
    const [[, thrice]] = searchAll(index, 'one one one', 1);
    expect(thrice).toBeCloseTo(3 * once, 14);
  });

  it.each([{ k1: -1 }, { k1: Number.NaN }, { b: 1.5 }, { b: -0.1 }])('refuses %j', async (options) => {
    const { branch } = await buildBranch(['a']);
    expect(() => branch.prepare({ id: 'q', text: 'a', vectors: {} }, options)).toThrow(UsageError);
  });
});

describe('any corpus', () => {
  const word = fc.constantFrom(...'a b c d e f the of running runs x1 数据 数'.split(' '));
  const text = fc.array(word, { maxLength: 14 }).map((words) => words.join(' '));
  const document = fc.oneof(text, fc.array(text, { minLength: 2, maxLength: 3 }));
  const query = fc
    .array(fc.tuple(fc.boolean(), fc.array(word, { minLength: 1, maxLength: 3 })), { maxLength: 4 })
    .map((parts) =>
      parts.map(([quoted, words]) => (quoted ? `"${words.join(' ')}"` : words.join(' '))).join(' '),
    );
  const options: fc.Arbitrary<SearchOptions> = fc.record({
    operator: fc.constantFrom('any', 'all'),
    k1: fc.constantFrom(0, 0.9, 1.2),
    b: fc.constantFrom(0, 0.4, 1),
  });

  it('is searched as a scan with the formula would, in any segments, cold or warm', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(document, { minLength: 1, maxLength: 20 }),
        fc.array(fc.nat(6), { maxLength: 6 }),
        fc.array(query, { minLength: 1, maxLength: 4 }),
        options,
        fc.constantFrom(plain, english),
        async (docs, sizes, queries, settings, analyzer) => {
          const one = await buildBranch(docs, [], { analyzer });
          const many = await buildBranch(docs, sizes, { analyzer });
          for (const sample of queries) {
            const found = searchAll(one, sample, 100, settings);
            expectSame(found, naiveSearch(docs, sample, analyzer, settings));
            // Bit for bit: segment boundaries must not show.
            expect(searchAll(many, sample, 100, settings)).toEqual(found);
            for (const depth of [1, 3])
              expect(searchAll(many, sample, depth, settings)).toEqual(found.slice(0, depth));
            many.branch.warm();
            expect(searchAll(many, sample, 100, settings)).toEqual(found);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('has scores that explain adds up to', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(document, { minLength: 1, maxLength: 12 }),
        query,
        options,
        async (docs, sample, settings) => {
          const { branch, views } = await buildBranch(docs, [4], { analyzer: english });
          const prepared = branch.prepare({ id: 'q', text: sample, vectors: {} }, settings);
          views.forEach((view, s) => {
            const { docs: found, scores } = prepared!.search(s, 100);
            const byDoc = new Map(Array.from(found, (doc, i) => [doc, scores[i]]));
            for (let doc = 0; doc < view.documents; doc++) {
              const explanation = prepared!.explain(s, doc);
              expect(explanation?.score).toBe(byDoc.get(doc));
              const sum = explanation?.details.reduce((total, part) => total + (part.score as number), 0);
              expect(sum).toBe(byDoc.get(doc));
            }
          });
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('many documents', () => {
  it('are scored across windows and chunks of lengths', async () => {
    // Above 16,384 documents and 4,096: rare terms skip windows, frequent ones fill them.
    const docs = Array.from({ length: 40_000 }, (_, i) => {
      const words = [`m${i % 2}`, `n${i % 4097}`, i % 9973 === 0 ? 'rare' : 'often'];
      return words.join(' ') + ' pad'.repeat(i % 11);
    });
    const index = await buildBranch(docs);
    const df = docs.filter((doc) => doc.includes('rare')).length;
    const found = searchAll(index, 'rare', 100);
    expect(found.map(([doc]) => doc).sort((a, b) => a - b)).toEqual([0, 9973, 19946, 29919, 39892]);
    expect(found).toHaveLength(df);
    expect(searchAll(index, 'm1 n7', 50_000)).toHaveLength(20_000 + 5);
    expect(
      searchAll(index, 'm1 n7', 50_000, { operator: 'all' })
        .map(([doc]) => doc)
        .sort((a, b) => a - b),
    ).toEqual(docs.flatMap((doc, i) => (/m1 n7 /.test(doc) ? [i] : [])));
    const average = docs.reduce((sum, doc) => sum + doc.split(' ').length, 0) / docs.length;
    const idf = (n: number) => Math.log(1 + (40_000 - n + 0.5) / (n + 0.5));
    const n7 = docs.filter((doc) => doc.includes('n7 ')).length;
    for (const [doc, score] of searchAll(index, 'n7', 100)) {
      const norm = 1.2 * (0.25 + (0.75 * docs[doc].split(' ').length) / average);
      expect(score).toBeCloseTo(idf(n7) / (1 + norm), 12);
    }
  });

  it('break ties by the lower document', async () => {
    const index = await buildBranch(Array(10_000).fill('same words'));
    expect(searchAll(index, 'same', 5).map(([doc]) => doc)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('one long document', () => {
  it('of a million tokens is found, phrased and checked', async () => {
    const words = Array.from({ length: 1_000_000 }, (_, i) => `w${i % 1000}`);
    words[700_000] = 'needle';
    const index = await buildBranch(['short w1', words.join(' '), 'w5 w6'], [], { analyzer: plain });
    textStructure.check('text', schemaOf(plain), index.views[0]);
    expect(searchAll(index, 'needle', 10).map(([doc]) => doc)).toEqual([1]);
    expect(searchAll(index, '"w999 needle w1"', 10).map(([doc]) => doc)).toEqual([1]);
    expect(searchAll(index, '"w5 w6"', 10).map(([doc]) => doc)).toEqual([1, 2]);
  });
});

describe('queries', () => {
  it('without a known term find nothing, and say why', async () => {
    const { branch } = await buildBranch(['the cat sat', 'dogs'], [], { analyzer: english });
    const ask = (text: string) => branch.prepare({ id: 'q', text, vectors: {} }, {});
    expect(ask('unicorns')?.search(0, 10).docs).toHaveLength(0);
    expect(ask('unicorns cat')?.notes).toEqual(["no document has 'unicorn'"]);
    expect(ask('the !!')?.search(0, 10).docs).toHaveLength(0);
    expect(ask('the')?.notes).toEqual(['the query has no terms: nothing but stop words or signs']);
    expect(branch.prepare({ id: 'q', vectors: {} }, {})).toBeUndefined();
    expect(ask('cat')?.explain(0, 1)).toBeUndefined();
    expect(ask('cat')?.explain(0, 99)).toBeUndefined();
  });

  it('under all need every term, wherever the unknown one is', async () => {
    const index = await buildBranch(['cat dog', 'cat'], [1]);
    expect(searchAll(index, 'cat dog', 10, { operator: 'all' }).map(([doc]) => doc)).toEqual([0]);
    expect(searchAll(index, 'cat unicorn', 10, { operator: 'all' })).toEqual([]);
    expect(searchAll(index, '', 10, { operator: 'all' })).toEqual([]);
  });

  it('have phrases that respect the holes of stop words and the gap between fields', async () => {
    const docs = ['cat in the hat', 'cat hat', 'cat on a hat', ['the cat', 'hat'], 'hat cat'];
    const index = await buildBranch(docs, [], { analyzer: english });
    const found = (text: string) => searchAll(index, text, 10).map(([doc]) => doc);
    expect(found('"cat in the hat"').sort()).toEqual([0, 2]);
    expect(found('"cat hat"')).toEqual([1]);
    expect(found('"the cat"').sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('take a quote without a partner as text', async () => {
    const index = await buildBranch(['12 pipe', 'pipe 12', 'quick fox jumps']);
    expect(searchAll(index, '12" pipe', 10)).toEqual(searchAll(index, '12 pipe', 10));
    expect(searchAll(index, '"quick fox" "pipe', 10)).toHaveLength(3);
  });
});

describe('reading', () => {
  it('a cold query reads a small part of the segment', async () => {
    const docs = Array.from(
      { length: 120_000 },
      (_, i) => `common w${i} v${i % 3000} ${'filler '.repeat(5)}`,
    );
    const view = await buildSegment(docs);
    const { counter } = view.reader;
    const before = counter.bytes;
    const branch = textStructure.branch!('text', schemaOf(plain), [view]);
    const prepared = branch.prepare({ id: 'q', text: 'w31000 v7', vectors: {} }, {});
    expect(prepared?.search(0, 10).docs).toHaveLength(10);
    expect(counter.bytes - before).toBeLessThan(view.reader.fileBytes / 3);
  });
});
