import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors/index.js';
import { formatIndexSpec, type IndexSpec, parseIndexSpec } from '../../src/schema/index.js';
import { thrown } from '../storage/scratch.js';

describe('parseIndexSpec', () => {
  test.each<[string, string | undefined, IndexSpec]>([
    ['flat', undefined, { kind: 'flat', params: {}, stages: [] }],
    [
      'hnsw:M=16,efConstruction=200+sq8',
      undefined,
      { kind: 'hnsw', params: { M: 16, efConstruction: 200 }, stages: [{ kind: 'sq8', params: {} }] },
    ],
    [
      'emb=ivf:nlist=4096+pq:m=32,bits=4+refine',
      'emb',
      {
        kind: 'ivf',
        params: { nlist: 4096 },
        stages: [
          { kind: 'pq', params: { m: 32, bits: 4 } },
          { kind: 'refine', params: {} },
        ],
      },
    ],
    ['emb=flat', 'emb', { kind: 'flat', params: {}, stages: [] }],
    [
      'flat+pca:dim=124',
      undefined,
      { kind: 'flat', params: {}, stages: [{ kind: 'pca', params: { dim: 124 } }] },
    ],
    ['hnsw:alpha=1.25', undefined, { kind: 'hnsw', params: { alpha: 1.25 }, stages: [] }],
    // A field may have any name; it ends at the first '='.
    ['title vec=flat', 'title vec', { kind: 'flat', params: {}, stages: [] }],
    ['a+b=hnsw:M=8', 'a+b', { kind: 'hnsw', params: { M: 8 }, stages: [] }],
    ['名前=flat', '名前', { kind: 'flat', params: {}, stages: [] }],
    ['hnsw:constructor=1', undefined, { kind: 'hnsw', params: { constructor: 1 } as never, stages: [] }],
  ])('%s', (text, field, spec) => {
    expect(parseIndexSpec(text)).toEqual({ field, spec });
  });

  test.each([
    ['', "index spec '': '' does not begin with a kind; write it like hnsw:M=16"],
    ['emb=', "index spec 'emb=': '' does not begin with a kind; write it like hnsw:M=16"],
    ['=flat', "index spec '=flat': '=flat' does not begin with a kind; write it like hnsw:M=16"],
    ['flat+', "index spec 'flat+': '' does not begin with a kind; write it like hnsw:M=16"],
    ['+sq8', "index spec '+sq8': '' does not begin with a kind; write it like hnsw:M=16"],
    [':M=16', "index spec ':M=16': ':M=16' does not begin with a kind; write it like hnsw:M=16"],
    ['8bit', "index spec '8bit': '8bit' does not begin with a kind; write it like hnsw:M=16"],
    ['a=b=flat', "index spec 'a=b=flat': 'b=flat' does not begin with a kind; write it like hnsw:M=16"],
    ['hnsw M', "index spec 'hnsw M': 'hnsw M' does not begin with a kind; write it like hnsw:M=16"],
    ['hnsw:', "index spec 'hnsw:': '' is not name=number"],
    ['hnsw:M', "index spec 'hnsw:M': 'M' is not name=number"],
    ['hnsw:M=', "index spec 'hnsw:M=': 'M=' is not name=number"],
    ['hnsw:M=16,', "index spec 'hnsw:M=16,': '' is not name=number"],
    ['hnsw:M=-1', "index spec 'hnsw:M=-1': 'M=-1' is not name=number"],
    ['hnsw:M=1e3', "index spec 'hnsw:M=1e3': 'M=1e3' is not name=number"],
    ['hnsw:M=0x10', "index spec 'hnsw:M=0x10': 'M=0x10' is not name=number"],
    ['hnsw:M= 1', "index spec 'hnsw:M= 1': 'M= 1' is not name=number"],
    ['hnsw:M=.5', "index spec 'hnsw:M=.5': 'M=.5' is not name=number"],
    ['hnsw:M=1=2', "index spec 'hnsw:M=1=2': 'M=1=2' is not name=number"],
    ['hnsw:=1', "index spec 'hnsw:=1': '=1' is not name=number"],
    ['hnsw:__proto__=1', "index spec 'hnsw:__proto__=1': '__proto__=1' is not name=number"],
    ['hnsw:M=1,M=2', "index spec 'hnsw:M=1,M=2': 'M' is given twice"],
    [
      'hnsw:M=1000000000000000000000000',
      "index spec 'hnsw:M=1000000000000000000000000': '1000000000000000000000000' is too large or too small",
    ],
    ['hnsw:M=0.0000001', "index spec 'hnsw:M=0.0000001': '0.0000001' is too large or too small"],
  ])('%s is refused', (text, message) => {
    const error = thrown(() => parseIndexSpec(text));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe(message);
  });

  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,8}$/);
  const number = fc.oneof(
    fc.nat(),
    fc.maxSafeInteger().map(Math.abs),
    fc.double({ min: 1e-6, max: 1e20, noNaN: true }),
  );
  const part = fc.record({
    kind: name,
    params: fc.dictionary(name, number, { maxKeys: 4, noNullPrototype: true }),
  });
  const spec = fc
    .tuple(part, fc.array(part, { maxLength: 3 }))
    .map(([first, stages]) => ({ ...first, stages }));
  const field = fc.option(
    fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[=:]/.test(text)),
    { nil: undefined },
  );

  test('reads back what formatIndexSpec writes, with a field or without', () => {
    fc.assert(
      fc.property(spec, field, (it, of) => {
        const text = formatIndexSpec(it);
        expect(text).toMatch(/^[A-Za-z0-9_,:=.+-]+$/);
        expect(parseIndexSpec(of === undefined ? text : `${of}=${text}`)).toEqual({ field: of, spec: it });
      }),
      { numRuns: 500 },
    );
  });

  test('any text is a spec that can be written and read back, or a UsageError', () => {
    const near = fc
      .array(
        fc.constantFrom('hnsw', 'emb', 'M', '16', '1.50', '=', ':', ',', '+', ' ', '-', 'é', '0.0000009'),
        {
          maxLength: 12,
        },
      )
      .map((parts) => parts.join(''));
    let parsed = 0;
    fc.assert(
      fc.property(fc.oneof(near, fc.string()), (text) => {
        try {
          const { spec: first } = parseIndexSpec(text);
          expect(parseIndexSpec(formatIndexSpec(first))).toEqual({ field: undefined, spec: first });
          parsed++;
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
    expect(parsed).toBeGreaterThan(50);
  });
});
