import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { SegmentView } from '../../src/branch/index.js';
import { CorruptError } from '../../src/errors/index.js';
import { textStructure } from '../../src/inverted/index.js';
import { type DType, SegmentReader, SegmentWriter } from '../../src/segment/index.js';
import { buildSegment, plain, schemaOf } from './build.js';

const root = mkdtempSync(join(tmpdir(), 'shortlist-corrupt-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const schema = schemaOf(plain);
const docs = Array.from({ length: 300 }, (_, i) => `common w${i} ${'x '.repeat(i % 4)} v${i % 20} common`);
let copies = 0;

const SIZES = { u8: 1, i8: 1, u16: 2, u32: 4, i32: 4, u64: 8, f32: 4, f64: 8 };

interface Content {
  arrays: Map<string, { dtype: DType; shape: number[]; bytes: Uint8Array }>;
  meta: { [key: string]: number | string };
}

async function content(): Promise<Content> {
  const { reader } = await buildSegment(docs);
  const part = (reader.meta.get('parts') as Map<string, Map<string, number | string>>).get('text');
  const arrays = new Map(
    reader.list().map(({ name, dtype, shape }) => [name, { dtype, shape, bytes: reader.load(name) }]),
  );
  return { arrays, meta: Object.fromEntries(part as Map<string, number | string>) };
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
