// The walk of a query over level 0 under a filter. Only nodes it leaves are measured and kept; what it
// leaves out is stepped over, to the neighbours behind (Patel et al., "ACORN: Performant and
// Predicate-Agnostic Search Over Vector Embeddings and Structured Data", 2024, section 5: the graph of
// neighbours' neighbours stays connected where the graph of neighbours falls apart). It begins at a
// sample of what the filter leaves as well as near the query, so that it is nowhere lost where all
// that is left is far away.
import { laneAt } from './beam';
import { codeAt, codeWidth, space, touch } from './codes';
import { enter, gatherDescent, stepDown, topLevel, touchDescentCodes } from './descent';
import { key4 } from './distance';
import {
  descend,
  entryId,
  ids,
  insertSorted,
  kept,
  keys,
  linkBytes,
  links,
  linksBelow,
  NONE,
  pool,
  poolEntry,
  SCRATCH_SLOTS,
  stamp,
  unvisit,
  visited,
} from './graph';
import { ByteDot, ByteL2, Hamming, MixedDot, MixedL2, NegatedDot, SignedDot, SquaredL2 } from './spaces';

/** Nodes measured for one that is expanded: with so many, no more are looked for behind those left out. */
const ENOUGH: usize = 32 * 4;

let poolSize: i32 = 0;
/** Entries from here on need not enter the pool. */
let worst: u64 = 0;

let sink: u32 = 0;

@inline
function rowOf(node: u32): usize {
  return links + (node as usize) * linkBytes;
}

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

/** Appends unseen nodes that are left, neighbours of `node` or neighbours' neighbours, to the ids. */
function gather(node: u32, at: usize, mask: usize): usize {
  let end = at;
  let bridges = kept;
  const row = rowOf(node);
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
    const behind = rowOf(load<u32>(bridge));
    touched |= load<u32>(behind) | load<u32>(behind + linkBytes - 4);
  }
  sink |= touched;
  for (let bridge = kept; bridge < bridges && end < enough; bridge += 4) {
    const over = load<u32>(bridge);
    mark(over);
    const behind = rowOf(over);
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

/** Measures ids up to `end`, and puts what is near enough into the pool of `size`. @returns the lowest place, or the size */
@inline
function take<S>(query: usize, end: usize, breadth: i32): i32 {
  let touched: u32 = 0;
  for (let at = ids; at < end; at += 4) touched |= touch(load<u32>(at));
  sink |= touched;
  const count = ((end - ids) >> 2) as i32;
  store<u32>(end, 0);
  store<u64>(end, 0, 4);
  let lowest = poolSize;
  for (let i = 0; i < count; i += 4) {
    const offset = (i as usize) << 2;
    const a = codeAt(load<u32>(ids + offset));
    const b = codeAt(load<u32>(ids + offset, 4));
    const c = codeAt(load<u32>(ids + offset, 8));
    const d = codeAt(load<u32>(ids + offset, 12));
    const four = key4<S>(query, a, b, c, d, codeWidth);
    let good = i32x4.bitmask(i32x4.le_u(four, i32x4.splat((worst >> 32) as i32)));
    if (count - i < 4) good &= (1 << (count - i)) - 1;
    if (good == 0) continue;
    v128.store(keys, four);
    do {
      const lane = (ctz(good) as usize) << 2;
      good &= good - 1;
      const found = poolEntry(load<u32>(keys + lane), load<u32>(ids + offset + lane));
      if (found >= worst) continue;
      const at = insertSorted(pool, poolSize, breadth, found);
      if (poolSize < breadth) poolSize++;
      if (at < lowest) lowest = at;
      if (poolSize == breadth) worst = load<u64>(pool + (((breadth - 1) as usize) << 3));
    } while (good != 0);
  }
  return lowest;
}

@inline
function walk<S>(query: usize, breadth: i32, mask: usize, seeds: usize, seedCount: u32): u32 {
  let start: u64;
  if (topLevel > 0) {
    const lane = laneAt(0);
    lane.query = query;
    enter<S>(lane);
    let touched: u32 = 0;
    while (lane.level > 0) {
      gatherDescent(lane);
      touched |= touchDescentCodes(lane);
      stepDown<S>(lane);
    }
    sink |= touched;
    start = lane.best;
  } else {
    descend<S>(query, 0);
    start = load<u64>(pool);
  }
  unvisit();
  poolSize = 0;
  worst = u64.MAX_VALUE;
  const near = entryId(start);
  mark(near);
  let end = ids;
  if (allowed(mask, near)) {
    store<u32>(end, near);
    end += 4;
  }
  end = gather(near, end, mask);
  const room = ids + ((SCRATCH_SLOTS as usize) << 2) - 16;
  for (let i: u32 = 0; i < seedCount && end < room; i++) {
    const seed = load<u32>(seeds + ((i as usize) << 2));
    if (!isFresh(seed)) continue;
    mark(seed);
    store<u32>(end, seed);
    end += 4;
  }
  take<S>(query, end, breadth);
  let next = 0;
  while (next < poolSize) {
    const slot = pool + ((next as usize) << 3);
    const candidate = load<u64>(slot);
    next++;
    if (candidate & 1) continue;
    store<u64>(slot, candidate | 1);
    end = gather(entryId(candidate), ids, mask);
    if (end == ids) continue;
    const lowest = take<S>(query, end, breadth);
    if (lowest < next) next = lowest;
  }
  return poolSize;
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
