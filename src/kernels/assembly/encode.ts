// A query on its way to the codes. What is computed here has the same bits in ../../vector/codes/query-coder.ts,
// which does it where no kernel is loaded: integers, single roundings, sums in order.

let mean: usize = 0;
let floats: i32 = 0;
let axes: usize = 0;
let columns: i32 = 0;
let most: f32 = 0;
let unit: f64 = 0;
let origin: usize = 0;
let dim: i32 = 0;
let step: f64 = 1;
let signed: bool = false;
let work: usize = 0;

/** Components below are taken for zero: their reciprocal would overflow. */
const LEAST: f32 = 1e-34;
/** Likewise, of those along axes. */
const SIGNED_LEAST: f64 = 1e-300;
/** Steps that a component may lie outside the grid and still be rounded to its end. */
const OUTSIDE: f64 = 32;

export function setEncoder(
  meanAt: usize,
  rowFloats: i32,
  axesAt: usize,
  axisCount: i32,
  largest: f32,
  axisUnit: f64,
  originAt: usize,
  components: i32,
  gridStep: f64,
  isSigned: bool,
  workAt: usize,
): void {
  mean = meanAt;
  floats = rowFloats;
  axes = axesAt;
  columns = axisCount;
  most = largest;
  unit = axisUnit;
  origin = originAt;
  dim = components;
  step = gridStep;
  signed = isSigned;
  work = workAt;
}

/** The query less the mean as 16-bit numbers, `most` at most, behind the work area's f64. @returns its largest component */
@inline
function centre(query: usize, out: usize): f32 {
  let peak = f32x4.splat(0);
  for (let j: usize = 0; j < (floats as usize) << 2; j += 16) {
    const centred = f32x4.sub(v128.load(query + j), v128.load(mean + j));
    v128.store(out + j, centred);
    peak = f32x4.pmax(peak, f32x4.abs(centred));
  }
  const a = max(f32x4.extract_lane(peak, 0), f32x4.extract_lane(peak, 1));
  const b = max(f32x4.extract_lane(peak, 2), f32x4.extract_lane(peak, 3));
  const largest = max(a, b);
  const scale = f32x4.splat(largest > LEAST ? most / largest : 0);
  // In place: the 16-bit numbers never overtake the floats they come from.
  let to = out;
  for (let j: usize = 0; j < (floats as usize) << 2; j += 32) {
    const low = f32x4.nearest(f32x4.mul(v128.load(out + j), scale));
    const high = f32x4.nearest(f32x4.mul(v128.load(out + j, 16), scale));
    v128.store(to, i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(low), i32x4.trunc_sat_f32x4_s(high)));
    to += 16;
  }
  return largest;
}

/** Products of the 16-bit query with four axes at a time. @param values f64[columns] */
@inline
function project(query: usize, largest: f32, values: usize): void {
  const factor = f64x2.splat((largest as f64) * unit);
  const axisBytes = (((floats + 7) & ~7) as usize) << 1;
  let axis = axes;
  for (let column: i32 = 0; column < columns; column += 4) {
    let a = i32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    const axisB = axis + axisBytes;
    const axisC = axisB + axisBytes;
    const axisD = axisC + axisBytes;
    for (let j: usize = 0; j < axisBytes; j += 16) {
      const q = v128.load(query + j);
      a = i32x4.add(a, i32x4.dot_i16x8_s(q, v128.load(axis + j)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(q, v128.load(axisB + j)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(q, v128.load(axisC + j)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(q, v128.load(axisD + j)));
    }
    const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7));
    const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 1, 3, 5, 7));
    const sums = i32x4.add(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), v128.shuffle<i32>(ab, cd, 1, 3, 5, 7));
    v128.store(values, f64x2.mul(f64x2.convert_low_i32x4_s(sums), factor));
    const upper = v128.shuffle<i64>(sums, sums, 1, 1);
    v128.store(values, f64x2.mul(f64x2.convert_low_i32x4_s(upper), factor), 16);
    axis = axisD + axisBytes;
    values += 32;
  }
}

/** Signed bytes in proportion to the query, whose length is free under ip: the largest component is 127. */
@inline
function encodeSigned(values: usize, out: usize): void {
  let peak: f64 = 0;
  const end = values + ((dim as usize) << 3);
  for (let at = values; at < end; at += 8) peak = max(peak, abs(load<f64>(at)));
  const scale: f64 = peak > SIGNED_LEAST ? 127 / peak : 0;
  for (let j: usize = 0; j < (dim as usize); j++) {
    store<i8>(out + j, floor(load<f64>(values + (j << 3)) * scale + 0.5) as i8);
  }
}

export function encodeQuery(query: usize, out: usize): u32 {
  const values = work;
  const end = values + ((dim as usize) << 3);
  if (axes != 0) {
    const centred = work + ((max(dim, columns) as usize + 2) << 3);
    project(centred, centre(query, centred), values);
  } else {
    for (let j: usize = 0; j < (floats as usize) << 2; j += 16) {
      const four = v128.load(query + j);
      v128.store(values + 2 * j, f64x2.promote_low_f32x4(four));
      v128.store(values + 2 * j, f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 1)), 16);
    }
  }
  if (signed) {
    encodeSigned(values, out);
    return 1;
  }
  let inside = i64x2.splat(-1);
  const steps = f64x2.splat(step);
  // Odd: what is behind the last is overwritten by something inside.
  store<f64>(end, load<f64>(origin + ((dim as usize) << 3)));
  for (let at = values, from = origin; at < end; at += 16, from += 16) {
    const value = f64x2.div(f64x2.sub(v128.load(at), v128.load(from)), steps);
    v128.store(at, value);
    const within = v128.and(f64x2.gt(value, f64x2.splat(-OUTSIDE)), f64x2.lt(value, f64x2.splat(255 + OUTSIDE)));
    inside = v128.and(inside, within);
  }
  if (!i64x2.all_true(inside)) {
    for (let j: usize = 0; j < (dim as usize); j++) store<f32>(out + (j << 2), load<f64>(values + (j << 3)) as f32);
    return 0;
  }
  for (let j: usize = 0; j < (dim as usize); j += 2) {
    const level = f64x2.floor(f64x2.add(v128.load(values + (j << 3)), f64x2.splat(0.5)));
    const whole = i32x4.trunc_sat_f64x2_s_zero(level);
    const words = i16x8.narrow_i32x4_s(whole, whole);
    store<u16>(out + j, i16x8.extract_lane_u(u8x16Narrow(words), 0));
  }
  if (dim & 1) store<u8>(out + (dim as usize), 0);
  return 1;
}

@inline
function u8x16Narrow(words: v128): v128 {
  return i8x16.narrow_i16x8_u(words, words);
}
