// The levels above 0, for searches: their codes copied to one small table, so that the way down is read
// from the cache and not from all over the codes. What is found is what graph.ts's walk would find.
import { codeBytes, codeWidth, touchAt } from './codes';
import { key1, key4 } from './distance';
import { linksAbove, NONE, poolEntry } from './graph';
import { Lane } from './lane';

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

/** Sets a lane on its way down: from the top to level 1, each time to the nearest neighbour until none is nearer. */
@inline
export function enter<S>(lane: Lane): void {
  lane.level = topLevel;
  lane.at = top;
  lane.best = poolEntry(key1<S>(lane.query, codeOf(top), codeWidth), wordAt(nodeIds, top));
  lane.from = 0;
  lane.to = 0;
}

@inline
function rowOf(lane: Lane): usize {
  return rows + ((wordAt(firsts, lane.at) + ((lane.level - 1) as u32)) as usize) * rowBytes;
}

@inline
export function touchDescentRow(lane: Lane): u32 {
  return load<u32>(rowOf(lane));
}

/** Lists what the nearest node is linked to: where it stands. */
@inline
export function gatherDescent(lane: Lane): void {
  const row = rowOf(lane);
  let count: u32 = 0;
  while (count < linksAbove && wordAt(row, count) != NONE) count++;
  lane.from = row;
  lane.to = row + ((count as usize) << 2);
}

@inline
export function touchDescentCodes(lane: Lane): u32 {
  let touched: u32 = 0;
  const end = lane.to;
  for (let at = lane.from; at < end; at += 4) touched |= touchAt(codeOf(load<u32>(at)));
  return touched;
}

/** Moves to the nearest of what gatherDescent() listed, or where none is nearer to the level below. */
@inline
export function stepDown<S>(lane: Lane): void {
  const row = lane.from;
  const count = ((lane.to - row) >> 2) as u32;
  const query = lane.query;
  const from = lane.at;
  let at = from;
  let best = lane.best;
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
  lane.best = best;
  lane.at = at;
  if (at == from) lane.level--;
}
