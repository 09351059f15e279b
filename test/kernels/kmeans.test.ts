import { beforeAll, expect, test } from 'vitest';
import { Arena, ASSIGN_SCRATCH_BYTES } from '../../src/kernels/index.js';
import { referenceAssign, referenceSums } from '../../src/kernels/reference/kmeans.js';
import { kernelsBuilt } from './built.js';
import { padded, place, randomRows } from './rows.js';

beforeAll(kernelsBuilt);

function assign(rows: Float32Array[], centroids: Float32Array[], from = 0, to = rows.length) {
  const arena = new Arena();
  const floats = rows[0].length;
  const lists = Math.ceil(centroids.length / 4) * 4;
  const halfNorms = arena.allocate(lists * 4);
  arena.f32(halfNorms, lists).fill(Number.POSITIVE_INFINITY);
  centroids.forEach((centroid, list) => {
    arena.f32(halfNorms, lists)[list] = centroid.reduce((sum, x) => sum + x * x, 0) / 2;
  });
  const all = [
    ...centroids,
    ...Array.from({ length: lists - centroids.length }, () => new Float32Array(floats)),
  ];
  const rowsAt = place(arena, rows);
  const centroidsAt = place(arena, all);
  const assigned = arena.allocate(rows.length * 4);
  const distances = arena.allocate(rows.length * 4);
  const minima = arena.allocate(ASSIGN_SCRATCH_BYTES);
  const stride = floats * 4;
  arena.kernels.assignRows(
    rowsAt,
    stride,
    from,
    to,
    centroidsAt,
    halfNorms,
    lists,
    minima,
    assigned,
    distances,
  );
  const sums = arena.allocate(lists * floats * 8);
  const counts = arena.allocate(lists * 4);
  arena.kernels.accumulateRows(rowsAt, stride, from, to, assigned, sums, counts);
  return {
    assigned: arena.u32(assigned, rows.length),
    distances: arena.f32(distances, rows.length),
    sums: centroids.map((_, list) => arena.f64(sums + list * floats * 8, floats)),
    counts: arena.u32(counts, lists),
  };
}

test.each([
  [1, 1, 1],
  [2, 3, 5],
  [63, 7, 3],
  [64, 8, 17],
  [65, 9, 100],
  [300, 33, 12],
  [129, 4, 784],
])('%i rows go to the nearest of %i centroids of %i components', (count, lists, dim) => {
  const rows = randomRows(count, dim, 1);
  const centroids = randomRows(lists, dim, 2);
  const found = assign(rows, centroids);
  rows.forEach((row, i) => {
    const best = referenceAssign(row, centroids);
    const chosen = referenceAssign(row, [centroids[found.assigned[i]]]);
    expect(chosen.distance).toBeLessThanOrEqual(best.distance + 1e-5 * dim);
    expect(found.distances[i]).toBeCloseTo(chosen.distance, 3);
  });
  const sums = referenceSums(rows, found.assigned, lists);
  expect(found.sums.map((sum) => [...sum])).toEqual(sums.map((sum) => [...sum]));
  expect(found.counts.reduce((sum, n) => sum + n, 0)).toBe(count);
});

test('equal centroids: the lower number; what overflows goes to list 0', () => {
  const centroids = [
    [5, 5],
    [1, 0],
    [9, 9],
    [0, 1],
    [7, 7],
    [1, 0],
  ].map(padded);
  const rows = [
    [1, 0],
    [0.5, 0.5],
    [0, 1],
    [3e38, 3e38],
  ].map(padded);
  expect([...assign(rows, centroids).assigned].slice(0, 3)).toEqual([1, 1, 3]);
  const huge = [
    [3e38, -3e38],
    [-3e38, 3e38],
  ].map(padded);
  expect([...assign(huge, huge).assigned]).toEqual([0, 0]);
});

test('any cut of the rows gives the same lists', () => {
  const rows = randomRows(200, 20, 3);
  const centroids = randomRows(11, 20, 4);
  const whole = [...assign(rows, centroids).assigned];
  for (const cut of [1, 63, 64, 101, 199]) {
    const first = assign(rows, centroids, 0, cut).assigned.slice(0, cut);
    const second = assign(rows, centroids, cut, 200).assigned.slice(cut);
    expect([...first, ...second]).toEqual(whole);
  }
});
