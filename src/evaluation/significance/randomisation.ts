import { Random } from '../random.js';

/** Up to so many pairs all signs are tried: 2^20 sums. */
const EXACT_PAIRS = 20;

export interface Randomisation {
  p: number;
  /** Assignments of signs tried. */
  permutations: number;
  /** True where these are all there are, so that p has no random error. */
  exact: boolean;
}

/**
 * Fisher's paired randomisation test, two-sided: how often the mean difference is as far from 0 as it is when each
 * pair is swapped by the toss of a coin (Smucker, Allan, Carterette, CIKM 2007). All 2^n tosses up to 20 pairs that
 * differ; above that `permutations` of them, and p = (hits + 1) / (permutations + 1), which is never 0 (Phipson and
 * Smyth 2010). O(n × permutations).
 */
export function randomisationTest(
  differences: Float64Array,
  permutations: number,
  seed: number,
): Randomisation {
  // A pair that is the same stays the same when swapped.
  const values = differences.filter((value) => value !== 0);
  const observed = Math.abs(values.reduce((sum, value) => sum + value, 0));
  // Sums of the same numbers in another order differ in their last digits.
  const least = observed - 1e-12 * values.reduce((sum, value) => sum + Math.abs(value), 0);
  if (values.length <= EXACT_PAIRS) {
    const all = 2 ** values.length;
    let hits = 0;
    for (let signs = 0; signs < all; signs++) {
      let sum = 0;
      for (let i = 0; i < values.length; i++) sum += ((signs >>> i) & 1) === 1 ? -values[i] : values[i];
      if (Math.abs(sum) >= least) hits++;
    }
    return { p: hits / all, permutations: all, exact: true };
  }
  const random = new Random(seed);
  let hits = 0;
  for (let trial = 0; trial < permutations; trial++) {
    let sum = 0;
    let bits = 0;
    for (let i = 0; i < values.length; i++) {
      if (i % 32 === 0) bits = random.next();
      sum += ((bits >>> (i % 32)) & 1) === 1 ? -values[i] : values[i];
    }
    if (Math.abs(sum) >= least) hits++;
  }
  return { p: (hits + 1) / (permutations + 1), permutations, exact: false };
}
