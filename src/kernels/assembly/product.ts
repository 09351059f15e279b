// Inner products of float32 rows with float32 rows: a matrix product, four columns at a time.
import { sumLanes } from './float';

@inline
function add(sum: v128, x: v128, y: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, y));
}

/** One row against four columns. Each product is summed over 16-byte blocks in order, then over lanes. */
@inline
function row4(row: usize, column: usize, stride: usize, out: usize): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let c1 = column + stride;
  let c2 = c1 + stride;
  let c3 = c2 + stride;
  for (const end = row + stride; row < end; row += 16) {
    const x = v128.load(row);
    a = add(a, x, v128.load(column));
    b = add(b, x, v128.load(c1));
    c = add(c, x, v128.load(c2));
    d = add(d, x, v128.load(c3));
    column += 16;
    c1 += 16;
    c2 += 16;
    c3 += 16;
  }
  v128.store(out, sumLanes(a, b, c, d));
}

/** Two rows against four columns, the same sums. */
@inline
function rows4(row: usize, column: usize, stride: usize, out: usize, outBytes: usize): void {
  let other = row + stride;
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  let c1 = column + stride;
  let c2 = c1 + stride;
  let c3 = c2 + stride;
  for (const end = row + stride; row < end; row += 16) {
    const x = v128.load(row);
    const y = v128.load(other);
    let z = v128.load(column);
    a = add(a, x, z);
    e = add(e, y, z);
    z = v128.load(c1);
    b = add(b, x, z);
    f = add(f, y, z);
    z = v128.load(c2);
    c = add(c, x, z);
    g = add(g, y, z);
    z = v128.load(c3);
    d = add(d, x, z);
    h = add(h, y, z);
    other += 16;
    column += 16;
    c1 += 16;
    c2 += 16;
    c3 += 16;
  }
  v128.store(out, sumLanes(a, b, c, d));
  v128.store(out + outBytes, sumLanes(e, f, g, h));
}

export function multiplyRows(
  rows: usize,
  count: u32,
  columns: usize,
  columnCount: u32,
  stride: usize,
  out: usize,
): void {
  const outBytes = (columnCount as usize) << 2;
  let i: u32 = 0;
  for (; i + 2 <= count; i += 2) {
    const row = rows + (i as usize) * stride;
    const to = out + (i as usize) * outBytes;
    for (let j: u32 = 0; j < columnCount; j += 4) {
      rows4(row, columns + (j as usize) * stride, stride, to + ((j as usize) << 2), outBytes);
    }
  }
  if (i < count) {
    const row = rows + (i as usize) * stride;
    const to = out + (i as usize) * outBytes;
    for (let j: u32 = 0; j < columnCount; j += 4) {
      row4(row, columns + (j as usize) * stride, stride, to + ((j as usize) << 2));
    }
  }
}
