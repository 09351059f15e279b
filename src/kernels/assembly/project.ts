// Inner products of float64 vectors with float64 axes: what bounds are computed from must be true to the
// last bits that matter, and float32 sums are not.

@inline
function add(sum: v128, x: v128, y: v128): v128 {
  return f64x2.add(sum, f64x2.mul(x, y));
}

@inline
function lanes(a: v128, b: v128): v128 {
  return f64x2.add(v128.shuffle<i64>(a, b, 0, 2), v128.shuffle<i64>(a, b, 1, 3));
}

/** Two vectors against four axes. Each product is summed over even and odd components, then both. */
@inline
function products(row: usize, other: usize, axis: usize, bytes: usize, out: usize, otherOut: usize): void {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  let b1 = axis + bytes;
  let c1 = b1 + bytes;
  let d1 = c1 + bytes;
  for (const end = row + bytes; row < end; row += 16) {
    const x = v128.load(row);
    const y = v128.load(other);
    let z = v128.load(axis);
    a = add(a, x, z);
    e = add(e, y, z);
    z = v128.load(b1);
    b = add(b, x, z);
    f = add(f, y, z);
    z = v128.load(c1);
    c = add(c, x, z);
    g = add(g, y, z);
    z = v128.load(d1);
    d = add(d, x, z);
    h = add(h, y, z);
    other += 16;
    axis += 16;
    b1 += 16;
    c1 += 16;
    d1 += 16;
  }
  v128.store(out, lanes(a, b));
  v128.store(out, lanes(c, d), 16);
  v128.store(otherOut, lanes(e, f));
  v128.store(otherOut, lanes(g, h), 16);
}

export function projectRows(rows: usize, count: u32, axes: usize, axisCount: u32, floats: u32, out: usize): void {
  const bytes = (floats as usize) << 3;
  const outBytes = (axisCount as usize) << 3;
  for (let i: u32 = 0; i < count; i += 2) {
    // The last of an odd number goes twice to the same place.
    const j = min(i + 1, count - 1);
    const row = rows + (i as usize) * bytes;
    const other = rows + (j as usize) * bytes;
    const to = out + (i as usize) * outBytes;
    const otherTo = out + (j as usize) * outBytes;
    for (let k: u32 = 0; k < axisCount; k += 4) {
      const at = (k as usize) << 3;
      products(row, other, axes + (k as usize) * bytes, bytes, to + at, otherTo + at);
    }
  }
}
