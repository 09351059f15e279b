// Insertion into the graph (algorithms 1 and 4 of the paper).
import { codeAt, codeBytes, metric, touch } from './codes';
import { key1, key4, NegatedDot, SquaredL2 } from './distance';
import {
  descend,
  entryId,
  entryKey,
  entryLevel,
  ids,
  insertSorted,
  kept,
  keys,
  levels,
  linkRow,
  linksAbove,
  linksBelow,
  measure,
  NONE,
  pool,
  poolEntry,
  setEntry,
  sorted,
  walk,
} from './graph';

let sink: u32 = 0;

@inline
function keptAt(i: i32): usize {
  return codeAt(load<u32>(kept + ((i as usize) << 2)));
}

/**
 * Chooses neighbours that lie in different directions: a candidate is kept when it is not nearer to
 * one kept before than to the node itself. Kept ids go to `kept`.
 * @param candidates entries, nearest first
 * @returns how many were kept, at most `most`
 */
function diversify<S>(candidates: usize, count: i32, most: u32): i32 {
  let size = 0;
  for (let i = 0; i < count && size < (most as i32); i++) {
    const candidate = load<u64>(candidates + ((i as usize) << 3));
    const code = codeAt(entryId(candidate));
    const key = entryKey(candidate);
    const nearer = i32x4.splat(key as i32);
    let good = true;
    let j = 0;
    for (; j + 4 <= size; j += 4) {
      const four = key4<S>(code, keptAt(j), keptAt(j + 1), keptAt(j + 2), keptAt(j + 3), codeBytes);
      if (v128.any_true(i32x4.lt_u(four, nearer))) {
        good = false;
        break;
      }
    }
    if (!good) continue;
    for (; j < size; j++) {
      if (key1<S>(code, keptAt(j), codeBytes) < key) {
        good = false;
        break;
      }
    }
    if (!good) continue;
    store<u32>(kept + ((size as usize) << 2), entryId(candidate));
    size++;
  }
  return size;
}

/** Links `node` to `added`; a full row is chosen anew from its nodes and the added one. */
function linkBack<S>(node: u32, added: u32, level: i32): void {
  const most = level == 0 ? linksBelow : linksAbove;
  const row = linkRow(node, level);
  let count: u32 = 0;
  while (count < most) {
    const neighbour = load<u32>(row + ((count as usize) << 2));
    if (neighbour == NONE) break;
    store<u32>(ids + ((count as usize) << 2), neighbour);
    count++;
  }
  if (count < most) {
    store<u32>(row + ((count as usize) << 2), added);
    return;
  }
  store<u32>(ids + ((count as usize) << 2), added);
  count++;
  let touched: u32 = 0;
  for (let i: u32 = 0; i < count; i++) touched |= touch(load<u32>(ids + ((i as usize) << 2)));
  sink |= touched;
  measure<S>(codeAt(node), count);
  for (let i: u32 = 0; i < count; i++) {
    const offset = (i as usize) << 2;
    insertSorted(sorted, i, count, poolEntry(load<u32>(keys + offset), load<u32>(ids + offset)));
  }
  const size = diversify<S>(sorted, count, most);
  memory.fill(row, 0xff, (most as usize) << 2);
  for (let i = 0; i < size; i++) {
    const offset = (i as usize) << 2;
    store<u32>(row + offset, load<u32>(kept + offset));
  }
}

function insert<S>(node: u32, breadth: i32): void {
  const level: i32 = load<u8>(levels + (node as usize));
  if (entryLevel < 0) {
    setEntry(node, level);
    return;
  }
  const code = codeAt(node);
  descend<S>(code, level);
  for (let at = min(level, entryLevel); at >= 0; at--) {
    const found = walk<S>(code, at, breadth);
    const chosen = diversify<S>(pool, found, linksAbove);
    const row = linkRow(node, at);
    for (let i = 0; i < chosen; i++) {
      const offset = (i as usize) << 2;
      store<u32>(row + offset, load<u32>(kept + offset));
    }
    // linkBack() uses `kept`; from here the node's own row holds the choice.
    for (let i = 0; i < chosen; i++) linkBack<S>(load<u32>(row + ((i as usize) << 2)), node, at);
  }
  if (level > entryLevel) setEntry(node, level);
}

export function insertRows(from: u32, to: u32, breadth: u32): void {
  if (metric == 0) for (let node = from; node < to; node++) insert<SquaredL2>(node, breadth);
  else for (let node = from; node < to; node++) insert<NegatedDot>(node, breadth);
}
