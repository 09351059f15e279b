import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeAnalyzerSpec } from '../../src/analysis/index.js';
import { compareUtf8, sortUtf8 } from '../../src/branch/utf8-order.js';
import { textStructure } from '../../src/inverted/index.js';
import { buildSegment, bytesOf, plain, schemaOf } from './build.js';

const word = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'ab', 'abc', 'naïve', 'żółw', 'ﬁ', '數據', '\u{20000}', 'x'.repeat(300)),
  fc.integer({ min: 0, max: 99 }).map(String),
);
const texts = fc.array(
  fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
  { maxLength: 40 },
);

describe('TextWriter', () => {
  it('writes the same bytes wherever it spills', async () => {
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        async (docs, spill) => {
          const whole = await buildSegment(docs);
          const spilled = await buildSegment(docs, { spillBefore: (doc) => spill[doc], memoryBytes: 1 });
          expect(bytesOf(spilled).equals(bytesOf(whole))).toBe(true);
          textStructure.check('text', schemaOf(plain), whole);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('merges more runs than it opens at once', async () => {
    const docs = Array.from({ length: 150 }, (_, i) => `common term${i % 13} only${i} ${'x '.repeat(i % 5)}`);
    const whole = await buildSegment(docs);
    const spilled = await buildSegment(docs, { spillBefore: () => true });
    expect(bytesOf(spilled).equals(bytesOf(whole))).toBe(true);
  });

  it('takes no documents, and documents without a term', async () => {
    const analyzer = makeAnalyzerSpec({ lang: 'en' });
    for (const docs of [[], [''], ['', 'the of', '!?'], ['', 'word']]) {
      textStructure.check('text', schemaOf(analyzer), await buildSegment(docs, { analyzer }));
    }
  });

  it('counts what it holds, and nothing after a spill', async () => {
    const { SpillDirectory } = await import('../../src/storage/index.js');
    const spills = new SpillDirectory((await import('node:os')).tmpdir());
    const environment = { spills, memoryBytes: 1 << 20, threads: 1, seed: 0, progress: () => {} };
    const writer = textStructure.writer('text', schemaOf(plain), environment);
    expect(writer.buffered()).toBe(0);
    const text = Array.from({ length: 100_000 }, (_, i) => `w${i}`).join(' ');
    writer.add(0, { id: '0', row: 0, texts: [text], vectors: [], stored: undefined });
    // 8 bytes a token, as much for sorting, and the terms themselves.
    expect(writer.buffered()).toBeGreaterThan(100_000 * (16 + 50));
    writer.spill();
    expect(writer.buffered()).toBe(0);
    spills.deleteAll();
  });
});

describe('order of terms', () => {
  it('is that of their UTF-8 bytes', () => {
    const text = fc.string({ unit: 'grapheme' });
    const astral = fc.constantFrom('\uffff', '\ue000', '\u{10000}', '\u{1f600}', '\ud7ff');
    const strings = fc.array(
      fc.oneof(
        text,
        fc.array(astral).map((parts) => parts.join('')),
      ),
    );
    fc.assert(
      fc.property(strings, (unsorted) => {
        const sorted = [...unsorted];
        sortUtf8(sorted);
        expect(sorted).toEqual([...unsorted].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
        expect([...unsorted].sort(compareUtf8)).toEqual(sorted);
      }),
      { numRuns: 1000 },
    );
  });
});
