/**
 * p-values adjusted for being several (Holm 1979): each may be held against the level itself, and the chance of one or
 * more false alarms stays below it, whether they hang together or not. Order is kept; NaN stays NaN and does not count.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, i) => ({ p, i })).filter(({ p }) => !Number.isNaN(p));
  order.sort((a, b) => a.p - b.p);
  const adjusted = ps.map(() => Number.NaN);
  let largest = 0;
  for (const [rank, { p, i }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, p * (order.length - rank)));
    adjusted[i] = largest;
  }
  return adjusted;
}
