// The table of a query that scans over 4-bit codes look into (blocks.ts), with the bits of ../reference/tables.ts.

/** Largest entry: two of them are added in a byte. */
const ENTRY_MOST: f64 = 127;
/** Most that the largest entries of all groups may sum to: a scan adds in 16 bits. */
const SUM_MOST: f64 = 65535;

@inline
function at64(array: usize, i: u32): f64 {
  return load<f64>(array + ((i as usize) << 3));
}

/** Inner products of the sixteen words of each group with the group's components of the query, in order. */
function multiply(query: usize, words: usize, starts: usize, groups: u32, products: usize): void {
  let word = words;
  let to = products;
  for (let g: u32 = 0; g < groups; g++) {
    const start = load<u32>(starts + ((g as usize) << 2));
    const width = load<u32>(starts + ((g as usize) << 2), 4) - start;
    const from = query + ((start as usize) << 3);
    if (width == 1) {
      const component = v128.load64_splat(from);
      for (let v = 0; v < 16; v += 2, word += 8, to += 16)
        v128.store(to, f64x2.mul(component, f64x2.promote_low_f32x4(v128.load64_zero(word))));
      continue;
    }
    for (let v = 0; v < 16; v++, to += 8) {
      let sum: f64 = 0;
      for (let k: u32 = 0; k < width; k++, word += 4) sum += at64(from, k) * (load<f32>(word) as f64);
      store<f64>(to, sum);
    }
  }
}

/** See ../exports.ts. */
export function layTables(
  query: usize,
  words: usize,
  starts: usize,
  groups: u32,
  products: usize,
  lows: usize,
  out: usize,
): void {
  multiply(query, words, starts, groups, products);
  let offset: f64 = 0;
  let widest: f64 = 0;
  let total: f64 = 0;
  for (let g: u32 = 0; g < groups; g++) {
    const own = products + ((g as usize) << 7);
    let low = load<f64>(own);
    let high = low;
    for (let v: u32 = 1; v < 16; v++) {
      const product = at64(own, v);
      if (product < low) low = product;
      if (product > high) high = product;
    }
    store<f64>(lows + ((g as usize) << 3), low);
    offset += low;
    total += high - low;
    if (high - low > widest) widest = high - low;
  }
  // Rounding may add a half in each group.
  const step = max<f64>(widest / ENTRY_MOST, total / (SUM_MOST - (groups as f64) / 2));
  const scale = f64x2.splat(step > 0 ? 1 / step : 0);
  const half = f64x2.splat(0.5);
  store<f32>(out, offset as f32);
  store<f32>(out, step as f32, 4);
  let to = out + 16;
  for (let g: u32 = 0; g < groups; g++) {
    const low = v128.load64_splat(lows + ((g as usize) << 3));
    let own = products + ((g as usize) << 7);
    for (let v = 0; v < 16; v += 4, own += 32, to += 4) {
      const a = f64x2.add(f64x2.mul(f64x2.sub(v128.load(own), low), scale), half);
      const b = f64x2.add(f64x2.mul(f64x2.sub(v128.load(own, 16), low), scale), half);
      // What is no number becomes 0.
      const both = v128.shuffle<i64>(
        i32x4.trunc_sat_f64x2_u_zero(a),
        i32x4.trunc_sat_f64x2_u_zero(b),
        0,
        2,
      );
      const short = i16x8.narrow_i32x4_u(both, both);
      store<u32>(to, i32x4.extract_lane(i8x16.narrow_i16x8_u(short, short), 0));
    }
  }
}
