import type { Dial, Effort } from '../kind.js';

/** What a segment's structure was measured to find at one depth. Lists are parallel; no setting ever falls along them. */
export interface Curve {
  /** Neighbours looked for. */
  depth: number;
  efforts: Effort[];
  /** Mean share of the true neighbours found. */
  recalls: number[];
  /** Standard deviation of that share over the queries. */
  deviations: number[];
}

/** All that calibration left in a segment. */
export interface Calibration {
  /** Rows that stood for queries. */
  queries: number;
  /** By depth, ascending. */
  curves: Curve[];
  /** Recall that the build was asked for. */
  target?: number;
}

/** An effort, and what is known of it. */
export interface Chosen {
  effort: Effort;
  /** Set when the target lies beyond the curve: what its last effort found. */
  reached?: number;
}

/**
 * Standard errors by which the mean is lowered before it is compared with a target: with this many, the recall of other
 * queries of the same kind is above the target in 19 of 20 calibrations (one-sided normal interval).
 */
const MARGIN = 1.645;

/** The recall an effort is trusted with. */
export function trusted(recall: number, deviation: number, queries: number): number {
  return recall - (MARGIN * deviation) / Math.sqrt(queries);
}

/** The effort that compares with every row. */
function exactEffort(dials: Dial[], depth: number): Effort {
  return combine(dials, (dial) => dial.most(depth));
}

/** True when whatever comes next compares with every row. */
export function isLast(dials: Dial[], effort: Effort, depth: number): boolean {
  return dials.every((dial) => dial.next(effort[dial.setting]!) >= dial.most(depth));
}

/** The least effort that finds the target's share, on a curve. */
function chooseOn(curve: Curve, dials: Dial[], queries: number, target: number): Chosen {
  const { depth, efforts, recalls, deviations } = curve;
  let best = 0;
  const known = recalls.map((recall, i) => {
    best = Math.max(best, trusted(recall, deviations[i], queries));
    return best;
  });
  const last = efforts.length - 1;
  const after = known.findIndex((recall) => recall >= target);
  if (after < 0 && isLast(dials, efforts[last], depth)) return { effort: exactEffort(dials, depth) };
  if (after < 0) return { effort: efforts[last], reached: recalls[last] };
  if (after === 0) return { effort: efforts[0] };
  // Recall bends downwards along the efforts, so that a straight line asks for somewhat too much, never too little.
  const share = (target - known[after - 1]) / (known[after] - known[after - 1]);
  return { effort: between(dials, efforts[after - 1], efforts[after], share) };
}

/**
 * The least effort that finds the target's share of the nearest `depth`. Between depths measured it is interpolated,
 * beyond the deepest it grows with the depth.
 * @returns what compares with every row where nothing was measured
 */
export function chooseEffort(
  { queries, curves }: Calibration,
  dials: Dial[],
  target: number,
  depth: number,
): Chosen {
  if (curves.length === 0) return { effort: exactEffort(dials, depth) };
  const above = curves.findIndex((curve) => curve.depth >= depth);
  if (above === 0) return chooseOn(curves[0], dials, queries, target);
  if (above < 0) {
    const deepest = curves[curves.length - 1];
    const { effort, reached } = chooseOn(deepest, dials, queries, target);
    const grown = combine(dials, ({ setting, grows, most }) => {
      const value = effort[setting]!;
      return Math.min(most(depth), grows ? Math.ceil((value * depth) / deepest.depth) : value);
    });
    return { effort: grown, reached };
  }
  const [from, to] = [curves[above - 1], curves[above]];
  const [low, high] = [from, to].map((curve) => chooseOn(curve, dials, queries, target));
  const effort = between(dials, low.effort, high.effort, (depth - from.depth) / (to.depth - from.depth));
  const reached = [low.reached, high.reached].filter((recall) => recall !== undefined);
  return { effort, reached: reached.length === 0 ? undefined : Math.min(...reached) };
}

function between(dials: Dial[], from: Effort, to: Effort, share: number): Effort {
  return combine(dials, ({ setting }) => {
    const [low, high] = [from[setting]!, to[setting]!];
    return Math.ceil(low + share * (high - low));
  });
}

/** A value for each dial. */
export function combine(dials: Dial[], value: (dial: Dial) => number): Effort {
  return Object.fromEntries(dials.map((dial) => [dial.setting, value(dial)]));
}
