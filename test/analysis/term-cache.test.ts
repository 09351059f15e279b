import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TermCache } from '../../src/analysis/term-cache.js';

const upper = (surface: string) => (surface.startsWith('x') ? '' : surface.toUpperCase());

it('gives what the function makes of each surface, wherever it stands', () => {
  const word = fc.string({
    minLength: 1,
    maxLength: 30,
    unit: fc.constantFrom('a', 'b', 'x', 'é', '漢', '\ud800'),
  });
  const cache = new TermCache(upper);
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const text = words.join('');
      let at = 0;
      for (const surface of words) {
        expect(cache.get(text, at, at + surface.length).term).toBe(upper(surface));
        at += surface.length;
      }
    }),
  );
});

it('holds two generations of 65,536, and brings along what is in use', () => {
  let computed = 0;
  const cache = new TermCache((surface) => {
    computed++;
    return upper(surface);
  });
  const of = (surface: string) => cache.get(surface, 0, surface.length);
  const kept = of('kept');
  for (let i = 0; i < 200_000; i++) {
    expect(of(`word${i}`).term).toBe(`WORD${i}`);
    if (i % 50_000 === 0) expect(of('kept')).toBe(kept);
  }
  expect(computed).toBe(200_001);
  // Long gone.
  of('word0');
  expect(computed).toBe(200_002);
});
