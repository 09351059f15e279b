// Curves of recall against speed: what is worth having of a sweep, and the speed at a recall between two points.

/** Points that no other beats in both recall and QPS, by rising recall. @param points {recall, qps} each */
export function frontier(points) {
  const best = [];
  for (const point of [...points].sort((a, b) => b.recall - a.recall || b.qps - a.qps)) {
    if (best.length === 0 || point.qps > best.at(-1).qps) best.push(point);
  }
  return best.reverse();
}

/**
 * QPS at a recall, log QPS linear in recall between the neighbouring points of the frontier.
 * @returns undefined where the recall is not reached; `atLeast` where the least effort already does better, so that the
 *   curve says only a lower bound
 */
export function qpsAt(points, recall) {
  const curve = frontier(points);
  const after = curve.findIndex((point) => point.recall >= recall);
  if (after < 0) return undefined;
  if (after === 0) return { qps: curve[0].qps, atLeast: curve[0].recall > recall };
  const [low, high] = [curve[after - 1], curve[after]];
  const share = (recall - low.recall) / (high.recall - low.recall);
  return { qps: Math.exp(Math.log(low.qps) * (1 - share) + Math.log(high.qps) * share), atLeast: false };
}

export function median(values) {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Speed of one engine in units of another at a recall. The ratio is taken within each round, whose conditions both
 * shared; the median of them stands for all.
 * @param mine points with `recall` and `roundQps`, one figure a round @param theirs the same of the other
 * @returns undefined where one of the two does not reach the recall or both start above it; `bound` '>' or '<' where one curve starts above it
 */
export function ratioAt(mine, theirs, recall) {
  const rounds = Math.min(...[...mine, ...theirs].map((point) => point.roundQps.length));
  const ratios = [];
  let bound = '';
  for (let round = 0; round < rounds; round++) {
    const of = (points) =>
      qpsAt(
        points.map((point) => ({ recall: point.recall, qps: point.roundQps[round] })),
        recall,
      );
    const [a, b] = [of(mine), of(theirs)];
    if (a === undefined || b === undefined || (a.atLeast && b.atLeast)) return undefined;
    if (a.atLeast !== b.atLeast) bound = a.atLeast ? '>' : '<';
    ratios.push(a.qps / b.qps);
  }
  if (ratios.length === 0) return undefined;
  return { ratio: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios), bound };
}
