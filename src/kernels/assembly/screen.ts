// Exact nearest rows by filter and refine (Weber, Schek & Blott, 1998, section 4): codes give each row a
// lower bound of its distance in whole numbers, and only rows whose bound is low enough are measured.
//
// Codes come in blocks of 16 rows, two components of all rows side by side, so that a lane of an
// accumulator belongs to one row and nothing is summed across lanes. Two queries share the loads.
import { codeAt, codeWidth, space, touch } from './codes';
import { key1, key4 } from './distance';
import { offer } from './heap';
import { ByteDot, ByteL2, MixedDot, MixedL2, NegatedDot, SquaredL2 } from './spaces';

/** See setScreen() in ../exports.ts. */
let blocks: usize = 0;
let norms: usize = 0;
let pairs: u32 = 0;
let tails: usize = 0;
let tailNorms: usize = 0;
let tailBytes: usize = 0;
let euclidean: bool = false;
let perUnit: f64 = 0;

let sink: u32 = 0;

const ROWS: u32 = 16;
/** Bytes of the codes of a pair of components of a block, and of the same widened to 16 bits. */
const PAIR_BYTES: usize = 32;
const WIDE_BYTES: usize = 64;
/** Most rows of a call: entries of a list. */
const LIST: usize = 512;

// Fields of a query's record, see SCREEN_RECORD_BYTES in ../exports.ts.
const WEIGHTS: usize = 0;
const TAIL_WEIGHTS: usize = 4;
const QUERY: usize = 8;
const BEST: usize = 12;
const SIZE: usize = 16;
const LIMIT: usize = 20;
const WITHIN: usize = 24;
const LAST_KEY: usize = 28;
const FIRST_LIMIT: usize = 32;
const TAIL_LIMIT: usize = 36;
const SCALE: usize = 40;
const ADDED: usize = 48;
const SPREAD: usize = 56;
const FIRST_OFFSET: usize = 64;
const TAIL_OFFSET: usize = 72;
const RECORD: usize = 80;

export function setScreen(
  blocksAt: usize,
  normsAt: usize,
  pairCount: u32,
  tailsAt: usize,
  tailNormsAt: usize,
  tailStride: u32,
  isEuclidean: bool,
  unitsPerOne: f64,
): void {
  blocks = blocksAt;
  norms = normsAt;
  pairs = pairCount;
  tails = tailsAt;
  tailNorms = tailNormsAt;
  tailBytes = tailStride;
  euclidean = isEuclidean;
  perUnit = unitsPerOne;
}

/** Real distance of a key; NaN stays NaN. */
@inline
function distanceOf(key: u32): f64 {
  if (space == 2) return key as f64;
  if (space == 3) return (key as f64) - 2147483648.0;
  const bits: u32 = key & 0x80000000 ? key & 0x7fffffff : ~key;
  return reinterpret<f32>(bits) as f64;
}

/** Rounded down; what is no number limits nothing. */
@inline
function toLimit(value: f64): i32 {
  if (value < -2147483648.0) return i32.MIN_VALUE;
  return value < 2147483647.0 ? (floor(value) as i32) : i32.MAX_VALUE;
}

/** Largest bounds in units of the codes that a row may have and still be wanted. */
function setLimits(record: usize, firstError: f64, tailError: f64): void {
  const key = load<u32>(record, LAST_KEY);
  if (key == 0xffffffff) {
    store<i32>(record, i32.MAX_VALUE, FIRST_LIMIT);
    store<i32>(record, i32.MAX_VALUE, TAIL_LIMIT);
    return;
  }
  const reach = distanceOf(key) * load<f64>(record, SCALE) + load<f64>(record, ADDED);
  const spread = load<f64>(record, SPREAD);
  let first: f64;
  let tail: f64;
  if (euclidean) {
    const root = sqrt(max(reach, 0)) + spread;
    first = (root + firstError) * (root + firstError);
    tail = (root + tailError) * (root + tailError);
  } else {
    first = reach + spread * firstError;
    tail = reach + spread * tailError;
  }
  store<i32>(record, toLimit(first * perUnit + load<f64>(record, FIRST_OFFSET)), FIRST_LIMIT);
  store<i32>(record, toLimit(tail * perUnit + load<f64>(record, TAIL_OFFSET)), TAIL_LIMIT);
}

/** Appends rows of a block whose bounds are low enough. @returns the list's new end */
@inline
function append(
  list: usize,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  limit: v128,
  position: u32,
  to: u32,
  values: usize,
): usize {
  const goodA = i32x4.le_s(a, limit);
  const goodB = i32x4.le_s(b, limit);
  const goodC = i32x4.le_s(c, limit);
  const goodD = i32x4.le_s(d, limit);
  const ab = i16x8.narrow_i32x4_s(goodA, goodB);
  const cd = i16x8.narrow_i32x4_s(goodC, goodD);
  let mask = i8x16.bitmask(i8x16.narrow_i16x8_s(ab, cd));
  if (mask == 0) return list;
  v128.store(values, a);
  v128.store(values, b, 16);
  v128.store(values, c, 32);
  v128.store(values, d, 48);
  // The last block of all may be padded.
  if (position + ROWS > to) mask &= (1 << (to - position)) - 1;
  while (mask != 0) {
    const i = ctz(mask);
    mask &= mask - 1;
    const value = load<u32>(values + ((i as usize) << 2)) ^ 0x80000000;
    store<u64>(list, ((value as u64) << 32) | ((position + (i as u32)) as u64));
    list += 8;
  }
  return list;
}

/** Bounds of rows `from` to `to` for one query. @returns the list's end */
function screen1(a: usize, from: u32, to: u32, list: usize, values: usize): usize {
  const limit = v128.load32_splat(a + FIRST_LIMIT);
  const weights = load<u32>(a, WEIGHTS) as usize;
  const weightsEnd = weights + ((pairs as usize) << 2);
  let code = blocks + (from as usize) * ((pairs as usize) << 1);
  for (let position = from; position < to; position += ROWS) {
    const norm = norms + ((position as usize) << 2);
    let a0 = v128.load(norm);
    let a1 = v128.load(norm, 16);
    let a2 = v128.load(norm, 32);
    let a3 = v128.load(norm, 48);
    for (let w = weights; w < weightsEnd; w += 4, code += PAIR_BYTES) {
      const weight = v128.load32_splat(w);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v128.load8x8_s(code), weight));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v128.load8x8_s(code, 8), weight));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(v128.load8x8_s(code, 16), weight));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(v128.load8x8_s(code, 24), weight));
    }
    list = append(list, a0, a1, a2, a3, limit, position, to, values);
  }
  return list;
}

/** Codes of rows `from` to `to` in 16 bits: done once for many queries. */
function widen(from: u32, to: u32, out: usize): void {
  let code = blocks + (from as usize) * ((pairs as usize) << 1);
  const end = code + (((to - from + ROWS - 1) & ~(ROWS - 1)) as usize) * ((pairs as usize) << 1);
  for (; code < end; code += 16, out += 32) {
    v128.store(out, v128.load8x8_s(code));
    v128.store(out, v128.load8x8_s(code, 8), 16);
  }
}

/**
 * The same of two queries, on widened codes.
 * @returns the end of a's list; that of b's is left in `values` + 64
 */
function screen2(
  a: usize,
  b: usize,
  from: u32,
  to: u32,
  wide: usize,
  listA: usize,
  listB: usize,
  values: usize,
): usize {
  const limitA = v128.load32_splat(a + FIRST_LIMIT);
  const limitB = v128.load32_splat(b + FIRST_LIMIT);
  const weights = load<u32>(a, WEIGHTS) as usize;
  const weightsEnd = weights + ((pairs as usize) << 2);
  const toB = (load<u32>(b, WEIGHTS) as usize) - weights;
  let code = wide;
  for (let position = from; position < to; position += ROWS) {
    const norm = norms + ((position as usize) << 2);
    let a0 = v128.load(norm);
    let a1 = v128.load(norm, 16);
    let a2 = v128.load(norm, 32);
    let a3 = v128.load(norm, 48);
    let b0 = a0;
    let b1 = a1;
    let b2 = a2;
    let b3 = a3;
    for (let w = weights; w < weightsEnd; w += 4, code += WIDE_BYTES) {
      const weightA = v128.load32_splat(w);
      const weightB = v128.load32_splat(w + toB);
      let x = v128.load(code);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x, weightA));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x, weightB));
      x = v128.load(code, 16);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x, weightA));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x, weightB));
      x = v128.load(code, 32);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(x, weightA));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(x, weightB));
      x = v128.load(code, 48);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(x, weightA));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(x, weightB));
    }
    listA = append(listA, a0, a1, a2, a3, limitA, position, to, values);
    listB = append(listB, b0, b1, b2, b3, limitB, position, to, values);
  }
  store<u32>(values, listB as u32, 64);
  return listA;
}

/** The bound of a row by its tail too, from the one by its first components. */
@inline
function withTail(value: i32, position: u32, weights: usize): i32 {
  let code = tails + (position as usize) * tailBytes;
  let sum = i32x4.splat(0);
  for (const end = code + tailBytes; code < end; code += 8, weights += 16) {
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load8x8_s(code), v128.load(weights)));
  }
  return (
    value +
    load<i32>(tailNorms + ((position as usize) << 2)) +
    i32x4.extract_lane(sum, 0) +
    i32x4.extract_lane(sum, 1) +
    i32x4.extract_lane(sum, 2) +
    i32x4.extract_lane(sum, 3)
  );
}

/** Takes a measured row. */
@inline
function take(record: usize, key: u32, position: u32, firstError: f64, tailError: f64): void {
  const best = load<u32>(record, BEST) as usize;
  const size = load<u32>(record, SIZE);
  if (load<u32>(record, WITHIN)) {
    if (key > load<u32>(record, LAST_KEY)) return;
    store<u32>(best + ((size as usize) << 2), position);
    store<u32>(record, size + 1, SIZE);
    return;
  }
  const limit = load<u32>(record, LIMIT);
  const entry = ((key as u64) << 32) | (position as u64);
  if (size == limit && entry >= load<u64>(best)) return;
  const held = offer(best, size, limit, entry);
  store<u32>(record, held, SIZE);
  if (held < limit) return;
  const last = (load<u64>(best) >> 32) as u32;
  if (last == load<u32>(record, LAST_KEY)) return;
  store<u32>(record, last, LAST_KEY);
  setLimits(record, firstError, tailError);
}

@inline
function valueOf(entry: u64): i32 {
  return ((entry >> 32) as u32) ^ 0x80000000;
}

/** Measures the rows of a list that may still belong. */
function settle<S>(record: usize, list: usize, listEnd: usize, warm: usize, firstError: f64, tailError: f64): void {
  const query = load<u32>(record, QUERY) as usize;
  const missing: u32 = load<u32>(record, WITHIN) ? 0 : load<u32>(record, LIMIT) - load<u32>(record, SIZE);
  let measured: u64 = 0;
  if (missing > 0) {
    // Nothing limits the list yet: begin with the rows whose bounds are lowest.
    let held: u32 = 0;
    for (let at = list; at < listEnd; at += 8) held = offer(warm, held, missing, load<u64>(at));
    if (held == missing) measured = load<u64>(warm);
    else measured = u64.MAX_VALUE;
    for (let i: u32 = 0; i < held; i++) {
      const position = load<u64>(warm + ((i as usize) << 3)) as u32;
      take(record, key1<S>(query, codeAt(position), codeWidth), position, firstError, tailError);
    }
  }
  const weights = load<u32>(record, TAIL_WEIGHTS) as usize;
  let touched: u32 = 0;
  let end = list;
  if (tailBytes > 0) {
    for (let at = list; at < listEnd; at += 8) {
      const entry = load<u64>(at);
      if ((missing > 0 && entry <= measured) || valueOf(entry) > load<i32>(record, FIRST_LIMIT)) continue;
      const position = entry as u32;
      const value = withTail(valueOf(entry), position, weights);
      if (value > load<i32>(record, TAIL_LIMIT)) continue;
      touched |= touch(position);
      store<u64>(end, (((value as u32) as u64) << 32) | (position as u64));
      end += 8;
    }
  } else {
    for (let at = list; at < listEnd; at += 8) {
      const entry = load<u64>(at);
      if ((missing > 0 && entry <= measured) || valueOf(entry) > load<i32>(record, FIRST_LIMIT)) continue;
      touched |= touch(entry as u32);
      store<u64>(end, entry ^ 0x8000000000000000);
      end += 8;
    }
  }
  sink |= touched;
  const limitAt = record + (tailBytes > 0 ? TAIL_LIMIT : FIRST_LIMIT);
  let at = list;
  while (at < end) {
    // Four of those that are still wanted, or what is left.
    let count = 0;
    for (; at < end && count < 4; at += 8) {
      const entry = load<u64>(at);
      if (((entry >> 32) as i32) > load<i32>(limitAt)) continue;
      store<u32>(warm + ((count as usize) << 2), entry as u32);
      count++;
    }
    if (count == 4) {
      const a = load<u32>(warm);
      const b = load<u32>(warm, 4);
      const c = load<u32>(warm, 8);
      const d = load<u32>(warm, 12);
      const keys = key4<S>(query, codeAt(a), codeAt(b), codeAt(c), codeAt(d), codeWidth);
      take(record, i32x4.extract_lane(keys, 0), a, firstError, tailError);
      take(record, i32x4.extract_lane(keys, 1), b, firstError, tailError);
      take(record, i32x4.extract_lane(keys, 2), c, firstError, tailError);
      take(record, i32x4.extract_lane(keys, 3), d, firstError, tailError);
      continue;
    }
    for (let i = 0; i < count; i++) {
      const position = load<u32>(warm + ((i as usize) << 2));
      take(record, key1<S>(query, codeAt(position), codeWidth), position, firstError, tailError);
    }
  }
}

@inline
function screen<S>(
  queries: usize,
  count: u32,
  from: u32,
  to: u32,
  firstError: f64,
  tailError: f64,
  scratch: usize,
): void {
  const values = scratch;
  const listA = scratch + 80;
  const wide = listA + (LIST << 4);
  if (count > 1) widen(from, to, wide);
  const listB = listA + (LIST << 3);
  const warm = wide + LIST * ((pairs as usize) << 2);
  let i: u32 = 0;
  for (; i + 2 <= count; i += 2) {
    const a = queries + (i as usize) * RECORD;
    const b = a + RECORD;
    setLimits(a, firstError, tailError);
    setLimits(b, firstError, tailError);
    const endA = screen2(a, b, from, to, wide, listA, listB, values);
    const endB = load<u32>(values, 64) as usize;
    settle<S>(a, listA, endA, warm, firstError, tailError);
    settle<S>(b, listB, endB, warm, firstError, tailError);
  }
  if (i < count) {
    const a = queries + (i as usize) * RECORD;
    setLimits(a, firstError, tailError);
    settle<S>(a, listA, screen1(a, from, to, listA, values), warm, firstError, tailError);
  }
}

export function screenRows(
  queries: usize,
  count: u32,
  from: u32,
  to: u32,
  firstError: f64,
  tailError: f64,
  scratch: usize,
): void {
  if (space == 0) screen<SquaredL2>(queries, count, from, to, firstError, tailError, scratch);
  else if (space == 1) screen<NegatedDot>(queries, count, from, to, firstError, tailError, scratch);
  else if (space == 2) screen<ByteL2>(queries, count, from, to, firstError, tailError, scratch);
  else if (space == 3) screen<ByteDot>(queries, count, from, to, firstError, tailError, scratch);
  else if (space == 4) screen<MixedL2>(queries, count, from, to, firstError, tailError, scratch);
  else screen<MixedDot>(queries, count, from, to, firstError, tailError, scratch);
}
