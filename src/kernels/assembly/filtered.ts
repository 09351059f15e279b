// The walk of a query over level 0 under a filter. Only nodes it leaves are measured and kept; what it
// leaves out is stepped over, to the neighbours behind (Patel et al., "ACORN: Performant and
// Predicate-Agnostic Search Over Vector Embeddings and Structured Data", 2024, section 5: the graph of
// neighbours' neighbours stays connected where the graph of neighbours falls apart). It begins at a
// sample of what the filter leaves as well as near the query, so that it is nowhere lost where all
// that is left is far away.
import { laneAt } from './beam';
import { space } from './codes';
import { enter, gatherDescent, stepDown, topLevel, touchDescentCodes } from './descent';
import {
  descend,
  entryId,
  kept,
  linkBytes,
  linkRow,
  linksBelow,
  NONE,
  pool,
  stamp,
  unvisit,
  visited,
} from './graph';
import { choose, Lane, settle, touchCodes, touchRows } from './lane';
import { ByteDot, ByteL2, Hamming, MixedDot, MixedL2, NegatedDot, SignedDot, SquaredL2 } from './spaces';

/** Nodes measured for one that is expanded: with so many, no more are looked for behind those left out. */
const ENOUGH: usize = 32 * 4;

let sink: u32 = 0;

@inline
function allowed(mask: usize, node: u32): bool {
  return ((load<u32>(mask + (((node >> 5) as usize) << 2)) >> (node & 31)) & 1) != 0;
}

@inline
function isFresh(node: u32): bool {
  return load<u8>(visited + (node as usize)) != (stamp as u8);
}

@inline
function mark(node: u32): void {
  store<u8>(visited + (node as usize), stamp);
}

/** Lists unseen nodes that are left, neighbours of `node` or neighbours' neighbours, from `at` on: 127 and a row's at most. @returns the end */
function gather(node: u32, at: usize, mask: usize): usize {
  let end = at;
  let bridges = kept;
  const row = linkRow(node, 0);
  const rowEnd = row + ((linksBelow as usize) << 2);
  for (let slot = row; slot < rowEnd; slot += 4) {
    const near = load<u32>(slot);
    if (near == NONE) break;
    if (!isFresh(near)) continue;
    if (allowed(mask, near)) {
      mark(near);
      store<u32>(end, near);
      end += 4;
    } else {
      store<u32>(bridges, near);
      bridges += 4;
    }
  }
  const enough = at + ENOUGH;
  if (end >= enough) return end;
  let touched: u32 = 0;
  for (let bridge = kept; bridge < bridges; bridge += 4) {
    const behind = linkRow(load<u32>(bridge), 0);
    touched |= load<u32>(behind) | load<u32>(behind + linkBytes - 4);
  }
  sink |= touched;
  for (let bridge = kept; bridge < bridges && end < enough; bridge += 4) {
    const over = load<u32>(bridge);
    mark(over);
    const behind = linkRow(over, 0);
    const behindEnd = behind + ((linksBelow as usize) << 2);
    for (let slot = behind; slot < behindEnd; slot += 4) {
      const far = load<u32>(slot);
      if (far == NONE) break;
      if (!allowed(mask, far) || !isFresh(far)) continue;
      mark(far);
      store<u32>(end, far);
      end += 4;
    }
  }
  return end;
}

/** The node that the way down ends at. */
@inline
function nearest<S>(lane: Lane): u32 {
  if (topLevel <= 0) {
    descend<S>(lane.query, 0);
    return entryId(load<u64>(pool));
  }
  enter<S>(lane);
  let touched: u32 = 0;
  while (lane.level > 0) {
    gatherDescent(lane);
    touched |= touchDescentCodes(lane);
    stepDown<S>(lane);
  }
  sink |= touched;
  return entryId(lane.best);
}

/** Measures what is listed where the lane remembers nodes, and keeps what is near. */
@inline
function measure<S>(lane: Lane, end: usize, breadth: i32): void {
  lane.from = lane.seen;
  lane.to = end;
  sink |= touchCodes(lane);
  settle<S>(lane, breadth, 0, 0);
}

function walk<S>(query: usize, breadth: i32, mask: usize, seeds: usize, seedCount: u32): u32 {
  const lane = laneAt(0);
  lane.query = query;
  const near = nearest<S>(lane);
  unvisit();
  lane.pool = pool;
  lane.size = 0;
  lane.next = 0;
  lane.worst = u64.MAX_VALUE;
  lane.bound = u64.MAX_VALUE;
  mark(near);
  let end = lane.seen;
  if (allowed(mask, near)) {
    store<u32>(end, near);
    end += 4;
  }
  end = gather(near, end, mask);
  for (let i: u32 = 0; i < seedCount; i++) {
    const seed = load<u32>(seeds + ((i as usize) << 2));
    if (!isFresh(seed)) continue;
    mark(seed);
    store<u32>(end, seed);
    end += 4;
  }
  measure<S>(lane, end, breadth);
  while (choose(lane)) {
    sink |= touchRows(lane);
    end = gather(lane.first, lane.seen, mask);
    if (lane.second != NONE) end = gather(lane.second, end, mask);
    measure<S>(lane, end, breadth);
  }
  return lane.size;
}

export function searchFiltered(
  query: usize,
  breadth: u32,
  mask: usize,
  seeds: usize,
  seedCount: u32,
): u32 {
  if (space == 0) return walk<SquaredL2>(query, breadth, mask, seeds, seedCount);
  if (space == 1) return walk<NegatedDot>(query, breadth, mask, seeds, seedCount);
  if (space == 2) return walk<ByteL2>(query, breadth, mask, seeds, seedCount);
  if (space == 3) return walk<ByteDot>(query, breadth, mask, seeds, seedCount);
  if (space == 4) return walk<MixedL2>(query, breadth, mask, seeds, seedCount);
  if (space == 5) return walk<MixedDot>(query, breadth, mask, seeds, seedCount);
  if (space == 6) return walk<Hamming>(query, breadth, mask, seeds, seedCount);
  return walk<SignedDot>(query, breadth, mask, seeds, seedCount);
}

export function keepAllowed(entries: usize, count: u32, mask: usize): u32 {
  let left: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const entry = load<u64>(entries + ((i as usize) << 3));
    if (!allowed(mask, entryId(entry))) continue;
    store<u64>(entries + ((left as usize) << 3), entry);
    left++;
  }
  return left;
}
