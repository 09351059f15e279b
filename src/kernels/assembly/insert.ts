// Insertion into the graph (algorithms 1 and 4 of the paper), a batch at a time and in two halves, so
// that threads can share the work and still leave the same links (Manohar et al., "ParlayANN", 2024,
// section 3): each new node looks for its neighbours in the graph as it stood before the batch and
// writes its own rows; then each node that was chosen takes the links back, new ones in batch order.
import { laneAt, laneCount, markBytes, swapLanes } from './beam';
import { codeAt, codeWidth, space, touch } from './codes';
import { key1, key4 } from './distance';
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
  SCRATCH_SLOTS,
  sorted,
  stamp,
  unvisit,
  visited,
  walk,
} from './graph';
import { begin, choose as chooseNext, forget, gather, Lane, settle, touchCodes, touchRows } from './lane';
import { ByteDot, ByteL2, Hamming, NegatedDot, SignedDot, SquaredL2 } from './spaces';

let sink: u32 = 0;

@inline
function idAt(array: usize, i: u32): u32 {
  return load<u32>(array + ((i as usize) << 2));
}

@inline
function keptAt(i: i32): usize {
  return codeAt(idAt(kept, i));
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
      const four = key4<S>(code, keptAt(j), keptAt(j + 1), keptAt(j + 2), keptAt(j + 3), codeWidth);
      if (v128.any_true(i32x4.lt_u(four, nearer))) {
        good = false;
        break;
      }
    }
    if (!good) continue;
    for (; j < size; j++) {
      if (key1<S>(code, keptAt(j), codeWidth) < key) {
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

/** Writes a row of a node, which was empty, from candidates nearest first. */
@inline
function link<S>(node: u32, level: i32, candidates: usize, found: i32): void {
  const chosen = diversify<S>(candidates, found, linksAbove);
  memory.copy(linkRow(node, level), kept, (chosen as usize) << 2);
}

/** Links a node on the levels above 0, and begins its walk over level 0 from the nearest it came by. */
function beginNode<S>(lane: Lane, node: u32, breadth: i32): void {
  const level: i32 = load<u8>(levels + (node as usize));
  const code = codeAt(node);
  descend<S>(code, level);
  for (let at = min(level, entryLevel); at > 0; at--) link<S>(node, at, pool, walk<S>(code, at, breadth));
  lane.number = node;
  lane.query = code;
  begin(lane, load<u64>(pool) & ~1, breadth);
}

/** Walks for several nodes take turns, as those of queries do, see beam.ts: none reads what another writes. */
function weave<S>(nodes: usize, from: u32, to: u32, breadth: i32): void {
  let touched: u32 = 0;
  let begun = from;
  let active = min(laneCount, to - from);
  for (let i: u32 = 0; i < active; i++) {
    const lane = laneAt(i);
    lane.pool = pool + (((i + 1) as usize) * (breadth as usize) << 3);
    beginNode<S>(lane, idAt(nodes, begun++), breadth);
  }
  while (active > 0) {
    for (let i: u32 = 0; i < active; ) {
      const lane = laneAt(i);
      if (lane.to > lane.from) settle<S>(lane, breadth, 0, 0);
      if (chooseNext(lane)) {
        i++;
        continue;
      }
      link<S>(lane.number, 0, lane.pool, lane.size);
      forget(lane, markBytes);
      if (begun < to) beginNode<S>(lane, idAt(nodes, begun++), breadth);
      else swapLanes(i, --active);
    }
    for (let i: u32 = 0; i < active; i++) touched |= touchRows(laneAt(i));
    for (let i: u32 = 0; i < active; i++) gather(laneAt(i));
    for (let i: u32 = 0; i < active; i++) touched |= touchCodes(laneAt(i));
  }
  sink |= touched;
}

export function chooseLinks(nodes: usize, from: u32, to: u32, breadth: i32): void {
  if (space == 0) weave<SquaredL2>(nodes, from, to, breadth);
  else if (space == 1) weave<NegatedDot>(nodes, from, to, breadth);
  else if (space == 2) weave<ByteL2>(nodes, from, to, breadth);
  else if (space == 3) weave<ByteDot>(nodes, from, to, breadth);
  else if (space == 6) weave<Hamming>(nodes, from, to, breadth);
  else weave<SignedDot>(nodes, from, to, breadth);
}

export function collectLinks(
  nodes: usize,
  from: u32,
  to: u32,
  level: i32,
  heads: usize,
  sources: usize,
  nexts: usize,
  targets: usize,
): u32 {
  const most = level == 0 ? linksBelow : linksAbove;
  let edges: u32 = 0;
  let count: u32 = 0;
  // Each list grows at its head: from the last node to the first, so that it is read in batch order.
  for (let i = to; i > from; i--) {
    const node = idAt(nodes, i - 1);
    if ((load<u8>(levels + (node as usize)) as i32) < level) continue;
    const row = linkRow(node, level);
    for (let slot: u32 = 0; slot < most; slot++) {
      const target = idAt(row, slot);
      if (target == NONE) break;
      const head = heads + ((target as usize) << 2);
      const before = load<u32>(head);
      if (before == NONE) store<u32>(targets + ((count++ as usize) << 2), target);
      store<u32>(sources + ((edges as usize) << 2), node);
      store<u32>(nexts + ((edges as usize) << 2), before);
      store<u32>(head, edges++);
    }
  }
  return count;
}

/** Leaves in `kept` the `most` links chosen from the `count` nodes in `ids`. */
function chooseAnew<S>(node: u32, count: i32, most: u32): i32 {
  let touched: u32 = 0;
  for (let i = 0; i < count; i++) touched |= touch(idAt(ids, i));
  sink |= touched;
  measure<S>(codeAt(node), count);
  for (let i = 0; i < count; i++) insertSorted(sorted, i, count, poolEntry(idAt(keys, i), idAt(ids, i)));
  return diversify<S>(sorted, count, most);
}

/** Adds a list of links to a node; a row that is full is chosen anew from its nodes and those added. */
function takeLinks<S>(node: u32, level: i32, edge: u32, sources: usize, nexts: usize): void {
  const most = level == 0 ? linksBelow : linksAbove;
  const row = linkRow(node, level);
  let count = 0;
  while (count < (most as i32) && idAt(row, count) != NONE) {
    store<u32>(ids + ((count as usize) << 2), idAt(row, count));
    count++;
  }
  while (edge != NONE) {
    // A node that many chose takes them some at a time.
    while (edge != NONE && count < SCRATCH_SLOTS) {
      store<u32>(ids + ((count as usize) << 2), idAt(sources, edge));
      count++;
      edge = idAt(nexts, edge);
    }
    if (count <= (most as i32)) break;
    count = chooseAnew<S>(node, count, most);
    memory.copy(ids, kept, (count as usize) << 2);
  }
  memory.copy(row, ids, (count as usize) << 2);
  memory.fill(row + ((count as usize) << 2), 0xff, ((most - count) as usize) << 2);
}

export function linkBack(
  targets: usize,
  from: u32,
  to: u32,
  level: i32,
  heads: usize,
  sources: usize,
  nexts: usize,
): void {
  for (let i = from; i < to; i++) {
    const node = idAt(targets, i);
    const head = heads + ((node as usize) << 2);
    const edge = load<u32>(head);
    store<u32>(head, NONE);
    if (space == 0) takeLinks<SquaredL2>(node, level, edge, sources, nexts);
    else if (space == 1) takeLinks<NegatedDot>(node, level, edge, sources, nexts);
    else if (space == 2) takeLinks<ByteL2>(node, level, edge, sources, nexts);
    else if (space == 3) takeLinks<ByteDot>(node, level, edge, sources, nexts);
    else if (space == 6) takeLinks<Hamming>(node, level, edge, sources, nexts);
    else takeLinks<SignedDot>(node, level, edge, sources, nexts);
  }
}

/** Offers the `count` nodes in `ids` to the `limit` nearest in `sorted`. @returns how many these are then */
@inline
function keepNearest<S>(node: u32, count: i32, size: i32, limit: i32): i32 {
  let touched: u32 = 0;
  for (let i = 0; i < count; i++) touched |= touch(idAt(ids, i));
  sink |= touched;
  measure<S>(codeAt(node), count);
  for (let i = 0; i < count; i++) {
    const found = poolEntry(idAt(keys, i), idAt(ids, i));
    if (size == limit && found >= load<u64>(sorted + (((limit - 1) as usize) << 3))) continue;
    insertSorted(sorted, size, limit, found);
    if (size < limit) size++;
  }
  return size;
}

/** Fills the free slots of a level-0 row with the nearest of its neighbours' neighbours. */
function fillRow<S>(node: u32, counts: usize): void {
  const row = linkRow(node, 0);
  const own: u32 = load<u8>(counts + (node as usize));
  const limit = linksBelow - own;
  if (limit == 0) return;
  unvisit();
  const seen = stamp;
  store<u8>(visited + (node as usize), seen);
  for (let i: u32 = 0; i < own; i++) store<u8>(visited + (idAt(row, i) as usize), seen);
  let size = 0;
  let count = 0;
  for (let i: u32 = 0; i < own; i++) {
    const neighbour = idAt(row, i);
    const far = linkRow(neighbour, 0);
    const links: u32 = load<u8>(counts + (neighbour as usize));
    for (let j: u32 = 0; j < links; j++) {
      const found = idAt(far, j);
      const mark = visited + (found as usize);
      if (load<u8>(mark) == seen) continue;
      store<u8>(mark, seen);
      store<u32>(ids + ((count as usize) << 2), found);
      if (++count < SCRATCH_SLOTS) continue;
      size = keepNearest<S>(node, count, size, limit);
      count = 0;
    }
  }
  size = keepNearest<S>(node, count, size, limit);
  for (let i = 0; i < size; i++) {
    store<u32>(row + (((own + i) as usize) << 2), entryId(load<u64>(sorted + ((i as usize) << 3))));
  }
}

export function fillRows(from: u32, to: u32, counts: usize): void {
  for (let node = from; node < to; node++) {
    if (space == 0) fillRow<SquaredL2>(node, counts);
    else if (space == 1) fillRow<NegatedDot>(node, counts);
    else if (space == 2) fillRow<ByteL2>(node, counts);
    else if (space == 3) fillRow<ByteDot>(node, counts);
    else if (space == 6) fillRow<Hamming>(node, counts);
    else fillRow<SignedDot>(node, counts);
  }
}
