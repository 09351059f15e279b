import type { Candidates } from '../../branch/index.js';
import type { QueryVector } from '../query.js';
import type { VectorRows } from '../rows.js';
import type { Screen } from './screen.js';

/**
 * The best `depth` of all rows with a float64 score of at least `least`. Rows that may be of them by
 * their float32 distance are scored; with a screen, most others are never measured. O(rows · dim).
 */
export function exactWithin(
  rows: VectorRows,
  query: QueryVector,
  least: number,
  depth: number,
  screen?: Screen,
): Candidates {
  rows.load();
  rows.setQuery(query);
  const found: { doc: number; score: number }[] = [];
  const score = (positions: Uint32Array) => {
    rows.score(positions, (position, value) => {
      if (value >= least) found.push({ doc: rows.docOf(position), score: value });
    });
  };
  const mostKey = rows.bounds(query).mostKey(-least);
  const screened = screen?.weigh(query);
  if (screened === undefined) rows.within(mostKey, score);
  else screen!.within(screened, mostKey, score);
  found.sort((a, b) => b.score - a.score || a.doc - b.doc);
  found.length = Math.min(found.length, depth);
  return {
    docs: Uint32Array.from(found, ({ doc }) => doc),
    scores: Float64Array.from(found, (hit) => hit.score),
  };
}

/** The first of some candidates, at most `depth`, with scores of at least `least`. @param candidates best first */
export function cut({ docs, scores }: Candidates, least: number, depth: number): Candidates {
  const end = scores.findIndex((score) => score < least);
  const size = Math.min(depth, end < 0 ? scores.length : end);
  return { docs: docs.slice(0, size), scores: scores.slice(0, size) };
}
