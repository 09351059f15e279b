// Scans over 4-bit codes in blocks of 32 vectors: sums of table entries, looked up in registers
// (André, Kermarrec & Le Scouarnec, "Quicker ADC", 2019, section 3).
//
// A group of a block is 16 bytes. Byte 2i has the code of vector i in its low half and of vector
// i + 16 in its high one, byte 2i + 1 those of vectors i + 8 and i + 24, for i below 8: so that sums
// of even bytes and of odd ones are eight vectors in order each.
import { toKeys } from './float';
import { bitsAt } from './lists';
import { offerTo, worstKey } from './reservoir';
import { SquaredL2 } from './spaces';

let blocks: usize = 0;
/** Bytes of a block. */
let blockBytes: usize = 0;
/** f32 by position: what is added to a sum that was multiplied. */
let biases: usize = 0;
let factors: usize = 0;

export function setBlocks(base: usize, groups: u32, biasesAt: usize, factorsAt: usize): void {
  blocks = base;
  blockBytes = (groups as usize) << 4;
  biases = biasesAt;
  factors = factorsAt;
}

/** The distance of a key; NaN, which nothing is larger than, where any key may still come. */
@inline
function distanceOf(key: u32): f32 {
  return reinterpret<f32>((key & 0x80000000) != 0 ? key & 0x7fffffff : ~key);
}

/** Distances of four vectors from their sums. */
@inline
function four(sums: v128, at: usize, base: v128, offset: v128, step: v128): v128 {
  const product = f32x4.add(offset, f32x4.mul(step, f32x4.convert_i32x4_s(sums)));
  return f32x4.sub(
    f32x4.add(base, v128.load(biases + at)),
    f32x4.mul(v128.load(factors + at), product),
  );
}

/** All bits set where a distance is at most `worst`, or is no number. */
@inline
function within(distances: v128, worst: v128): v128 {
  return v128.not(f32x4.gt(distances, worst));
}

@inline
function bitsOf(a: v128, b: v128, c: v128, d: v128): u32 {
  return i8x16.bitmask(
    i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)),
  ) as u32;
}

@inline
function keep(good: u32, shift: u32, distances: v128, position: u32, reservoir: usize): void {
  const bits = (good >> shift) & 15;
  if (bits == 0) return;
  const keys = toKeys<SquaredL2>(distances);
  if (bits & 1) offerTo(reservoir, i32x4.extract_lane(keys, 0), position + shift);
  if (bits & 2) offerTo(reservoir, i32x4.extract_lane(keys, 1), position + shift + 1);
  if (bits & 4) offerTo(reservoir, i32x4.extract_lane(keys, 2), position + shift + 2);
  if (bits & 8) offerTo(reservoir, i32x4.extract_lane(keys, 3), position + shift + 3);
}

/** Offers vectors of block `block` whose bit in `wanted` is set. */
@inline
function scanBlock(query: usize, block: u32, wanted: u32, base: v128, reservoir: usize): void {
  const low = i8x16.splat(15);
  // Entries are below 128, so two of them fit a byte. Even sums have 256 times the odd bytes in them,
  // modulo 65536, until these are subtracted.
  let evenLow = i16x8.splat(0);
  let oddLow = evenLow;
  let evenHigh = evenLow;
  let oddHigh = evenLow;
  let table = query + 16;
  let code = blocks + (block as usize) * blockBytes;
  for (const end = code + blockBytes; code < end; code += 32, table += 32) {
    const a = v128.load(code);
    const b = v128.load(code, 16);
    const ta = v128.load(table);
    const tb = v128.load(table, 16);
    const lows = i8x16.add(i8x16.swizzle(ta, v128.and(a, low)), i8x16.swizzle(tb, v128.and(b, low)));
    const highs = i8x16.add(
      i8x16.swizzle(ta, v128.and(i16x8.shr_u(a, 4), low)),
      i8x16.swizzle(tb, v128.and(i16x8.shr_u(b, 4), low)),
    );
    evenLow = i16x8.add(evenLow, lows);
    oddLow = i16x8.add(oddLow, i16x8.shr_u(lows, 8));
    evenHigh = i16x8.add(evenHigh, highs);
    oddHigh = i16x8.add(oddHigh, i16x8.shr_u(highs, 8));
  }
  evenLow = i16x8.sub(evenLow, i16x8.shl(oddLow, 8));
  evenHigh = i16x8.sub(evenHigh, i16x8.shl(oddHigh, 8));

  const offset = v128.load32_splat(query);
  const step = v128.load32_splat(query, 4);
  const worst = f32x4.splat(distanceOf(worstKey(reservoir)));
  const position = block << 5;
  const at = (position as usize) << 2;
  const d0 = four(i32x4.extend_low_i16x8_u(evenLow), at, base, offset, step);
  const d1 = four(i32x4.extend_high_i16x8_u(evenLow), at + 16, base, offset, step);
  const d2 = four(i32x4.extend_low_i16x8_u(oddLow), at + 32, base, offset, step);
  const d3 = four(i32x4.extend_high_i16x8_u(oddLow), at + 48, base, offset, step);
  const d4 = four(i32x4.extend_low_i16x8_u(evenHigh), at + 64, base, offset, step);
  const d5 = four(i32x4.extend_high_i16x8_u(evenHigh), at + 80, base, offset, step);
  const d6 = four(i32x4.extend_low_i16x8_u(oddHigh), at + 96, base, offset, step);
  const d7 = four(i32x4.extend_high_i16x8_u(oddHigh), at + 112, base, offset, step);
  const first = bitsOf(within(d0, worst), within(d1, worst), within(d2, worst), within(d3, worst));
  const last = bitsOf(within(d4, worst), within(d5, worst), within(d6, worst), within(d7, worst));
  const good = (first | (last << 16)) & wanted;
  if (good == 0) return;
  keep(good, 0, d0, position, reservoir);
  keep(good, 4, d1, position, reservoir);
  keep(good, 8, d2, position, reservoir);
  keep(good, 12, d3, position, reservoir);
  keep(good, 16, d4, position, reservoir);
  keep(good, 20, d5, position, reservoir);
  keep(good, 24, d6, position, reservoir);
  keep(good, 28, d7, position, reservoir);
}

/** Vectors `from` to `to`. */
function scanPositions(query: usize, from: u32, to: u32, base: f32, reservoir: usize, mask: usize): void {
  const bases = f32x4.splat(base);
  for (let block = from >> 5; (block << 5) < to; block++) {
    let wanted = bitsAt(mask, block << 5);
    if (block << 5 < from) wanted &= (0xffffffff as u32) << (from & 31);
    if ((block + 1) << 5 > to) wanted &= (0xffffffff as u32) >> (32 - (to & 31));
    if (wanted != 0) scanBlock(query, block, wanted, bases, reservoir);
  }
}

export function scanBlockLists(
  query: usize,
  lists: usize,
  bases: usize,
  count: u32,
  offsets: usize,
  reservoir: usize,
  mask: usize,
): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const list = offsets + ((load<u32>(lists + (i << 2)) as usize) << 2);
    scanPositions(query, load<u32>(list), load<u32>(list, 4), load<f32>(bases + (i << 2)), reservoir, mask);
  }
}
