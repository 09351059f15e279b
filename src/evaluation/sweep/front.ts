/** A setting that was measured: how good and how fast. */
export interface Point {
  /** Larger is better. */
  quality: number;
  qps: number;
}

/**
 * Points that no other point beats in both, by quality ascending: where two are equal, the first given. O(n log n).
 * @returns positions in `points`; points without a figure are left out
 */
export function paretoFront(points: readonly Point[]): number[] {
  const order = points
    .map((_, i) => i)
    .filter((i) => Number.isFinite(points[i].quality) && Number.isFinite(points[i].qps))
    .sort((a, b) => points[b].quality - points[a].quality || points[b].qps - points[a].qps || a - b);
  const front: number[] = [];
  let fastest = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    if (points[i].qps <= fastest) continue;
    fastest = points[i].qps;
    front.push(i);
  }
  return front.reverse();
}

/**
 * The point to use: the fastest that reaches `target`; without a target the best, of equally good ones the fastest.
 * @returns its position, undefined where no point reaches the target or none has figures
 */
export function choose(points: readonly Point[], target?: number): number | undefined {
  const front = paretoFront(points);
  return target === undefined ? front.at(-1) : front.find((i) => points[i].quality >= target);
}
