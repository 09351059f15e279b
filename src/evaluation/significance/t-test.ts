/** A paired t-test, two-sided. */
export interface TTest {
  t: number;
  /** Degrees of freedom: pairs - 1. */
  df: number;
  p: number;
}

/**
 * Paired t-test on differences (Student 1908): whether their mean is 0. Where all differences are the same, p is 1 for
 * 0 and 0 for anything else.
 * @returns undefined for less than two pairs
 */
export function pairedTTest(differences: Float64Array): TTest | undefined {
  const n = differences.length;
  if (n < 2) return undefined;
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const df = n - 1;
  const error = Math.sqrt(squares / df / n);
  if (error === 0) {
    return mean === 0 ? { t: 0, df, p: 1 } : { t: mean > 0 ? Infinity : -Infinity, df, p: 0 };
  }
  const t = mean / error;
  return { t, df, p: regularisedBeta(df / (df + t * t), df / 2, 0.5) };
}

/**
 * The regularised incomplete beta function I_x(a, b), by its continued fraction (NIST DLMF 8.17.22) evaluated with
 * Lentz's method. Relative error below 1e-12 for a and b up to some thousands.
 * @param x 0 .. 1
 */
export function regularisedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side of the mean; the other is its mirror image.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularisedBeta(1 - x, b, a);
  const front =
    Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < tiny ? tiny : d);
  let fraction = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let step = 1;
    for (const term of [even, odd]) {
      d = 1 + term * d;
      d = 1 / (Math.abs(d) < tiny ? tiny : d);
      c = 1 + term / c;
      if (Math.abs(c) < tiny) c = tiny;
      step = c * d;
      fraction *= step;
    }
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** ln Γ(x) for x > 0, by Stirling's series (NIST DLMF 5.11.1) from 15 on, and recurrence below. */
function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  while (y < 15) {
    shift -= Math.log(y);
    y++;
  }
  const z = 1 / (y * y);
  const series =
    (1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - (z * 691) / 360_360))))) / y;
  return shift + (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series;
}
