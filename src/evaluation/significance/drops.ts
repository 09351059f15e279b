import { UsageError } from '../../errors/index.js';
import type { AssertionOutcome } from '../assertions.js';
import { parseMeasure } from '../parse-measure.js';

/** How far a figure may fall below a baseline's: `nDCG@10=0.01`, `R@100=2%`. */
export interface MaxDrop {
  /** Canonical name. */
  measure: string;
  /** In the measure's unit, or as a share of the baseline's figure. */
  drop: number;
  relative: boolean;
  /** As it was written. */
  text: string;
}

/** A figure just at its bound is not below it. */
const SLACK = 1e-12;

/**
 * Reads `measure=drop`, the drop a number or a percentage of the baseline.
 * @throws UsageError
 */
export function parseMaxDrop(text: string): MaxDrop {
  const shape = /^\s*(.+?)\s*=\s*(\d+\.?\d*|\.\d+)(%?)\s*$/.exec(text);
  if (shape === null) {
    throw new UsageError(
      `max drop '${text}': no 'measure=drop'; write it like 'nDCG@10=0.01' or 'nDCG@10=2%'`,
    );
  }
  const [, name, number, percent] = shape;
  const relative = percent !== '';
  return {
    measure: parseMeasure(name).name,
    drop: relative ? Number(number) / 100 : Number(number),
    relative,
    text: text.trim(),
  };
}

/**
 * Holds figures against a baseline's. A figure that either lacks, or that is NaN, fails.
 * @returns outcomes as those of assertions: wanted is the least figure that would have passed
 */
export function checkDrops(
  drops: readonly MaxDrop[],
  baseline: Record<string, number>,
  figures: Record<string, number>,
): AssertionOutcome[] {
  return drops.map(({ measure, drop, relative, text }) => {
    const before = Object.hasOwn(baseline, measure) ? baseline[measure] : Number.NaN;
    const now = Object.hasOwn(figures, measure) ? figures[measure] : Number.NaN;
    const least = before - (relative ? Math.abs(before) * drop : drop);
    return {
      text: `max drop ${text}`,
      wanted: `>= ${Number.isNaN(before) ? 'a baseline that is not there' : `${least} (baseline ${before})`}`,
      got: Number.isNaN(now) ? undefined : now,
      passed: now >= least - SLACK,
    };
  });
}
