/**
 * The nearest centroid by squared distance in float64; equal ones: the lower number. The kernel
 * decides in float32, so it may differ where two centroids are nearly equally far.
 */
export function referenceAssign(
  row: Float32Array,
  centroids: Float32Array[],
): { list: number; distance: number } {
  let best = { list: 0, distance: Number.POSITIVE_INFINITY };
  centroids.forEach((centroid, list) => {
    let distance = 0;
    for (let i = 0; i < row.length; i++) distance += (row[i] - centroid[i]) ** 2;
    if (distance < best.distance) best = { list, distance };
  });
  return best;
}

/** Float64 sums of each list's rows, in row order. */
export function referenceSums(
  rows: Float32Array[],
  assigned: ArrayLike<number>,
  lists: number,
): Float64Array[] {
  const sums = Array.from({ length: lists }, () => new Float64Array(rows[0].length));
  rows.forEach((row, i) => {
    const sum = sums[assigned[i]];
    for (let j = 0; j < row.length; j++) sum[j] += row[j];
  });
  return sums;
}
