import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bootstrapInterval,
  checkDrops,
  compareRuns,
  compareSeveral,
  holm,
  pairedTTest,
  parseMaxDrop,
  randomisationTest,
} from '../../src/evaluation/index.js';
import { Random } from '../../src/evaluation/random.js';
import { quantile } from '../../src/evaluation/significance/bootstrap.js';
import { regularisedBeta } from '../../src/evaluation/significance/t-test.js';

interface Case {
  name: string;
  baseline: number[];
  candidate: number[];
  t: number;
  df: number;
  p: number;
  permutation: { p: number; exact: boolean };
  bootstrap: [number, number];
  standardError: number;
}

/** Made by SciPy, see significance.py there. */
const scipy = JSON.parse(readFileSync(new URL('./fixtures/significance.json', import.meta.url), 'utf8')) as {
  cases: Case[];
  beta: number[][];
  holm: { p: number[]; adjusted: number[] };
};

const differencesOf = ({ baseline, candidate }: Case) =>
  Float64Array.from(baseline, (value, i) => candidate[i] - value);
const perQuery = (values: number[], measure = 'AP') =>
  new Map(values.map((value, i) => [`q${i}`, { [measure]: value }]));

describe('against SciPy', () => {
  it.each(scipy.cases)('paired t-test: $name', (one) => {
    const { t, df, p } = pairedTTest(differencesOf(one))!;
    expect(t).toBeCloseTo(one.t, 9);
    expect(df).toBe(one.df);
    expect(Math.abs(p / one.p - 1)).toBeLessThan(1e-9);
  });

  it.each(scipy.beta)('incomplete beta at %f, a %f, b %f', (x, a, b, expected) => {
    expect(Math.abs(regularisedBeta(x, a, b) - expected)).toBeLessThan(1e-12 + 1e-9 * expected);
  });

  it.each(scipy.cases)('randomisation: $name', (one) => {
    const found = randomisationTest(differencesOf(one), 100_000, 1);
    expect(found.exact).toBe(one.permutation.exact);
    if (found.exact) expect(found.p).toBeCloseTo(one.permutation.p, 12);
    else {
      // Both are random: five standard errors of their difference.
      const { p } = one.permutation;
      const error = Math.sqrt(p * (1 - p) * (1 / 100_000 + 1 / 200_000));
      expect(Math.abs(found.p - p)).toBeLessThan(5 * error + 2 / 100_000);
    }
  });

  it.each(scipy.cases)('bootstrap interval: $name', (one) => {
    const { low, high } = bootstrapInterval(differencesOf(one), 0.95, 100_000, 1)!;
    // The error of a 2.5 % quantile of 100,000 samples is about 0.0085 standard deviations; two such, five times.
    // Means of few or rounded differences lie on a grid, of which the neighbouring point may be hit.
    const grid = one.baseline.length === 2 ? 1e-12 : one.name.includes('ties') ? 0.1 / 20 + 1e-12 : 0;
    const bound = 5 * 0.0085 * Math.SQRT2 * one.standardError + grid;
    expect(Math.abs(low - one.bootstrap[0])).toBeLessThanOrEqual(bound);
    expect(Math.abs(high - one.bootstrap[1])).toBeLessThanOrEqual(bound);
  });

  it('Holm', () => {
    const found = holm(scipy.holm.p);
    for (const [i, value] of scipy.holm.adjusted.entries()) expect(found[i]).toBeCloseTo(value, 14);
    expect(holm([0.02, Number.NaN, 0.5])).toEqual([0.04, Number.NaN, 0.5]);
    expect(holm([])).toEqual([]);
  });
});

describe('compareRuns', () => {
  it('by hand', () => {
    const found = compareRuns(
      {
        a: { AP: 0.5, RR: 1 },
        b: { AP: 0.2 },
        c: { AP: 0.4 },
        d: { AP: 1 },
        onlyHere: { AP: 1 },
        nan: { AP: Number.NaN },
      },
      {
        a: { AP: 0.25 },
        b: { AP: 0.3 },
        c: { AP: 0.4 },
        d: { AP: 0.5 },
        onlyThere: { AP: 1 },
        nan: { AP: 1 },
      },
      'AP',
    );
    expect(found).toMatchObject({ measure: 'AP', queries: 4, unpaired: 3, wins: 1, losses: 2, ties: 1 });
    expect(found.baseline).toBeCloseTo(0.525, 14);
    expect(found.candidate).toBeCloseTo(0.3625, 14);
    expect(found.difference).toBeCloseTo(-0.1625, 14);
    expect(found.regressions).toEqual([
      { query: 'd', baseline: 1, candidate: 0.5, difference: -0.5 },
      { query: 'a', baseline: 0.5, candidate: 0.25, difference: -0.25 },
    ]);
    expect(found.improvements.map(({ query }) => query)).toEqual(['b']);
    // Signs of 0.25, 0.1, 0.5: as far as 0.65 are all but those between -0.5 and 0.5 … 4 of 8.
    expect(found.randomisation).toEqual({ p: 0.5, permutations: 8, exact: true });
  });

  it('the same run differs by nothing', () => {
    const run = perQuery([0.1, 0.5, 0.9]);
    expect(compareRuns(run, run, 'AP')).toMatchObject({
      difference: 0,
      ties: 3,
      tTest: { t: 0, p: 1 },
      randomisation: { p: 1 },
      interval: { low: 0, high: 0 },
      regressions: [],
    });
  });

  it('is the same for the same seed, and mirrored when swapped', () => {
    const a = perQuery(scipy.cases[4].baseline);
    const b = perQuery(scipy.cases[4].candidate);
    const options = { permutations: 2000, resamples: 500 };
    expect(compareRuns(a, b, 'AP', { ...options, seed: 3 })).toEqual(
      compareRuns(a, b, 'AP', { ...options, seed: 3 }),
    );
    expect(compareRuns(a, b, 'AP', { ...options, seed: 3 }).interval).not.toEqual(
      compareRuns(a, b, 'AP', { ...options, seed: 4 }).interval,
    );
    const there = compareRuns(a, b, 'AP', options);
    const back = compareRuns(b, a, 'AP', options);
    expect(back.difference).toBeCloseTo(-there.difference, 14);
    expect(back.randomisation.p).toBe(there.randomisation.p);
    expect([back.wins, back.losses]).toEqual([there.losses, there.wins]);
  });

  it('runs without a query in common', () => {
    expect(() => compareRuns(perQuery([1]), { x: { AP: 1 } }, 'AP')).toThrow(
      'nothing to compare: no query has AP in both runs; compare runs of the same queries',
    );
  });

  it('several runs, corrected together', () => {
    const baseline = perQuery(scipy.cases[4].baseline);
    const candidates = [
      { name: 'better', perQuery: perQuery(scipy.cases[4].candidate) },
      { name: 'same', perQuery: baseline },
    ];
    const found = compareSeveral(baseline, candidates, ['AP'], { permutations: 2000, resamples: 100 });
    expect(found.map(({ run }) => run)).toEqual(['better', 'same']);
    expect(found[0].adjusted?.tTest).toBeCloseTo(2 * scipy.cases[4].p, 12);
    expect(found[1].adjusted).toEqual({ tTest: 1, randomisation: 1 });
  });
});

describe('properties', () => {
  const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 12 });

  it('p-values are probabilities, an interval holds its mean', () => {
    fc.assert(
      fc.property(values, (list) => {
        const differences = Float64Array.from(list);
        const p = pairedTTest(differences)!.p;
        const exact = randomisationTest(differences, 10, 0).p;
        expect(p >= 0 && p <= 1 && exact > 0 && exact <= 1).toBe(true);
        const { low, high } = bootstrapInterval(differences, 0.9, 200, 0)!;
        expect(low <= high && low >= Math.min(...list) - 1e-12 && high <= Math.max(...list) + 1e-12).toBe(
          true,
        );
      }),
    );
  });

  it('quantiles are between their neighbours', () => {
    expect(quantile(Float64Array.of(1, 2, 4), 0.5)).toBe(2);
    expect(quantile(Float64Array.of(1, 2, 4), 0.75)).toBe(3);
    expect(quantile(Float64Array.of(5), 0.3)).toBe(5);
  });

  it('random numbers are spread evenly, and by the seed', () => {
    const random = new Random(1);
    const counts = new Array(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[random.below(10)]++;
    // Chi-square of 9 degrees: 40 is passed once in a hundred thousand seeds.
    expect(counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)).toBeLessThan(40);
    expect(new Random(2).next()).not.toBe(new Random(1).next());
  });
});

describe('max drop', () => {
  it('is read', () => {
    expect(parseMaxDrop('ndcg_cut_10=0.01')).toEqual({
      measure: 'nDCG@10',
      drop: 0.01,
      relative: false,
      text: 'ndcg_cut_10=0.01',
    });
    expect(parseMaxDrop(' R@100 = 2% ')).toMatchObject({ measure: 'R@100', drop: 0.02, relative: true });
    for (const text of ['nDCG@10', 'nDCG@10=-1', 'nDCG@10=x', '=1'])
      expect(() => parseMaxDrop(text)).toThrow(/write it like/);
    expect(() => parseMaxDrop('nDGC@10=1')).toThrow(/did you mean 'nDCG@10'/);
  });

  it('holds at its bound and fails below', () => {
    const drops = [parseMaxDrop('nDCG@10=0.1'), parseMaxDrop('AP=10%')];
    const outcomes = (now: Record<string, number>) =>
      checkDrops(drops, { 'nDCG@10': 0.7, AP: 0.5 }, now).map(({ passed }) => passed);
    expect(outcomes({ 'nDCG@10': 0.6, AP: 0.45 })).toEqual([true, true]);
    expect(outcomes({ 'nDCG@10': 0.5999, AP: 0.4499 })).toEqual([false, false]);
    expect(outcomes({ 'nDCG@10': 0.9 })).toEqual([true, false]);
    expect(checkDrops(drops, {}, { 'nDCG@10': 1 })[0]).toEqual({
      text: 'max drop nDCG@10=0.1',
      wanted: '>= a baseline that is not there',
      got: 1,
      passed: false,
    });
  });
});
