import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFault } from '../../src/records/jsonfault.js';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('finds a fault exactly where JSON.parse does', () => {
  const json = fc.json({ maxDepth: 3 });
  const mutated = fc
    .tuple(json, fc.nat(200), fc.constantFrom(...'{}[]:,"\\ \n\t0-.eEtfn1u\u2028x'), fc.boolean())
    .map(([text, at, c, insert]) => {
      const i = at % (text.length + 1);
      return text.slice(0, i) + c + text.slice(insert ? i : i + 1);
    });
  const soup = fc.string({ unit: fc.constantFrom(...'{}[]:,"\\ \n0-.eE1truefalsn') });
  fc.assert(
    fc.property(fc.oneof(json, mutated, soup), (text) => {
      const fault = jsonFault(text);
      expect(fault === undefined).toBe(parses(text));
      if (fault === undefined) return;
      // Up to the fault the text is the start of some JSON text, so V8's position, where it tells one, is the same.
      expect(fault.offset).toBeLessThanOrEqual(text.length);
      expect(jsonFault(text.slice(0, fault.offset))?.offset ?? fault.offset).toBe(fault.offset);
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['', 0, 'a value'],
  ['{', 1, "a quoted name or '}'"],
  ['{"a" 1}', 5, "':'"],
  ['{"a":1,}', 7, 'a quoted name'],
  ['[1 2]', 3, "',' or ']'"],
  ['[1,]', 3, 'a value'],
  ['"a', 2, 'a closing quote'],
  ['"\\x"', 2, 'an escape such as \\n or \\"'],
  ['"\\u12g4"', 5, 'four hexadecimal digits after \\u'],
  ['"a\tb"', 2, 'an escape (a raw control character stands here)'],
  ['nul', 3, "'null'"],
  ['NaN', 0, 'a value'],
  ['-', 1, 'a digit'],
  ['1.', 2, 'a digit'],
  ['01', 1, 'the end of the record'],
  ["{'a':1}", 1, "a quoted name or '}'"],
])('%j fails at %d, expecting %s', (text, offset, expected) => {
  expect(parses(text)).toBe(false);
  expect(jsonFault(text)).toEqual({ offset, expected });
});

test('nesting of any depth costs no stack', () => {
  expect(jsonFault('['.repeat(1_000_000))).toEqual({ offset: 1_000_000, expected: 'a value' });
});
