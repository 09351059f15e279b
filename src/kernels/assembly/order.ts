// An order of byte codes in which neighbours stand near each other: a tree of splits, each by the
// direction between two centres (2-means on a sample) at the median. Whole-number arithmetic.
import { codeAt, codeWidth } from './codes';

/** Codes looked at for the centres of a split, and rounds of 2-means. */
const SAMPLE: u32 = 256;
const ROUNDS: i32 = 3;
/** Centres are kept in sixteenths: deep in the tree they differ by little. */
const FRACTION: i32 = 4;

/** Scratch: entries u64[count], then centres i16[2, width], weights i16[width], sums i32[2, width]. */
let entries: usize = 0;
let centres: usize = 0;
let weights: usize = 0;
let sums: usize = 0;
let width: usize = 0;

@inline
function idAt(ids: usize, i: u32): u32 {
  return load<u32>(ids + ((i as usize) << 2));
}

@inline
function lanes(sum: v128): i32 {
  return (
    i32x4.extract_lane(sum, 0) +
    i32x4.extract_lane(sum, 1) +
    i32x4.extract_lane(sum, 2) +
    i32x4.extract_lane(sum, 3)
  );
}

/** Inner product of a code with the weights. Wraps where codes are very long: only the order suffers. */
@inline
function project(code: usize): i32 {
  let sum = i32x4.splat(0);
  let weight = weights;
  for (const end = code + width; code < end; code += 8, weight += 16) {
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load8x8_u(code), v128.load(weight)));
  }
  return lanes(sum);
}

@inline
function squaredDistance(a: usize, b: usize): u32 {
  let sum = i32x4.splat(0);
  for (const end = a + width; a < end; a += 8, b += 8) {
    const difference = i16x8.sub(v128.load8x8_u(a), v128.load8x8_u(b));
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(difference, difference));
  }
  return lanes(sum);
}

@inline
function setCentre(which: usize, code: usize): void {
  const centre = centres + which * (width << 1);
  for (let j: usize = 0; j < width; j += 8) {
    v128.store(centre + (j << 1), i16x8.shl(v128.load8x8_u(code + j), FRACTION));
  }
}

/** Weights from the centres. @returns twice the projection, in the centres' unit, of the point halfway */
function setWeights(): i64 {
  const other = centres + (width << 1);
  let middle: i64 = 0;
  for (let j: usize = 0; j < width; j++) {
    const a: i32 = load<i16>(centres + (j << 1));
    const b: i32 = load<i16>(other + (j << 1));
    store<i16>(weights + (j << 1), (b - a) as i16);
    middle += ((b - a) as i64) * ((b + a) as i64);
  }
  return middle;
}

/** One round of 2-means over a sample. @returns false when all of it is on one side */
function moveCentres(ids: usize, from: u32, to: u32): bool {
  const middle = setWeights();
  const size = to - from;
  const sample = min(size, SAMPLE);
  memory.fill(sums, 0, width << 3);
  let first = 0;
  for (let i: u32 = 0; i < sample; i++) {
    const at = from + (((i as u64) * (size as u64)) / (sample as u64) as u32);
    const code = codeAt(idAt(ids, at));
    const near = (project(code) as i64) << (FRACTION + 1) < middle;
    first += near ? 1 : 0;
    const sum = near ? sums : sums + (width << 2);
    for (let j: usize = 0; j < width; j++) {
      const slot = sum + (j << 2);
      store<i32>(slot, load<i32>(slot) + (load<u8>(code + j) as i32));
    }
  }
  const second = (sample as i32) - first;
  if (first == 0 || second == 0) return false;
  for (let j: usize = 0; j < width; j++) {
    store<i16>(centres + (j << 1), ((load<i32>(sums + (j << 2)) << FRACTION) / first) as i16);
    const slot = sums + (width << 2) + (j << 2);
    store<i16>(centres + (width << 1) + (j << 1), ((load<i32>(slot) << FRACTION) / second) as i16);
  }
  return true;
}

/** Moves the smaller half of entries `from` to `to` before the larger (Hoare's quickselect). */
function partition(from: u32, to: u32): void {
  const wanted = (from + to) >> 1;
  let low: i32 = from;
  let high: i32 = (to as i32) - 1;
  while (low < high) {
    const pivot = load<u64>(entries + ((((low + high) >> 1) as usize) << 3));
    let i = low;
    let j = high;
    while (i <= j) {
      while (load<u64>(entries + ((i as usize) << 3)) < pivot) i++;
      while (load<u64>(entries + ((j as usize) << 3)) > pivot) j--;
      if (i <= j) {
        const a = entries + ((i as usize) << 3);
        const b = entries + ((j as usize) << 3);
        const held = load<u64>(a);
        store<u64>(a, load<u64>(b));
        store<u64>(b, held);
        i++;
        j--;
      }
    }
    if ((wanted as i32) <= j) high = j;
    else if ((wanted as i32) >= i) low = i;
    else break;
  }
}

function split(ids: usize, from: u32, to: u32, leaf: u32): void {
  const size = to - from;
  if (size <= leaf) return;
  // The second centre is the furthest from the first of eight spread over the range.
  const start = codeAt(idAt(ids, from + (size >> 1)));
  let furthest = start;
  let most: u32 = 0;
  for (let i: u32 = 0; i < 8; i++) {
    const code = codeAt(idAt(ids, from + (((i as u64) * (size as u64)) >> 3) as u32));
    const distance = squaredDistance(start, code);
    if (distance > most) {
      most = distance;
      furthest = code;
    }
  }
  if (most > 0) {
    setCentre(0, start);
    setCentre(1, furthest);
    for (let round = 0; round < ROUNDS; round++) if (!moveCentres(ids, from, to)) break;
    setWeights();
    for (let i = from; i < to; i++) {
      const id = idAt(ids, i);
      const key = (project(codeAt(id)) as u32) ^ 0x80000000;
      store<u64>(entries + ((i as usize) << 3), ((key as u64) << 32) | (id as u64));
    }
    partition(from, to);
    for (let i = from; i < to; i++) {
      store<u32>(ids + ((i as usize) << 2), load<u64>(entries + ((i as usize) << 3)) as u32);
    }
  }
  const half = (from + to) >> 1;
  split(ids, from, half, leaf);
  split(ids, half, to, leaf);
}

export function orderCodes(ids: usize, count: u32, leaf: u32, scratch: usize): void {
  width = codeWidth;
  entries = scratch;
  centres = entries + ((count as usize) << 3);
  centres = (centres + 15) & ~15;
  weights = centres + (width << 2);
  sums = weights + (width << 1);
  split(ids, 0, count, leaf);
}
