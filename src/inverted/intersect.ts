/** Documents that are in all lists, and where each stands in each. */
export interface Intersection {
  docs: Uint32Array;
  /** at[l][i] is the index of docs[i] in list l. */
  at: Uint32Array[];
}

/**
 * Intersects ascending lists: every document of the shortest is looked up in the others, shorter ones
 * first, by galloping from where the last look-up ended. O(shortest · lists · log(gap)).
 * @param lists at least one
 */
export function intersect(lists: Uint32Array[]): Intersection {
  const order = lists.map((_, l) => l).sort((a, b) => lists[a].length - lists[b].length || a - b);
  const shortest = lists[order[0]];
  const at = lists.map(() => new Uint32Array(shortest.length));
  const docs = new Uint32Array(shortest.length);
  const ends = new Array<number>(lists.length).fill(0);
  let n = 0;
  scan: for (let i = 0; i < shortest.length; i++) {
    const doc = shortest[i];
    at[order[0]][n] = i;
    for (let o = 1; o < order.length; o++) {
      const l = order[o];
      const list = lists[l];
      const found = advance(list, ends[l], doc);
      ends[l] = found;
      if (found === list.length) break scan;
      if (list[found] !== doc) continue scan;
      at[l][n] = found;
    }
    docs[n++] = doc;
  }
  return { docs: docs.subarray(0, n), at: at.map((indexes) => indexes.subarray(0, n)) };
}

/** Index of the first element >= doc, from `from` on; the length if there is none. Galloping, then bisection. */
export function advance(docs: Uint32Array, from: number, doc: number): number {
  if (from >= docs.length || docs[from] >= doc) return from;
  let step = 1;
  while (from + step < docs.length && docs[from + step] < doc) step *= 2;
  let low = from + (step >> 1) + 1;
  let high = Math.min(from + step, docs.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (docs[middle] < doc) low = middle + 1;
    else high = middle;
  }
  return low;
}
