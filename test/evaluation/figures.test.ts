import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors/index.js';
import {
  checkAssertions,
  formatFigure,
  parseAssertion,
  summariseLatency,
} from '../../src/evaluation/index.js';

describe('summariseLatency', () => {
  it('takes percentiles by nearest rank', () => {
    const samples = Float64Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(summariseLatency(samples)).toEqual({ p50Ms: 50, p95Ms: 95, p99Ms: 99, meanMs: 50.5, maxMs: 100 });
    expect(samples[0]).toBe(100);
    expect(summariseLatency(Float64Array.of(3, 1, 2))).toEqual({
      p50Ms: 2,
      p95Ms: 3,
      p99Ms: 3,
      meanMs: 2,
      maxMs: 3,
    });
    expect(Object.values(summariseLatency(new Float64Array())).every(Number.isNaN)).toBe(true);
  });

  it('a percentile is the smallest sample with enough samples at or below it', () => {
    fc.assert(
      fc.property(fc.float64Array({ min: 0, max: 1e6, noNaN: true, minLength: 1 }), (samples) => {
        const summary = summariseLatency(samples);
        for (const [percent, found] of [
          [50, summary.p50Ms],
          [95, summary.p95Ms],
          [99, summary.p99Ms],
        ]) {
          const enough = (limit: number): boolean =>
            samples.filter((sample) => sample <= limit).length * 100 >= percent * samples.length;
          expect(enough(found)).toBe(true);
          expect(samples.some((sample) => sample < found && enough(sample))).toBe(false);
        }
      }),
    );
  });
});

describe('assertions', () => {
  it.each([
    ['nDCG@10>=0.32', { measure: 'nDCG@10', op: '>=', value: 0.32 }],
    [' ndcg_cut_10 > .5 ', { measure: 'nDCG@10', op: '>', value: 0.5 }],
    ["nDCG(dcg='exp-log2')@10<1", { measure: "nDCG(dcg='exp-log2')@10", op: '<', value: 1 }],
    ['P(rel=2)@10==0.25', { measure: 'P(rel=2)@10', op: '==', value: 0.25 }],
    ['NumRet!=0', { measure: 'NumRet', op: '!=', value: 0 }],
    ['recall@10<=1e0', { measure: 'recall@10', op: '<=', value: 1 }],
    ['p95Ms<=5', { measure: 'p95Ms', op: '<=', value: 5 }],
    ['qps>=100', { measure: 'qps', op: '>=', value: 100 }],
  ])('reads %s', (text, wanted) => {
    expect(parseAssertion(text)).toEqual({ ...wanted, text: text.trim() });
  });

  it('takes further figures that the caller names', () => {
    expect(parseAssertion('buildSeconds<60', ['buildSeconds']).measure).toBe('buildSeconds');
  });

  it.each([
    ['nDCG@10', /no comparison/],
    ['nDCG@10=0.3', /no comparison/],
    ['nDCG@10>=', /'' is not a number/],
    ['nDCG@10>=high', /'high' is not a number/],
    ['nDCG@10=>0.3', /not known|not a cut-off/],
    ['nDGC@10>=0.3', /did you mean 'nDCG@10'/],
    ['p95ms<=5', /did you mean 'p95Ms'/],
  ])('refuses %s', (text, says) => {
    expect(() => parseAssertion(text)).toThrow(UsageError);
    expect(() => parseAssertion(text)).toThrow(says);
  });

  it('fails below, passes at the bound, and fails what was not computed whatever the comparison', () => {
    const check = (text: string, values: Record<string, number>) =>
      checkAssertions([parseAssertion(text)], values)[0];
    expect(check('AP>=0.3', { AP: 0.3 })).toEqual({
      text: 'AP>=0.3',
      wanted: '>= 0.3',
      got: 0.3,
      passed: true,
    });
    const table: [string, number, boolean][] = [
      ['AP>=0.3', 0.29999, false],
      ['AP>0.3', 0.3, false],
      ['AP>0.3', 0.4, true],
      ['AP<=0.3', 0.3, true],
      ['AP<=0.3', 0.31, false],
      ['AP<0.3', 0.3, false],
      ['AP<0.3', 0.2, true],
      ['AP==0.3', 0.3, true],
      ['AP==0.3', 0.31, false],
      ['AP!=0.3', 0.31, true],
      ['AP!=0.3', 0.3, false],
    ];
    for (const [text, AP, passed] of table)
      expect(check(text, { AP }).passed, `${text} with ${AP}`).toBe(passed);
    for (const op of ['>=', '>', '<=', '<', '==', '!=']) {
      expect(check(`AP${op}0.3`, {})).toMatchObject({ got: undefined, passed: false });
      expect(check(`AP${op}0.3`, { AP: Number.NaN })).toMatchObject({ got: undefined, passed: false });
    }
  });
});

describe('formatFigure', () => {
  it.each([
    [0.28125, '0.2812'],
    [0.03125, '0.0312'],
    [0.15625, '0.1562'],
    [0.34375, '0.3438'],
    [0.12345, '0.1235'], // the double is a little more than that
    [1, '1.0000'],
    [0, '0.0000'],
    [-0.28125, '-0.2812'],
    [Number.NaN, 'nan'],
    [2e21, '2e+21'],
  ])('%d is %s', (value, text) => {
    expect(formatFigure(value)).toBe(text);
  });
});
