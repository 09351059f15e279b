import { didYouMean, UsageError } from '../../errors/index.js';
import type { RecallSettings } from '../../recall/index.js';

/** Settings that can be swept. Whole numbers grow by a factor along a range, shares and weights by a step. */
const SWEPT = {
  efSearch: { least: 1, most: Number.MAX_SAFE_INTEGER, whole: true },
  nprobe: { least: 1, most: Number.MAX_SAFE_INTEGER, whole: true },
  refine: { least: 1, most: Number.MAX_SAFE_INTEGER, whole: true },
  probeFade: { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true },
  gamma: { least: 0, most: Number.POSITIVE_INFINITY, whole: false },
  targetRecall: { least: 0, most: 1, whole: false },
  k1: { least: 0, most: Number.POSITIVE_INFINITY, whole: false },
  b: { least: 0, most: 1, whole: false },
} as const satisfies Partial<Record<keyof RecallSettings, object>>;

export type SweptName = keyof typeof SWEPT;

/** One setting and the values it takes, ascending. */
export interface Axis {
  name: SweptName;
  values: number[];
}

/** Values of a range that does not say how many. */
const USUAL_COUNT = 8;
/** More of one setting would be a typing error. */
const MOST_VALUES = 1000;

/**
 * `efSearch=10..400`, `efSearch=10..400:12` (so many values), `nprobe=1,2,4`, `k1=0.6..2:5`.
 * A range holds both ends; its values are a factor apart for whole numbers and a step apart for others.
 * @throws UsageError saying what is wrong with it
 */
export function parseAxis(text: string): Axis {
  const match = /^\s*([\w-]+)\s*=\s*(\S.*?)\s*$/.exec(text);
  if (match === null)
    throw new UsageError(`'${text}' is not a sweep; write it like efSearch=10..400 or k1=0.6,0.9,1.2`);
  const [, given, values] = match;
  // As flags are written, too: ef-search.
  const name = given.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  if (!Object.hasOwn(SWEPT, name))
    throw new UsageError(
      `'${given}' can't be swept${didYouMean(name, Object.keys(SWEPT)) || `; these can: ${Object.keys(SWEPT).join(', ')}`}`,
    );
  const axis = name as SweptName;
  const range = /^(.+?)\.\.(.+?)(?::(\d+))?$/.exec(values);
  const numbers =
    range === null
      ? values.split(',').map((value) => numberOf(axis, value, text))
      : between(
          axis,
          numberOf(axis, range[1], text),
          numberOf(axis, range[2], text),
          range[3] === undefined ? USUAL_COUNT : Number(range[3]),
          text,
        );
  return { name: axis, values: [...new Set(numbers)].sort((a, b) => a - b) };
}

function numberOf(name: SweptName, text: string, whole: string): number {
  const { least, most, whole: integer } = SWEPT[name];
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least || value > most)
    throw new UsageError(`'${whole}': '${text.trim()}' is not a value of ${name}`);
  if (integer && !Number.isInteger(value))
    throw new UsageError(`'${whole}': ${name} takes whole numbers, not ${text.trim()}`);
  return value;
}

function between(name: SweptName, from: number, to: number, count: number, text: string): number[] {
  if (from > to) throw new UsageError(`'${text}': the range ends before it begins`);
  if (count < 2 || count > MOST_VALUES)
    throw new UsageError(`'${text}': a range has 2 to ${MOST_VALUES} values, not ${count}`);
  const { whole } = SWEPT[name];
  // From 0 there is no factor.
  const byFactor = whole && from > 0;
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return from;
    if (i === count - 1) return to;
    const share = i / (count - 1);
    const value = byFactor ? from * (to / from) ** share : from + (to - from) * share;
    return whole ? Math.round(value) : Number(value.toPrecision(6));
  });
}

/** All combinations, the last axis fastest. No axis: one combination of nothing. */
export function gridOf(axes: Axis[]): Partial<Record<SweptName, number>>[] {
  return axes.reduce<Partial<Record<SweptName, number>>[]>(
    (grid, { name, values }) => grid.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
}
