import { didYouMean, UsageError } from '../errors/index.js';
import { latencyNames } from './latency.js';
import { measureNames } from './measure-names.js';
import { parseMeasure } from './parse-measure.js';

/** A figure that must hold: `nDCG@10>=0.32`. */
export interface Assertion {
  /** Canonical name of a measure, or the name of another figure (`p95Ms`, `qps`). */
  measure: string;
  op: '>=' | '>' | '<=' | '<' | '==' | '!=';
  value: number;
  /** As it was written. */
  text: string;
}

/** Whether an assertion held. */
export interface AssertionOutcome {
  text: string;
  /** `>= 0.32`. */
  wanted: string;
  /** undefined when the figure was not computed. */
  got: number | undefined;
  passed: boolean;
}

const holds: Record<Assertion['op'], (got: number, wanted: number) => boolean> = {
  '>=': (got, wanted) => got >= wanted,
  '>': (got, wanted) => got > wanted,
  '<=': (got, wanted) => got <= wanted,
  '<': (got, wanted) => got < wanted,
  '==': (got, wanted) => got === wanted,
  '!=': (got, wanted) => got !== wanted,
};

/**
 * Reads `measure op number`. Measures may be written in any way parseMeasure takes.
 * @param figures further names that can be asserted about, taken as they stand
 * @throws UsageError when the shape, the name or the number is wrong
 */
export function parseAssertion(
  text: string,
  figures: readonly string[] = [...latencyNames, 'qps'],
): Assertion {
  const shape = /^(.+?)\s*(>=|<=|==|!=|>|<)\s*([^<>=!]*)$/.exec(text.trim());
  if (shape === null) {
    throw new UsageError(
      `assertion '${text}': no comparison in it; write it like 'nDCG@10>=0.32' (>= > <= < == !=)`,
    );
  }
  const [, name, op, number] = shape;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(number.trim())) {
    throw new UsageError(
      `assertion '${text}': '${number.trim()}' is not a number; write it like 'nDCG@10>=0.32'`,
    );
  }
  return {
    measure: canonical(name, figures),
    op: op as Assertion['op'],
    value: Number(number),
    text: text.trim(),
  };
}

function canonical(name: string, figures: readonly string[]): string {
  if (figures.includes(name)) return name;
  // a name that is nearer to a figure than to any measure gets the figure as its hint
  if (
    didYouMean(
      name,
      measureNames.map((measure) => measure.name),
    ) === ''
  ) {
    const hint = didYouMean(name, figures);
    if (hint !== '') throw new UsageError(`assertion about '${name}': not known${hint}`);
  }
  return parseMeasure(name).name;
}

/** Compares each assertion with its figure, as exact doubles. A figure that is absent or NaN fails whatever the comparison. */
export function checkAssertions(
  assertions: readonly Assertion[],
  values: Record<string, number>,
): AssertionOutcome[] {
  return assertions.map(({ measure, op, value, text }) => {
    const figure = Object.hasOwn(values, measure) ? values[measure] : undefined;
    const got = figure === undefined || Number.isNaN(figure) ? undefined : figure;
    return { text, wanted: `${op} ${value}`, got, passed: got !== undefined && holds[op](got, value) };
  });
}
