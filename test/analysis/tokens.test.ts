import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentTokens } from '../../src/analysis/segmenter.js';
import { MAX_TOKEN_UNITS, scanTokens } from '../../src/analysis/tokens.js';
import { Break, breakClasses } from '../../src/analysis/word-break.js';

const classes = breakClasses('words');
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

const scanned = (text: string) => {
  const tokens: string[] = [];
  scanTokens(text, 0, text.length, classes, (start, end) => tokens.push(text.slice(start, end)));
  return tokens;
};
/** ICU's words, less those without any letter or digit. */
const segmented = (text: string) =>
  [...segmenter.segment(text)]
    .filter(({ segment }) => /[\p{L}\p{Nd}\p{Nl}\u24b6-\u24e9]/u.test(segment))
    .map(({ segment }) => segment);

const covered = Array.from({ length: 65536 }, (_, unit) => unit).filter(
  (unit) => classes[unit] !== Break.unknown && classes[unit] !== Break.space,
);
const ascii = fc.integer({ min: 0, max: 127 });
// Letters, digits and joining characters are what the rules are about; weigh them up.
const joining = fc
  .constantFrom(..."ab1 9_.,:;'\u2019\u00b7\u00ad\u0301\uff0e-".split(''))
  .map((c) => c.charCodeAt(0));

describe('scanTokens', () => {
  it.each([
    ["don't stop", ["don't", 'stop']],
    ["'quoted'", ['quoted']],
    ['3.14, 1,000 and 1.', ['3.14', '1,000', 'and', '1']],
    ['a.1 1.a x_y __', ['a', '1', '1', 'a', 'x_y']],
    ['std::vector a:b user@host.org', ['std', 'vector', 'a:b', 'user', 'host.org']],
  ])('%j', (text, tokens) => {
    expect(scanned(text)).toEqual(tokens);
  });

  it('cuts ASCII as Intl.Segmenter does', () => {
    const text = fc.array(
      fc.oneof(
        ascii,
        joining.filter((c) => c < 128),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(text, (units) => {
        const sample = String.fromCharCode(...units);
        expect(scanned(sample)).toEqual(segmented(sample));
      }),
      { numRuns: 20_000 },
    );
  });

  it('cuts every character of its table as Intl.Segmenter does', () => {
    const text = fc.array(fc.oneof(fc.constantFrom(...covered), joining), { maxLength: 24 });
    fc.assert(
      fc.property(text, (units) => {
        const sample = String.fromCharCode(...units);
        expect(scanned(sample)).toEqual(segmented(sample));
      }),
      { numRuns: 20_000 },
    );
  });

  it('splits what is too long and loses nothing', () => {
    const long = 'a'.repeat(1000);
    expect(scanned(long).map((token) => token.length)).toEqual([255, 255, 255, 235]);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '1', "a'a", 'a.a', 'é'), { minLength: 200, maxLength: 600 }),
        (pieces) => {
          const tokens = scanned(pieces.join(''));
          expect(Math.max(...tokens.map((token) => token.length))).toBeLessThanOrEqual(MAX_TOKEN_UNITS);
          const letters = (s: string) => s.replace(/['.]/g, '');
          expect(letters(tokens.join(''))).toBe(letters(pieces.join('')));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('segmentTokens', () => {
  it('takes a run without white space of any length', () => {
    const sentence = '我们在北京大学学习计算机科学，';
    const text = sentence.repeat(3000);
    let covered = 0;
    segmentTokens(text, 0, text.length, (start, end) => {
      covered += end - start;
    });
    expect(covered).toBe((sentence.length - 1) * 3000);
  });

  it('cuts behind punctuation, so that words are the same as in the parts', () => {
    const sentence = '我们在北京大学学习计算机科学，';
    const words = (text: string) => {
      const out: string[] = [];
      segmentTokens(text, 0, text.length, (start, end) => out.push(text.slice(start, end)));
      return out;
    };
    expect(words(sentence.repeat(600))).toEqual(Array(600).fill(words(sentence)).flat());
  });

  it('never parts a surrogate pair', () => {
    const text = '𠀀'.repeat(5001);
    segmentTokens(text, 0, text.length, (start, end) => {
      expect(text.slice(start, end).isWellFormed()).toBe(true);
    });
  });
});
