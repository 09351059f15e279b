/** A list of more rows than so many times the mean is relieved by one that holds less than the mean by as much. */
const FULL = 2;

/** A list that moves to where a row is. */
export interface Move {
  list: number;
  row: number;
}

/**
 * Relieves the fullest lists: the emptiest ones move there, each to a row of the list it relieves.
 * @param counts rows of each list @param assigned list of each row
 */
export function reliefs(counts: Uint32Array, assigned: Uint32Array): Move[] {
  const nlist = counts.length;
  const mean = assigned.length / nlist;
  const order = Array.from(counts.keys()).sort((a, b) => counts[a] - counts[b] || a - b);
  const spares = new Map<number, number[]>();
  let empty = 0;
  for (let full = nlist - 1; full > empty; full--) {
    for (let wanted = Math.floor(counts[order[full]] / (FULL * mean)); wanted > 0; wanted--) {
      if (empty >= full || counts[order[empty]] > mean / FULL) break;
      const spare = order[empty++];
      const others = spares.get(order[full]);
      if (others === undefined) spares.set(order[full], [spare]);
      else others.push(spare);
    }
  }
  const moves: Move[] = [];
  if (spares.size === 0) return moves;
  const met = new Uint32Array(nlist);
  for (let row = 0; row < assigned.length; row++) {
    const own = spares.get(assigned[row]);
    if (own === undefined) continue;
    // The last rows of a list, one for each: any will do, as long as it is always the same.
    const left = counts[assigned[row]] - met[assigned[row]]++;
    if (left <= own.length) moves.push({ list: own[left - 1], row });
  }
  return moves;
}
