// Differing bits between rows of packed bits, eight a byte: a whole number that is its own key.

/** Blocks of 16 bytes whose counts, at most 8 a byte, fit a byte lane together. */
const BLOCKS: usize = 31 * 16;

@inline
function differ(row: usize, query: v128): v128 {
  return i8x16.popcnt(v128.xor(v128.load(row), query));
}

/** Counts of bytes, added by fours. */
@inline
function widen(counts: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(counts));
}

/** Differing bits of two rows of `bytes` bytes, a multiple of 16. */
@inline
export function bitKey(query: usize, row: usize, bytes: usize): u32 {
  let sum = i32x4.splat(0);
  for (const end = row + bytes; row < end; ) {
    let counts = i8x16.splat(0);
    for (const stop = min(end, row + BLOCKS); row < stop; row += 16, query += 16) {
      counts = i8x16.add(counts, differ(row, v128.load(query)));
    }
    sum = i32x4.add(sum, widen(counts));
  }
  const pairs = i32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 0, 1));
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1);
}

/** Differing bits of a query and four rows, which share the loads of the query. */
@inline
export function bitKeys(query: usize, a: usize, b: usize, c: usize, d: usize, bytes: usize): v128 {
  let sums = i32x4.splat(0);
  for (const end = a + bytes; a < end; ) {
    let countsA = i8x16.splat(0);
    let countsB = countsA;
    let countsC = countsA;
    let countsD = countsA;
    for (const stop = min(end, a + BLOCKS); a < stop; ) {
      const q = v128.load(query);
      countsA = i8x16.add(countsA, differ(a, q));
      countsB = i8x16.add(countsB, differ(b, q));
      countsC = i8x16.add(countsC, differ(c, q));
      countsD = i8x16.add(countsD, differ(d, q));
      a += 16;
      b += 16;
      c += 16;
      d += 16;
      query += 16;
    }
    // Counts by twos are at most 2 · 248 and fit 16 bits when eight of them are one.
    const ab = addPairs(i16x8.extadd_pairwise_i8x16_u(countsA), i16x8.extadd_pairwise_i8x16_u(countsB));
    const cd = addPairs(i16x8.extadd_pairwise_i8x16_u(countsC), i16x8.extadd_pairwise_i8x16_u(countsD));
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(addPairs(ab, cd)));
  }
  return sums;
}

/** Sums of neighbours in a, then in b. */
@inline
function addPairs(a: v128, b: v128): v128 {
  return i16x8.add(
    v128.shuffle<i16>(a, b, 0, 2, 4, 6, 8, 10, 12, 14),
    v128.shuffle<i16>(a, b, 1, 3, 5, 7, 9, 11, 13, 15),
  );
}
