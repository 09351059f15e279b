// Distances between rows of bytes, in whole numbers: differences and products of 16 bits,
// added in pairs to 32. A sum of squares is its own key; it fits 32 bits up to 66,000 components.
import { ByteL2, SignedDot } from './spaces';

/** Eight components as 16-bit numbers. */
@inline
function eight<S>(at: usize): v128 {
  return idof<S>() == idof<SignedDot>() ? v128.load8x8_s(at) : v128.load8x8_u(at);
}

@inline
function add<S>(sum: v128, x: v128, q: v128): v128 {
  if (idof<S>() == idof<ByteL2>()) {
    const difference = i16x8.sub(x, q);
    return i32x4.add(sum, i32x4.dot_i16x8_s(difference, difference));
  }
  return i32x4.add(sum, i32x4.dot_i16x8_s(x, q));
}

/** Of inner products: below 2^31 up to 33,000 components (of either sign), subtracted from it so that larger ones come first. */
@inline
function toKeys<S>(sums: v128): v128 {
  return idof<S>() == idof<ByteL2>() ? sums : i32x4.sub(i32x4.splat(0x80000000), sums);
}

@inline
export function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(a, b, 1, 3, 5, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 1, 3, 5, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), v128.shuffle<i32>(ab, cd, 1, 3, 5, 7));
}

/** Key of the distance between two rows of `bytes` bytes, a multiple of 16. */
@inline
export function byteKey<S>(query: usize, row: usize, bytes: usize): u32 {
  let even = i32x4.splat(0);
  let odd = even;
  for (const end = row + bytes; row < end; row += 16, query += 16) {
    even = add<S>(even, eight<S>(row), eight<S>(query));
    odd = add<S>(odd, eight<S>(row + 8), eight<S>(query + 8));
  }
  const sum = i32x4.add(even, odd);
  return i32x4.extract_lane(toKeys<S>(sumLanes(sum, sum, sum, sum)), 0);
}

/** Keys of the distances between a query and four rows, which share the loads of the query. */
@inline
export function byteKeys<S>(query: usize, a: usize, b: usize, c: usize, d: usize, bytes: usize): v128 {
  let sumA = i32x4.splat(0);
  let sumB = sumA;
  let sumC = sumA;
  let sumD = sumA;
  for (const end = a + bytes; a < end; ) {
    let q = eight<S>(query);
    sumA = add<S>(sumA, eight<S>(a), q);
    sumB = add<S>(sumB, eight<S>(b), q);
    sumC = add<S>(sumC, eight<S>(c), q);
    sumD = add<S>(sumD, eight<S>(d), q);
    q = eight<S>(query + 8);
    sumA = add<S>(sumA, eight<S>(a + 8), q);
    sumB = add<S>(sumB, eight<S>(b + 8), q);
    sumC = add<S>(sumC, eight<S>(c + 8), q);
    sumD = add<S>(sumD, eight<S>(d + 8), q);
    a += 16;
    b += 16;
    c += 16;
    d += 16;
    query += 16;
  }
  return toKeys<S>(sumLanes(sumA, sumB, sumC, sumD));
}
