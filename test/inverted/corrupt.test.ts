import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { SegmentView } from '../../src/branch/index.js';
import { CorruptError } from '../../src/errors/index.js';
import { textStructure } from '../../src/inverted/index.js';
import { type DType, SegmentReader, SegmentWriter } from '../../src/segment/index.js';
import type { Metadata } from '../../src/segment/metadata.js';
import { buildSegment, plain, schemaOf } from './build.js';

const root = mkdtempSync(join(tmpdir(), 'shortlist-corrupt-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const schema = schemaOf(plain);
const docs = Array.from({ length: 300 }, (_, i) => `common w${i} ${'x '.repeat(i % 4)} v${i % 20} common`);
let copies = 0;

const SIZES = { u8: 1, i8: 1, u16: 2, u32: 4, i32: 4, u64: 8, f32: 4, f64: 8 };

interface Content {
  arrays: Map<string, { dtype: DType; shape: number[]; bytes: Uint8Array }>;
  meta: { [key: string]: Metadata };
}

/** Maps as what they were written from. */
function plainly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainly);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, own]) => [key, plainly(own)]));
  return value;
}

async function content(view?: SegmentView): Promise<Content> {
  const { reader } = view ?? (await buildSegment(docs));
  const part = (reader.meta.get('parts') as Map<string, unknown>).get('text');
  const arrays = new Map(
    reader.list().map(({ name, dtype, shape }) => [name, { dtype, shape, bytes: reader.load(name) }]),
  );
  return { arrays, meta: plainly(part) as Content['meta'] };
}

/** Writes a segment whose checksums are right, whatever is in it. */
function rewrite({ arrays, meta }: Content): SegmentView {
  const path = join(root, `copy-${copies++}`);
  const out = new SegmentWriter(path);
  for (const [name, { dtype, shape, bytes }] of arrays) {
    const elements = bytes.length / SIZES[dtype];
    const fits = shape.reduce((product, n) => product * n, 1) === elements;
    out.add(name, dtype, fits ? shape : [elements], bytes);
  }
  out.finish({ parts: { text: meta } });
  return { reader: new SegmentReader(path), base: 0, documents: docs.length };
}

/** Queries and checks it: either all is well or a CorruptError says what is not. @returns whether check() found something */
function exercise(view: SegmentView): boolean {
  const guarded = (run: () => void) => {
    try {
      run();
      return false;
    } catch (error) {
      expect(error).toBeInstanceOf(CorruptError);
      return true;
    }
  };
  try {
    for (const operator of ['any', 'all'] as const) {
      guarded(() => {
        const branch = textStructure.branch!('text', schema, [view]);
        const query = { id: 'q', text: 'common w7 w150 "x v3" v19 zzz', vectors: {} };
        branch.prepare(query, { operator })?.search(0, 10);
      });
    }
    return guarded(() => textStructure.check('text', schema, view));
  } finally {
    view.reader.close();
  }
}

describe('a crafted segment', () => {
  it('that is as written passes', async () => {
    expect(exercise(rewrite(await content()))).toBe(false);
  });

  it('with any byte changed gives a CorruptError or sound answers, and check finds it', async () => {
    const original = await content();
    // One text field: `extents` has nothing to change.
    const names = [...original.arrays.keys()].filter((name) => original.arrays.get(name)!.bytes.length > 0);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), fc.integer({ min: 1, max: 255 }), (name, at, flip) => {
        const arrays = new Map(original.arrays);
        const array = original.arrays.get(name)!;
        const bytes = array.bytes.slice();
        bytes[at % bytes.length] ^= flip;
        arrays.set(name, { ...array, bytes });
        const found = exercise(rewrite({ arrays, meta: original.meta }));
        // A position may move within its gap, and a letter of a term may change, without breaking a rule.
        if (name !== 'text/positions' && name !== 'text/dictionary') expect(found).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('cut short or grown is found', async () => {
    const original = await content();
    for (const [name, array] of original.arrays) {
      const size = SIZES[array.dtype];
      const grown = new Uint8Array(array.bytes.length + size);
      grown.set(array.bytes);
      const damaged =
        array.bytes.length === 0 ? [grown] : [array.bytes.slice(0, -size), new Uint8Array(0), grown];
      for (const bytes of damaged) {
        const arrays = new Map(original.arrays);
        arrays.set(name, { ...array, bytes });
        expect(exercise(rewrite({ arrays, meta: original.meta })), `${name}: ${bytes.length}`).toBe(true);
      }
    }
  });

  it.each([
    ['codec', 'vbyte'],
    ['documents', 1e9],
    ['documents', 299],
    ['terms', 2 ** 50],
    ['terms', 0],
    ['terms', 64],
    ['tokens', -1],
    ['tokens', 5],
    ['postings', 7],
  ])('with %s = %s is found', async (key, value) => {
    const original = await content();
    expect(exercise(rewrite({ ...original, meta: { ...original.meta, [key]: value } }))).toBe(true);
  });
});

describe('a crafted segment of two text fields', () => {
  const two = schemaOf(plain, 2);
  const build = () => buildSegment(docs.map((text, i) => [`title of ${i % 7}`, text]));

  /** What check() says of it, and that searches by field fail soundly if they fail. */
  function found(view: SegmentView): string | undefined {
    try {
      const branch = textStructure.branch!('text', two, [view]);
      const query = { id: 'q', text: 'common w7 "of 3" title', vectors: {} };
      branch.prepare(query, { scoring: 'bm25f:f0=3' })?.search(0, 10);
    } catch (error) {
      expect(error).toBeInstanceOf(CorruptError);
    }
    try {
      textStructure.check('text', two, view);
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(CorruptError);
      return (error as Error).message;
    } finally {
      view.reader.close();
    }
  }

  it('is found to have other terms in its fields than it says', async () => {
    const original = await content(await build());
    expect(found(rewrite(original))).toBeUndefined();
    const name = 'text/field-lengths';
    const array = original.arrays.get(name)!;
    for (const [at, value, said] of [
      [3, 2, 'document 3 has 3 terms in text field 0, recorded are 2'],
      [299, 255, 'document 299: its fields have more terms than it'],
    ] as const) {
      const bytes = array.bytes.slice();
      bytes[at] = value;
      expect(
        found(rewrite({ ...original, arrays: new Map(original.arrays).set(name, { ...array, bytes }) })),
      ).toContain(said);
    }
    const short = { ...array, bytes: array.bytes.slice(1) };
    expect(found(rewrite({ ...original, arrays: new Map(original.arrays).set(name, short) }))).toContain(
      '299 elements, not 300',
    );
  });

  it.each([
    ['no list', 'its text has totals of other fields than 2'],
    [[], 'its text has totals of other fields than 2'],
    [[1, 2], 'totals of a text field are no map'],
    [
      [
        { documents: 300, tokens: 900 },
        { documents: 300, tokens: 1 },
      ],
      'totals of text field 1 are not those of its documents',
    ],
    [
      [
        { documents: 299, tokens: 900 },
        { documents: 300, tokens: 1 },
      ],
      'totals of text field 0 are not those of its documents',
    ],
    [
      [
        { documents: 1e9, tokens: 900 },
        { documents: 300, tokens: 1 },
      ],
      "'documents' is 1000000000",
    ],
  ])('with totals %j is found', async (fields, said) => {
    const original = await content(await build());
    expect(found(rewrite({ ...original, meta: { ...original.meta, fields } }))).toContain(said);
  });
});
