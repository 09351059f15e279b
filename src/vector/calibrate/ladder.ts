import type { Dial, Effort } from '../kind.js';
import { combine, isLast, trusted } from './curve.js';

/** Efforts that find as much as this are the last that are tried, unless a target asks for more. */
const ENOUGH = 0.998;

/** What an effort was measured to find: mean and standard deviation over the queries. */
export interface Measured {
  recall: number;
  deviation: number;
}

/** A rung of the ladder. */
export interface Rung extends Measured {
  effort: Effort;
}

/**
 * Climbs from the least effort to one that finds nearly all, and a target's share in any case. Of two dials it turns, at
 * each step, the one by which more is found for the bytes it adds: both are tried.
 * @param queries the means are of
 */
export async function climb(
  dials: Dial[],
  depth: number,
  queries: number,
  target: number | undefined,
  measure: (effort: Effort) => Promise<Measured>,
): Promise<Rung[]> {
  const least = combine(dials, (dial) => dial.least(depth));
  // Where the least is all there is, nothing is to be measured.
  if (dials.every((dial) => dial.least(depth) >= dial.most(depth))) return [];
  const rungs: Rung[] = [{ effort: least, ...(await measure(least)) }];
  for (;;) {
    const here = rungs[rungs.length - 1];
    const short = target !== undefined && trusted(here.recall, here.deviation, queries) < target;
    if ((here.recall >= ENOUGH && !short) || isLast(dials, here.effort, depth)) return rungs;
    const ways = dials.flatMap((dial) => {
      const { setting, next, limit, most, cost } = dial;
      const value = here.effort[setting]!;
      const end = short ? most(depth) : limit(depth);
      if (next(value) >= end) return [];
      const added = cost(next(value), depth) - cost(value, depth);
      return [{ effort: { ...here.effort, [setting]: next(value) }, added }];
    });
    if (ways.length === 0) return rungs;
    let best: Rung | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const { effort, added } of ways) {
      const measured = await measure(effort);
      const worth = (measured.recall - here.recall) / added;
      if (worth <= most) continue;
      most = worth;
      best = { effort, ...measured };
    }
    rungs.push(best!);
  }
}
