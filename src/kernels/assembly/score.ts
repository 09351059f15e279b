// Float64 scores of float32 rows. The sum of a row runs over its components in order, as the plain
// loop does, so a score has the same bits wherever it is computed; speed comes from four rows at once.
import { metric } from './codes';
import { NegatedDot, SquaredL2 } from './distance';

@inline
function add<S>(sum: v128, x: v128, q: v128): v128 {
  if (idof<S>() == idof<SquaredL2>()) {
    const difference = f64x2.sub(x, q);
    return f64x2.add(sum, f64x2.mul(difference, difference));
  }
  return f64x2.add(sum, f64x2.mul(x, q));
}

@inline
function rowAt(rows: usize, stride: usize, positions: usize, i: u32): usize {
  return rows + (load<u32>(positions + ((i as usize) << 2)) as usize) * stride;
}

/** Lane 0 follows row a, lane 1 row b; likewise c and d. */
@inline
function score4<S>(query: usize, a: usize, b: usize, c: usize, d: usize, stride: usize, out: usize): void {
  let ab = f64x2.splat(0);
  let cd = ab;
  const end = a + stride;
  while (a < end) {
    const fourA = v128.load(a);
    const fourB = v128.load(b);
    const fourC = v128.load(c);
    const fourD = v128.load(d);
    const lowAB = v128.shuffle<i32>(fourA, fourB, 0, 4, 1, 5);
    const lowCD = v128.shuffle<i32>(fourC, fourD, 0, 4, 1, 5);
    const highAB = v128.shuffle<i32>(fourA, fourB, 2, 6, 3, 7);
    const highCD = v128.shuffle<i32>(fourC, fourD, 2, 6, 3, 7);
    let q = v128.load64_splat(query);
    ab = add<S>(ab, f64x2.promote_low_f32x4(lowAB), q);
    cd = add<S>(cd, f64x2.promote_low_f32x4(lowCD), q);
    q = v128.load64_splat(query, 8);
    ab = add<S>(ab, f64x2.promote_low_f32x4(v128.shuffle<i64>(lowAB, lowAB, 1, 1)), q);
    cd = add<S>(cd, f64x2.promote_low_f32x4(v128.shuffle<i64>(lowCD, lowCD, 1, 1)), q);
    q = v128.load64_splat(query, 16);
    ab = add<S>(ab, f64x2.promote_low_f32x4(highAB), q);
    cd = add<S>(cd, f64x2.promote_low_f32x4(highCD), q);
    q = v128.load64_splat(query, 24);
    ab = add<S>(ab, f64x2.promote_low_f32x4(v128.shuffle<i64>(highAB, highAB, 1, 1)), q);
    cd = add<S>(cd, f64x2.promote_low_f32x4(v128.shuffle<i64>(highCD, highCD, 1, 1)), q);
    a += 16;
    b += 16;
    c += 16;
    d += 16;
    query += 32;
  }
  if (idof<S>() == idof<SquaredL2>()) {
    // 0 - x, so that a distance of zero scores 0 and not -0.
    ab = f64x2.sub(f64x2.splat(0), ab);
    cd = f64x2.sub(f64x2.splat(0), cd);
  }
  v128.store(out, ab);
  v128.store(out, cd, 16);
}

@inline
function score<S>(query: usize, rows: usize, stride: usize, positions: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i += 4) {
    const last = count - 1;
    const a = rowAt(rows, stride, positions, i);
    const b = rowAt(rows, stride, positions, min(i + 1, last));
    const c = rowAt(rows, stride, positions, min(i + 2, last));
    const d = rowAt(rows, stride, positions, min(i + 3, last));
    score4<S>(query, a, b, c, d, stride, out + ((i as usize) << 3));
  }
}

export function scoreRows(
  query: usize,
  rows: usize,
  stride: usize,
  positions: usize,
  count: u32,
  out: usize,
): void {
  if (metric == 0) score<SquaredL2>(query, rows, stride, positions, count, out);
  else score<NegatedDot>(query, rows, stride, positions, count, out);
}
