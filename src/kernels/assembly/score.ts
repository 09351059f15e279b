// Float64 scores of rows, float32 or bytes. The sum of a row runs over its components in order, as the plain
// loop does, so a score has the same bits wherever it is computed; speed comes from four rows at once.
import { codeAt, codeWidth, space } from './codes';
import { fourFloats } from './mixed';
import { MixedDot, MixedL2, NegatedDot, SquaredL2 } from './spaces';

@inline
function add<S>(sum: v128, x: v128, q: v128): v128 {
  if (idof<S>() == idof<SquaredL2>() || idof<S>() == idof<MixedL2>()) {
    const difference = f64x2.sub(x, q);
    return f64x2.add(sum, f64x2.mul(difference, difference));
  }
  return f64x2.add(sum, f64x2.mul(x, q));
}

/** Bytes of a row that four components take. */
@inline
function fourBytes<S>(): usize {
  return idof<S>() == idof<SquaredL2>() || idof<S>() == idof<NegatedDot>() ? 16 : 4;
}

@inline
function four<S>(at: usize): v128 {
  return fourBytes<S>() == 16 ? v128.load(at) : fourFloats(at);
}

@inline
function rowAt(positions: usize, i: u32): usize {
  return codeAt(load<u32>(positions + ((i as usize) << 2)));
}

/** Lane 0 follows row a, lane 1 row b; likewise c and d. */
@inline
function score4<S>(query: usize, a: usize, b: usize, c: usize, d: usize, out: usize): void {
  let ab = f64x2.splat(0);
  let cd = ab;
  const end = a + codeWidth;
  while (a < end) {
    const fourA = four<S>(a);
    const fourB = four<S>(b);
    const fourC = four<S>(c);
    const fourD = four<S>(d);
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
    a += fourBytes<S>();
    b += fourBytes<S>();
    c += fourBytes<S>();
    d += fourBytes<S>();
    query += 32;
  }
  if (idof<S>() == idof<SquaredL2>() || idof<S>() == idof<MixedL2>()) {
    // 0 - x, so that a distance of zero scores 0 and not -0.
    ab = f64x2.sub(f64x2.splat(0), ab);
    cd = f64x2.sub(f64x2.splat(0), cd);
  }
  v128.store(out, ab);
  v128.store(out, cd, 16);
}

@inline
function score<S>(query: usize, positions: usize, count: u32, out: usize): void {
  for (let i: u32 = 0; i < count; i += 4) {
    const last = count - 1;
    const a = rowAt(positions, i);
    const b = rowAt(positions, min(i + 1, last));
    const c = rowAt(positions, min(i + 2, last));
    const d = rowAt(positions, min(i + 3, last));
    score4<S>(query, a, b, c, d, out + ((i as usize) << 3));
  }
}

export function scoreRows(query: usize, positions: usize, count: u32, out: usize): void {
  if (space == 0) score<SquaredL2>(query, positions, count, out);
  else if (space == 1) score<NegatedDot>(query, positions, count, out);
  else if ((space & 1) == 0) score<MixedL2>(query, positions, count, out);
  else score<MixedDot>(query, positions, count, out);
}
