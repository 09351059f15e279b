import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeAnalyzerSpec } from '../../src/analysis/index.js';
import { highlight } from '../../src/inverted/index.js';

const english = makeAnalyzerSpec({ lang: 'en' });
const chinese = makeAnalyzerSpec({ lang: 'zh' });
const marked = (spec: typeof english, text: string, query: string, maxChars?: number) => {
  const { text: snippet, matches } = highlight(spec, text, query, { maxChars });
  let out = '';
  let at = 0;
  for (const [start, end] of matches) {
    out += `${snippet.slice(at, start)}[${snippet.slice(start, end)}]`;
    at = end;
  }
  return out + snippet.slice(at);
};

describe('highlight', () => {
  it('marks words by their stems', () => {
    expect(marked(english, "The Cats' running shoe", 'cat "run shoes"')).toBe("The [Cats]' [running] [shoe]");
  });

  it('marks a run of bigrams as one', () => {
    expect(marked(chinese, '我们在北京大学学习', '北京大学')).toBe('我们在[北京大学]学习');
  });

  it('takes the stretch with the most different terms', () => {
    const filler = 'nothing to see here '.repeat(20);
    const text = `fox fox fox ${filler}a quick brown fox ${filler}quick`;
    const found = marked(english, text, 'quick fox brown', 60);
    expect(found).toContain('[quick] [brown] [fox]');
    expect(found.length).toBeLessThanOrEqual(60 + 6);
  });

  it('begins at the start when nothing matches', () => {
    expect(marked(english, `start ${'x'.repeat(500)}`, 'absent', 20)).toMatch(/^start/);
    expect(marked(english, '', 'absent')).toBe('');
    expect(marked(english, 'short text', 'the')).toBe('short text');
  });

  it('keeps to its length and to the text, whatever the text', () => {
    const text = fc.array(
      fc.constantFrom('fox', 'quick ', ' ', '😀', '北京', 'é', 'foxes. ', 'x'.repeat(50)),
      {
        maxLength: 80,
      },
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 10, max: 80 }), (parts, maxChars) => {
        const whole = parts.join('');
        const { text: snippet, matches } = highlight(english, whole, 'quick fox 北京', { maxChars });
        expect(snippet.length).toBeLessThanOrEqual(maxChars);
        expect(whole.includes(snippet)).toBe(true);
        expect(snippet.isWellFormed()).toBe(true);
        let at = 0;
        for (const [start, end] of matches) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(snippet.length);
          at = end;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
