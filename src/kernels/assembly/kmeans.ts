// Lloyd's k-means: rows to their nearest centroid, and the sums of each centroid's rows.
import { sumLanes } from './float';

/** Rows per block: their running minima stay in the first-level cache while a centroid passes. */
const BLOCK_ROWS: u32 = 64;

/** Running minimum of a row, one for each of four residues of the centroid number: values, then numbers. */
const MINIMUM_BYTES: usize = 32;

@inline
function keepSmaller(minimum: usize, values: v128, numbers: v128): void {
  const best = v128.load(minimum);
  const smaller = f32x4.lt(values, best);
  v128.store(minimum, v128.bitselect(values, best, smaller));
  v128.store(minimum, v128.bitselect(numbers, v128.load(minimum, 16), smaller), 16);
}

/** Two rows against four centroids: half the squared norm of each minus the inner product. */
@inline
function compare(row: usize, stride: usize, centroid: usize, halfNorms: v128, numbers: v128, minimum: usize): void {
  let other = row + stride;
  let c0 = centroid;
  let c1 = c0 + stride;
  let c2 = c1 + stride;
  let c3 = c2 + stride;
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  const end = row + stride;
  while (row < end) {
    const a = v128.load(row);
    const b = v128.load(other);
    let c = v128.load(c0);
    a0 = f32x4.add(a0, f32x4.mul(a, c));
    b0 = f32x4.add(b0, f32x4.mul(b, c));
    c = v128.load(c1);
    a1 = f32x4.add(a1, f32x4.mul(a, c));
    b1 = f32x4.add(b1, f32x4.mul(b, c));
    c = v128.load(c2);
    a2 = f32x4.add(a2, f32x4.mul(a, c));
    b2 = f32x4.add(b2, f32x4.mul(b, c));
    c = v128.load(c3);
    a3 = f32x4.add(a3, f32x4.mul(a, c));
    b3 = f32x4.add(b3, f32x4.mul(b, c));
    row += 16;
    other += 16;
    c0 += 16;
    c1 += 16;
    c2 += 16;
    c3 += 16;
  }
  keepSmaller(minimum, f32x4.sub(halfNorms, sumLanes(a0, a1, a2, a3)), numbers);
  keepSmaller(minimum + MINIMUM_BYTES, f32x4.sub(halfNorms, sumLanes(b0, b1, b2, b3)), numbers);
}

/** Squared distance of a row to a centroid, for the one that won. */
@inline
function squaredDistance(row: usize, centroid: usize, stride: usize): f32 {
  let sum = f32x4.splat(0);
  for (const end = row + stride; row < end; row += 16, centroid += 16) {
    const difference = f32x4.sub(v128.load(row), v128.load(centroid));
    sum = f32x4.add(sum, f32x4.mul(difference, difference));
  }
  return f32x4.extract_lane(sumLanes(sum, sum, sum, sum), 0);
}

export function assignRows(
  rows: usize,
  stride: usize,
  from: u32,
  to: u32,
  centroids: usize,
  halfNorms: usize,
  lists: u32,
  minima: usize,
  assigned: usize,
  distances: usize,
): void {
  for (let block = from; block < to; block += BLOCK_ROWS) {
    const blockEnd = min(block + BLOCK_ROWS, to);
    // Rows go in pairs: an odd last one is compared together with the padding row behind the table.
    for (let row = block; row < blockEnd + 1; row++) {
      const minimum = minima + ((row - block) as usize) * MINIMUM_BYTES;
      v128.store(minimum, f32x4.splat(Infinity));
      v128.store(minimum, i32x4.splat(0), 16);
    }
    let numbers = i32x4(0, 1, 2, 3);
    for (let list: u32 = 0; list < lists; list += 4) {
      const centroid = centroids + (list as usize) * stride;
      const norms = v128.load(halfNorms + ((list as usize) << 2));
      for (let row = block; row < blockEnd; row += 2) {
        const minimum = minima + ((row - block) as usize) * MINIMUM_BYTES;
        compare(rows + (row as usize) * stride, stride, centroid, norms, numbers, minimum);
      }
      numbers = i32x4.add(numbers, i32x4.splat(4));
    }
    for (let row = block; row < blockEnd; row++) {
      const minimum = minima + ((row - block) as usize) * MINIMUM_BYTES;
      let best = load<f32>(minimum);
      let list = load<u32>(minimum, 16);
      for (let lane: usize = 1; lane < 4; lane++) {
        const value = load<f32>(minimum + (lane << 2));
        const number = load<u32>(minimum + (lane << 2), 16);
        if (value < best || (value == best && number < list)) {
          best = value;
          list = number;
        }
      }
      store<u32>(assigned + ((row as usize) << 2), list);
      const distance = squaredDistance(
        rows + (row as usize) * stride,
        centroids + (list as usize) * stride,
        stride,
      );
      store<f32>(distances + ((row as usize) << 2), distance);
    }
  }
}

export function accumulateRows(
  rows: usize,
  stride: usize,
  from: u32,
  to: u32,
  assigned: usize,
  sums: usize,
  counts: usize,
): void {
  for (let row = from; row < to; row++) {
    const list = load<u32>(assigned + ((row as usize) << 2)) as usize;
    const count = counts + (list << 2);
    store<u32>(count, load<u32>(count) + 1);
    let sum = sums + list * (stride << 1);
    const start = rows + (row as usize) * stride;
    for (let at = start; at < start + stride; at += 8, sum += 16) {
      v128.store(sum, f64x2.add(v128.load(sum), f64x2.promote_low_f32x4(v128.load64_zero(at))));
    }
  }
}
