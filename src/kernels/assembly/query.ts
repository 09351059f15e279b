// A float32 query in the other forms that kernels take.

export function widenQuery(query: usize, count: u32, out: usize): void {
  for (let i: usize = 0; i < (count as usize) << 2; i += 16) {
    const four = v128.load(query + i);
    v128.store(out + 2 * i, f64x2.promote_low_f32x4(four));
    v128.store(out + 2 * i, f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 1)), 16);
  }
}

@inline
function bytesOf(at: usize): v128 {
  return i32x4.trunc_sat_f32x4_u(v128.load(at));
}

@inline
function differs(at: usize, whole: v128): v128 {
  const large = i32x4.gt_u(whole, i32x4.splat(255));
  return v128.or(large, f32x4.ne(f32x4.convert_i32x4_u(whole), v128.load(at)));
}

export function narrowQuery(query: usize, count: u32, out: usize): u32 {
  let other = i32x4.splat(0);
  for (let i: usize = 0; i < count as usize; i += 16) {
    const at = query + (i << 2);
    const a = bytesOf(at);
    const b = bytesOf(at + 16);
    const c = bytesOf(at + 32);
    const d = bytesOf(at + 48);
    other = v128.or(other, v128.or(v128.or(differs(at, a), differs(at + 16, b)), v128.or(differs(at + 32, c), differs(at + 48, d))));
    const low = i16x8.narrow_i32x4_u(a, b);
    const high = i16x8.narrow_i32x4_u(c, d);
    v128.store(out + i, i8x16.narrow_i16x8_u(low, high));
  }
  return v128.any_true(other) ? 0 : 1;
}
