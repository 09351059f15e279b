/** A comparison with each match costs about as much as so many times efSearch of them, by a walk. */
const SCAN_MATCHES = 120;
/** Share of the vectors from which on a search of all, with what the filter leaves out taken out, costs less than a walk. */
const POST_SHARE = 0.4;
/** Matches that a walk begins at. */
const SEEDS = 32;

/** How what a filter leaves is found in a graph: by what was measured to cost least. */
export function planFor(matches: number, vectors: number, ef: number): 'scan' | 'walk' | 'post' {
  if (matches <= SCAN_MATCHES * ef) return 'scan';
  return matches >= POST_SHARE * vectors ? 'post' : 'walk';
}

/** Positions here and there among the matches. */
export function sampleOf(positions: Uint32Array): Uint32Array {
  const count = Math.min(SEEDS, positions.length);
  return Uint32Array.from({ length: count }, (_, i) => positions[Math.floor((i * positions.length) / count)]);
}
