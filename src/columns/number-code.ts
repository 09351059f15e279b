/**
 * How the numbers of a field are stored: number = (base + code · step) / scale, all whole, exactly;
 * or as they are, in float32 where that loses nothing, else in float64.
 *
 * Whole numbers and decimals of few places become offsets from the least in units of their greatest
 * common divisor: a year takes a byte, a price or a day's timestamp two or four. A decimal n / 10^e
 * is the float64 nearest to it, which the division gives back.
 */
export interface NumberCode {
  dtype: 'u8' | 'u16' | 'u32' | 'f32' | 'f64';
  base: number;
  step: number;
  scale: number;
}

export const PLAIN = { base: 0, step: 1, scale: 1 };

/** Decimal places looked for. */
const MAX_PLACES = 6;
/** Largest whole number that is scaled: rounding of a product stays below a half. */
const MAX_WHOLE = 2 ** 50;

/** Codes that a type has room for. */
export const CODES: Record<'u8' | 'u16' | 'u32', number> = { u8: 2 ** 8, u16: 2 ** 16, u32: 2 ** 32 };

/** Chooses the code of a field from all its numbers, which are passed over twice. */
export function chooseCode(numbers: () => Iterable<Float64Array>): NumberCode {
  let scale: number | undefined = 1;
  let single = true;
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const piece of numbers()) {
    for (const value of piece) {
      if (Number.isNaN(value)) continue;
      if (value < least) least = value;
      if (value > most) most = value;
      single &&= Math.fround(value) === value;
      while (scale !== undefined && !isWhole(value, scale)) {
        scale = scale === 10 ** MAX_PLACES ? undefined : scale * 10;
      }
    }
  }
  if (least > most) return { dtype: 'u8', ...PLAIN };
  // A scale that came late must fit those before it.
  if (scale !== undefined && isWhole(least, scale) && isWhole(most, scale)) {
    const base = whole(least, scale);
    let step = 0;
    let exact = true;
    for (const piece of numbers()) {
      for (const value of piece) {
        if (Number.isNaN(value)) continue;
        exact &&= isWhole(value, scale);
        if (step !== 1) step = divisor(whole(value, scale) - base, step);
      }
    }
    if (step === 0) step = 1;
    const codes = (whole(most, scale) - base) / step + 1;
    const dtype = (['u8', 'u16', 'u32'] as const).find((type) => codes <= CODES[type]);
    if (exact && dtype !== undefined) return { dtype, base, step, scale };
  }
  return { dtype: single ? 'f32' : 'f64', ...PLAIN };
}

/** @param code of a number that chooseCode() saw; 0 for what is not there */
export function encodeNumber({ dtype, base, step, scale }: NumberCode, value: number): number {
  if (Number.isNaN(value)) return 0;
  if (dtype === 'f32' || dtype === 'f64') return value + 0;
  return (whole(value, scale) - base) / step;
}

export function decodeNumber({ base, step, scale }: NumberCode, code: number): number {
  return (base + code * step) / scale;
}

function whole(value: number, scale: number): number {
  return Math.round(value * scale) + 0;
}

function isWhole(value: number, scale: number): boolean {
  const n = whole(value, scale);
  return Math.abs(n) <= MAX_WHOLE && n / scale === value;
}

/** Greatest common divisor; that of 0 and b is b. */
function divisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
