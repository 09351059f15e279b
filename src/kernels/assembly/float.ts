// Float32 distances as u32 keys whose unsigned order is the order of the distances.
//
// One row or four are summed in the same order, so a pair has one key however it was computed:
// 16-byte blocks go to two accumulators in turn, these are added, then (l0 + l1) + (l2 + l3).
import { MixedL2, SquaredL2 } from './spaces';

@inline
export function add<S>(sum: v128, x: v128, q: v128): v128 {
  if (idof<S>() == idof<SquaredL2>() || idof<S>() == idof<MixedL2>()) {
    const difference = f32x4.sub(x, q);
    return f32x4.add(sum, f32x4.mul(difference, difference));
  }
  return f32x4.add(sum, f32x4.mul(x, q));
}

/**
 * Sums to keys: the bits of a float, sign flipped when positive and all flipped when negative,
 * compare as unsigned numbers. 0 - x never gives -0. A NaN (infinities that cancelled) becomes the
 * largest key, since its bits differ between machines.
 */
@inline
export function toKeys<S>(sums: v128): v128 {
  const distance = idof<S>() == idof<SquaredL2>() || idof<S>() == idof<MixedL2>() ? sums : f32x4.sub(f32x4.splat(0), sums);
  const flip = v128.or(i32x4.shr_s(distance, 31), i32x4.splat(0x80000000));
  return v128.or(v128.xor(distance, flip), f32x4.ne(distance, distance));
}

/** Adds the lanes of each of four vectors: (l0 + l1) + (l2 + l3). */
@inline
export function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7));
  const cd = f32x4.add(v128.shuffle<i32>(c, d, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 1, 3, 5, 7));
  return f32x4.add(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), v128.shuffle<i32>(ab, cd, 1, 3, 5, 7));
}

/** Key of the distance between two float32 rows of `bytes` bytes. */
export function floatKey<S>(query: usize, row: usize, bytes: usize): u32 {
  let even = f32x4.splat(0);
  let odd = even;
  const pairsEnd = row + (bytes & ~31);
  while (row < pairsEnd) {
    even = add<S>(even, v128.load(row), v128.load(query));
    odd = add<S>(odd, v128.load(row, 16), v128.load(query, 16));
    row += 32;
    query += 32;
  }
  if (bytes & 16) even = add<S>(even, v128.load(row), v128.load(query));
  const sum = f32x4.add(even, odd);
  return i32x4.extract_lane(toKeys<S>(sumLanes(sum, sum, sum, sum)), 0);
}

/** Keys of the distances between a query and four rows, which share the loads of the query. */
@inline
export function floatKeys<S>(query: usize, a: usize, b: usize, c: usize, d: usize, bytes: usize): v128 {
  let evenA = f32x4.splat(0);
  let evenB = evenA;
  let evenC = evenA;
  let evenD = evenA;
  let oddA = evenA;
  let oddB = evenA;
  let oddC = evenA;
  let oddD = evenA;
  const pairsEnd = a + (bytes & ~31);
  while (a < pairsEnd) {
    const q0 = v128.load(query);
    const q1 = v128.load(query, 16);
    evenA = add<S>(evenA, v128.load(a), q0);
    evenB = add<S>(evenB, v128.load(b), q0);
    evenC = add<S>(evenC, v128.load(c), q0);
    evenD = add<S>(evenD, v128.load(d), q0);
    oddA = add<S>(oddA, v128.load(a, 16), q1);
    oddB = add<S>(oddB, v128.load(b, 16), q1);
    oddC = add<S>(oddC, v128.load(c, 16), q1);
    oddD = add<S>(oddD, v128.load(d, 16), q1);
    a += 32;
    b += 32;
    c += 32;
    d += 32;
    query += 32;
  }
  if (bytes & 16) {
    const q0 = v128.load(query);
    evenA = add<S>(evenA, v128.load(a), q0);
    evenB = add<S>(evenB, v128.load(b), q0);
    evenC = add<S>(evenC, v128.load(c), q0);
    evenD = add<S>(evenD, v128.load(d), q0);
  }
  return toKeys<S>(
    sumLanes(f32x4.add(evenA, oddA), f32x4.add(evenB, oddB), f32x4.add(evenC, oddC), f32x4.add(evenD, oddD)),
  );
}
