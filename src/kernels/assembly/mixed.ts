// Float32 distances between a float32 query and rows of bytes, summed as float.ts sums them: a row
// of bytes and the same row in float32 have one key.
import { add, sumLanes, toKeys } from './float';

/** Four bytes as float32. */
@inline
export function fourFloats(at: usize): v128 {
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))));
}

/** Key of the distance to a row of `bytes` bytes, a multiple of 16. */
@inline
export function mixedKey<S>(query: usize, row: usize, bytes: usize): u32 {
  let even = f32x4.splat(0);
  let odd = even;
  for (const end = row + bytes; row < end; row += 8, query += 32) {
    even = add<S>(even, fourFloats(row), v128.load(query));
    odd = add<S>(odd, fourFloats(row + 4), v128.load(query, 16));
  }
  const sum = f32x4.add(even, odd);
  return i32x4.extract_lane(toKeys<S>(sumLanes(sum, sum, sum, sum)), 0);
}

@inline
export function mixedKeys<S>(query: usize, a: usize, b: usize, c: usize, d: usize, bytes: usize): v128 {
  let evenA = f32x4.splat(0);
  let evenB = evenA;
  let evenC = evenA;
  let evenD = evenA;
  let oddA = evenA;
  let oddB = evenA;
  let oddC = evenA;
  let oddD = evenA;
  for (const end = a + bytes; a < end; ) {
    let q = v128.load(query);
    evenA = add<S>(evenA, fourFloats(a), q);
    evenB = add<S>(evenB, fourFloats(b), q);
    evenC = add<S>(evenC, fourFloats(c), q);
    evenD = add<S>(evenD, fourFloats(d), q);
    q = v128.load(query, 16);
    oddA = add<S>(oddA, fourFloats(a + 4), q);
    oddB = add<S>(oddB, fourFloats(b + 4), q);
    oddC = add<S>(oddC, fourFloats(c + 4), q);
    oddD = add<S>(oddD, fourFloats(d + 4), q);
    a += 8;
    b += 8;
    c += 8;
    d += 8;
    query += 32;
  }
  return toKeys<S>(
    sumLanes(f32x4.add(evenA, oddA), f32x4.add(evenB, oddB), f32x4.add(evenC, oddC), f32x4.add(evenD, oddD)),
  );
}
