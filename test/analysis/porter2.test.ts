import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadSnowball } from '../../src/analysis/packages.cjs';
import { porter2 } from '../../src/analysis/porter2.js';
import { shared } from '../helpers/shared.js';

const snowball = loadSnowball().newStemmer('english');

describe('porter2', () => {
  it('stems the sample of the published description', () => {
    const sample =
      'consign consigned consigning consignment consist consisted consistency knack knackeries knavish kneel knightly knots';
    expect(sample.split(' ').map(porter2).join(' ')).toBe(
      'consign consign consign consign consist consist consist knack knackeri knavish kneel knight knot',
    );
  });

  it('leaves digits alone', () => {
    expect(['sha384', 'cd3', 'uint32'].map(porter2)).toEqual(['sha384', 'cd3', 'uint32']);
  });

  it("agrees with Snowball's English on made-up words", () => {
    const parts =
      "y ay ey gener commun arsen st tr b l ll tt i o u a e er ing ed edly ingly eed eedly s ' 's ies ied sses us ation ational izer alism fulness ousli iviti biliti bli ogi logi li ful ness ative icate ical ement ent ion sion able ize x w yy";
    const word = fc.array(fc.constantFrom(...parts.split(' ')), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(word, (pieces) => {
        const made = pieces.join('');
        expect(porter2(made)).toBe(snowball.stem(made));
      }),
      { numRuns: 20_000 },
    );
  });

  const collections = ['cranfield', 'cisi', 'npl', 'scifact'].map((name) =>
    shared(`data/${name}/corpus.jsonl.gz`),
  );
  it.skipIf(collections.includes(undefined))("agrees with Snowball's English on real vocabularies", () => {
    const words = new Set<string>();
    for (const path of collections) {
      const text = gunzipSync(readFileSync(path as string))
        .toString()
        .toLowerCase();
      for (const word of text.match(/[a-z0-9']+/g) ?? []) words.add(word);
    }
    expect(words.size).toBeGreaterThan(50_000);
    const different = [...words].filter((word) => porter2(word) !== snowball.stem(word));
    expect(different).toEqual([]);
  });
});
