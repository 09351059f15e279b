import type { OrderedAxes } from './axes.js';
import type { Stages } from './coder.js';

/** Projected vectors: components along all axes, and the squared length of the whole. */
export interface Projected {
  components: Float64Array;
  squares: Float64Array;
  count: number;
}

/** What the choice is made from. */
export interface PlanInput {
  axes: OrderedAxes;
  rows: Projected;
  /** Vectors that stand for queries. */
  queries: Projected;
  /**
   * How large a bound without errors may be, given the pair's product of components along the axes
   * and of remainders: survives(query, row, product, error).
   */
  reaches: Float64Array;
  /** Part of the bound beside products, by query and row. */
  base(query: number, row: number): number;
  euclidean: boolean;
  dim: number;
  bytes: boolean;
}

/**
 * Nanoseconds that steps were measured to take on one machine; only their ratios matter. A bound of the
 * first stage for one row and query, one with the tail, one distance, and a plain scan's distance. What
 * the bounds let through is scattered: it waits for memory.
 */
const firstCost = (components: number) => 0.7 + 0.03 * components;
const tailCost = (components: number) => 45 + 0.06 * components;
const rowCost = (dim: number, bytes: boolean) => 65 + (bytes ? 0.045 : 0.085) * dim;
const plainCost = (dim: number, bytes: boolean) => 2 + (bytes ? 0.045 : 0.075) * dim;
/** Bounds are looser while the best are still being found: rows let through, for each at the end. */
const EARLY = 1.3;
/** Screening must be cheaper than this share of a plain scan, since it takes memory. */
const WORTH = 0.75;

/** Sizes that fill the kernels' registers: one component more is the remainder. */
const FIRSTS = [
  3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 27, 31, 35, 39, 47, 55, 63, 71, 79, 87, 95, 103, 111, 119, 127,
];
const TAILS = [0, 6, 14, 22, 30, 38, 46, 54, 62, 78, 94, 110];

/**
 * How many axes each stage has: those that make a scan cheapest, by the share of pairs of a sample whose
 * bound lets them through.
 * @returns undefined when a plain scan is about as cheap, as it is where distances are all alike
 */
export function planStages(input: PlanInput): Stages | undefined {
  const { dim, bytes, axes } = input;
  const passed = shares(input);
  let best: { cost: number; stages: Stages } | undefined;
  for (const first of [...FIRSTS, axes.count]) {
    if (first > axes.count) continue;
    for (const tail of TAILS) {
      const total = first + tail;
      if (total > axes.count) continue;
      const let1 = Math.min(1, EARLY * passed[first]);
      const let2 = Math.min(1, EARLY * passed[total]);
      const cost =
        firstCost(first + 1) +
        (tail === 0 ? 0 : let1 * tailCost(tail + 2)) +
        (tail === 0 ? let1 : let2) * rowCost(dim, bytes);
      if (best === undefined || cost < best.cost) best = { cost, stages: { first, tail } };
    }
  }
  return best !== undefined && best.cost < WORTH * plainCost(dim, bytes) ? best.stages : undefined;
}

/** Share of pairs that a bound by the first n axes lets through, for each n. */
function shares({ axes, rows, queries, reaches, base, euclidean }: PlanInput): Float64Array {
  const { count } = axes;
  const errors = errorsOf(rows, count);
  const passed = new Float64Array(count + 1);
  for (let q = 0; q < queries.count; q++) {
    const own = queries.components.subarray(q * count, (q + 1) * count);
    const remainders = remaindersOf(own, queries.squares[q]);
    const length = Math.sqrt(queries.squares[q]);
    // Largest bound that is let through, with the error that codes of n axes have.
    const limits = errors.map((error) =>
      euclidean ? (Math.sqrt(Math.max(0, reaches[q])) + error) ** 2 : reaches[q] + length * error,
    );
    for (let r = 0; r < rows.count; r++) {
      const row = rows.components.subarray(r * count, (r + 1) * count);
      const fixed = euclidean ? queries.squares[q] + rows.squares[r] : base(q, r);
      const factor = euclidean ? 2 : 1;
      let product = 0;
      let left = rows.squares[r];
      for (let n = 1; n <= count; n++) {
        product += own[n - 1] * row[n - 1];
        left -= row[n - 1] * row[n - 1];
        const bound = fixed - factor * (product + remainders[n] * Math.sqrt(Math.max(0, left)));
        if (bound <= limits[n]) passed[n]++;
      }
    }
  }
  return passed.map((pairs) => pairs / (queries.count * rows.count));
}

/** Length of what the first n axes leave of a vector. */
function remaindersOf(components: Float64Array, square: number): Float64Array {
  const out = new Float64Array(components.length + 1);
  let left = square;
  out[0] = Math.sqrt(left);
  for (let n = 1; n < out.length; n++) {
    left -= components[n - 1] * components[n - 1];
    out[n] = Math.sqrt(Math.max(0, left));
  }
  return out;
}

/** About how far codes of the first n axes lie from rows: a step in each component, evenly spread, and somewhat more. */
function errorsOf(rows: Projected, count: number): Float64Array {
  const out = new Float64Array(count + 1);
  let square = 0;
  for (let n = 0; n < count; n++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let r = 0; r < rows.count; r++) {
      const value = rows.components[r * count + n];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const step = (high - low) / 230;
    square += (step * step) / 12;
    out[n + 1] = 1.4 * Math.sqrt(square);
  }
  return out;
}
