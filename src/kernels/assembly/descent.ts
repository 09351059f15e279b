// The levels above 0, for searches: their codes copied to one small table, so that the way down is read
// from the cache and not from all over the codes. What is found is what graph.ts's walk would find.
import { codeBytes, codeWidth, touchAt } from './codes';
import { key1, key4 } from './distance';
import { linksAbove, NONE, poolEntry } from './graph';

/** Codes of the nodes above level 0, the highest level first. */
let table: usize = 0;
/** Rows of the numbers in `table`, a node's levels 1, 2, … one behind the other. */
let rows: usize = 0;
let rowBytes: usize = 0;
/** Number of a node's first row, and its id in the graph, u32 each. */
let firsts: usize = 0;
let nodeIds: usize = 0;
let top: u32 = 0;
/** -1: there is no such table. */
export let topLevel: i32 = -1;

let sink: u32 = 0;

export function setDescent(
  codesAt: usize,
  rowsAt: usize,
  bytes: usize,
  firstsAt: usize,
  idsAt: usize,
  entry: u32,
  level: i32,
): void {
  table = codesAt;
  rows = rowsAt;
  rowBytes = bytes;
  firsts = firstsAt;
  nodeIds = idsAt;
  top = entry;
  topLevel = level;
}

@inline
function codeOf(i: u32): usize {
  return table + (i as usize) * codeBytes;
}

@inline
function wordAt(array: usize, i: u32): u32 {
  return load<u32>(array + ((i as usize) << 2));
}

/**
 * From the top to level 1, each time to the nearest neighbour until none is nearer.
 * @returns pool entry of the node found
 */
export function descendTable<S>(query: usize): u64 {
  let at = top;
  let best = poolEntry(key1<S>(query, codeOf(at), codeWidth), wordAt(nodeIds, at));
  let touched: u32 = 0;
  for (let level = topLevel; level > 0; level--) {
    for (;;) {
      const row = rows + ((wordAt(firsts, at) + ((level - 1) as u32)) as usize) * rowBytes;
      let count: u32 = 0;
      for (; count < linksAbove; count++) {
        const near = wordAt(row, count);
        if (near == NONE) break;
        touched |= touchAt(codeOf(near));
      }
      const from = at;
      for (let i: u32 = 0; i < count; i += 4) {
        // The last ones again where four are not left: they are not nearer than themselves.
        const last = count - 1;
        const a = wordAt(row, i);
        const b = wordAt(row, min(i + 1, last));
        const c = wordAt(row, min(i + 2, last));
        const d = wordAt(row, min(i + 3, last));
        const four = key4<S>(query, codeOf(a), codeOf(b), codeOf(c), codeOf(d), codeWidth);
        if (!v128.any_true(i32x4.le_u(four, i32x4.splat((best >> 32) as i32)))) continue;
        let found = poolEntry(i32x4.extract_lane(four, 0), wordAt(nodeIds, a));
        if (found < best) {
          best = found;
          at = a;
        }
        found = poolEntry(i32x4.extract_lane(four, 1), wordAt(nodeIds, b));
        if (found < best) {
          best = found;
          at = b;
        }
        found = poolEntry(i32x4.extract_lane(four, 2), wordAt(nodeIds, c));
        if (found < best) {
          best = found;
          at = c;
        }
        found = poolEntry(i32x4.extract_lane(four, 3), wordAt(nodeIds, d));
        if (found < best) {
          best = found;
          at = d;
        }
      }
      if (at == from) break;
    }
  }
  sink |= touched;
  return best;
}
