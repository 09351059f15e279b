// The hierarchical graph of Malkov & Yashunin, "Efficient and robust approximate nearest neighbor
// search using Hierarchical Navigable Small World graphs" (2016/2018), and the walk over one level.
import { codeAt, codeWidth, touch } from './codes';
import { key1, key4 } from './distance';

/** Ends a row of links that is not full. */
export const NONE: u32 = 0xffffffff;

/** Level-0 rows of node 0, 1, …; a row is 64-byte aligned, so its cache lines are its own. */
export let links: usize = 0;
/** Bytes from one level-0 row to the next. */
export let linkBytes: usize = 0;
/** Rows of the levels above, a node's levels 1, 2, … one behind the other. */
let upper: usize = 0;
let upperBytes: usize = 0;
/** Number of a node's first row in `upper`, u32 each. */
let upperFirst: usize = 0;
/** Level of each node, u8 each. */
export let levels: usize = 0;
/** A byte for each node; equal to `stamp` when the running walk has seen it. */
export let visited: usize = 0;
let nodes: usize = 0;
export let stamp: u32 = 0;

/** Most links of a node: `linksAbove` on the upper levels, twice that on level 0. */
export let linksAbove: u32 = 0;
export let linksBelow: u32 = 0;

export let entry: u32 = 0;
/** Level of the entry; -1 while there are no nodes. */
export let entryLevel: i32 = -1;

/** Candidates of a walk, best first: key << 32 | id << 1 | expanded. */
export let pool: usize = 0;
/** Ids and keys of up to SCRATCH_SLOTS nodes, while their distances are computed. */
export let ids: usize = 0;
export let keys: usize = 0;
/** Room for the neighbour selection: entries sorted by distance, then the ids kept. */
export let sorted: usize = 0;
export let kept: usize = 0;
export const SCRATCH_SLOTS: i32 = 512;

let sink: u32 = 0;

export function setGraph(
  nodeCount: u32,
  m: u32,
  level0: usize,
  level0Bytes: usize,
  above: usize,
  aboveBytes: usize,
  aboveFirst: usize,
  nodeLevels: usize,
  stamps: usize,
): void {
  nodes = nodeCount as usize;
  linksAbove = m;
  linksBelow = 2 * m;
  links = level0;
  linkBytes = level0Bytes;
  upper = above;
  upperBytes = aboveBytes;
  upperFirst = aboveFirst;
  levels = nodeLevels;
  visited = stamps;
  stamp = 0;
  memory.fill(visited, 0, nodes);
}

export function setScratch(poolAt: usize, scratch: usize): void {
  pool = poolAt;
  ids = scratch;
  keys = ids + (SCRATCH_SLOTS << 2);
  sorted = keys + (SCRATCH_SLOTS << 2);
  kept = sorted + (SCRATCH_SLOTS << 3);
}

/** Makes `count` nodes known that were linked before: the graph of a file. */
export function setEntry(node: u32, level: i32): void {
  entry = node;
  entryLevel = level;
}

export function graphEntry(): u32 {
  return entry;
}

export function graphLevels(): i32 {
  return entryLevel;
}

@inline
export function linkRow(node: u32, level: i32): usize {
  if (level == 0) return links + (node as usize) * linkBytes;
  const first = load<u32>(upperFirst + ((node as usize) << 2)) as usize;
  return upper + (first + ((level - 1) as usize)) * upperBytes;
}

@inline
export function poolEntry(key: u32, id: u32): u64 {
  return ((key as u64) << 32) | ((id as u64) << 1);
}

@inline
export function entryId(poolEntry: u64): u32 {
  return (poolEntry as u32) >> 1;
}

@inline
export function entryKey(poolEntry: u64): u32 {
  return (poolEntry >> 32) as u32;
}

/** Slots moved one by one before a search and a block move are cheaper. */
const SHORT_MOVE: i32 = 64;

/**
 * Puts an entry in its place in a sorted array that keeps the `limit` smallest; the caller knows
 * that it belongs.
 * @returns where it stands
 */
@inline
export function insertSorted(array: usize, size: i32, limit: i32, value: u64): i32 {
  const last = size < limit ? size : limit - 1;
  let at = last;
  let slot = array + ((at as usize) << 3);
  const stop = last - SHORT_MOVE;
  while (at > 0) {
    const before = load<u64>(slot - 8);
    if (before < value) break;
    if (at == stop) return insertFar(array, at, value);
    store<u64>(slot, before);
    slot -= 8;
    at--;
  }
  store<u64>(slot, value);
  return at;
}

/** As insertSorted, when the place is far before `last`, whose slot is free. */
function insertFar(array: usize, last: i32, value: u64): i32 {
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u64>(array + ((middle as usize) << 3)) < value) low = middle + 1;
    else high = middle;
  }
  const slot = array + ((low as usize) << 3);
  memory.copy(slot + 8, slot, ((last - low) as usize) << 3);
  store<u64>(slot, value);
  return low;
}

/** Keys of the `count` nodes in `ids`, to `keys`. */
@inline
export function measure<S>(query: usize, count: i32): void {
  let id = ids;
  let key = keys;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const a = codeAt(load<u32>(id));
    const b = codeAt(load<u32>(id, 4));
    const c = codeAt(load<u32>(id, 8));
    const d = codeAt(load<u32>(id, 12));
    v128.store(key, key4<S>(query, a, b, c, d, codeWidth));
    id += 16;
    key += 16;
  }
  for (; i < count; i++) {
    store<u32>(key, key1<S>(query, codeAt(load<u32>(id)), codeWidth));
    id += 4;
    key += 4;
  }
}

/** Starts a walk: nothing is visited. The stamps are cleared once in 255 walks. */
@inline
export function unvisit(): void {
  stamp++;
  if (stamp > 255) {
    memory.fill(visited, 0, nodes);
    stamp = 1;
  }
}

/** Candidates expanded in one round on level 0: more distances wait for memory together. */
const EXPANSIONS: i32 = 2;

/**
 * Best-first walk over one level (algorithm 2 of the paper): expands the nearest candidates not yet
 * expanded, two a round on level 0, until all of the best `breadth` are. Starts from the nearest
 * entry in the pool.
 * @returns candidates in the pool
 */
export function walk<S>(query: usize, level: i32, breadth: i32): i32 {
  unvisit();
  const start = load<u64>(pool) & ~1;
  store<u64>(pool, start);
  store<u8>(visited + (entryId(start) as usize), stamp);
  const rowSlots = level == 0 ? linksBelow : linksAbove;
  const most = level == 0 ? EXPANSIONS : 1;
  const seen = stamp;
  let touched: u32 = 0;
  let size = 1;
  let next = 0;
  let worst = breadth == 1 ? start : u64.MAX_VALUE;
  while (next < size) {
    // Neighbours not seen before, gathered without a branch that depends on the stamps.
    let end = ids;
    let expanded = 0;
    let ahead = next;
    while (ahead < size && expanded < most) {
      const slot = pool + ((ahead as usize) << 3);
      const candidate = load<u64>(slot);
      ahead++;
      if (candidate & 1) continue;
      store<u64>(slot, candidate | 1);
      expanded++;
      let row = linkRow(entryId(candidate), level);
      const rowEnd = row + ((rowSlots as usize) << 2);
      while (row < rowEnd) {
        const neighbour = load<u32>(row);
        if (neighbour == NONE) break;
        const mark = visited + (neighbour as usize);
        const fresh: usize = load<u8>(mark) != seen ? 4 : 0;
        store<u8>(mark, seen);
        store<u32>(end, neighbour);
        end += fresh;
        row += 4;
      }
    }
    next = ahead;
    if (level == 0 && ahead < size) {
      // The row that is expanded next, unless something nearer turns up now.
      const row = linkRow(entryId(load<u64>(pool + ((ahead as usize) << 3))), 0);
      touched |= load<u32>(row) | load<u32>(row + linkBytes - 4);
    }
    for (let at = ids; at < end; at += 4) touched |= touch(load<u32>(at));
    const count = ((end - ids) >> 2) as i32;
    measure<S>(query, count);

    let lowest = size;
    for (let i = 0; i < count; i++) {
      const offset = (i as usize) << 2;
      const found = poolEntry(load<u32>(keys + offset), load<u32>(ids + offset));
      if (found >= worst) continue;
      const at = insertSorted(pool, size, breadth, found);
      if (size < breadth) size++;
      if (at < lowest) lowest = at;
      if (size == breadth) worst = load<u64>(pool + (((breadth - 1) as usize) << 3));
      if (level == 0 && at <= next) {
        // Likely to be expanded in the next round.
        const row = linkRow(load<u32>(ids + offset), 0);
        touched |= load<u32>(row) | load<u32>(row + linkBytes - 4);
      }
    }
    if (lowest < next) next = lowest;
  }
  sink |= touched;
  return size;
}

/** From the entry down to `level`, one node wide: leaves the nearest node found in pool[0]. */
@inline
export function descend<S>(query: usize, level: i32): void {
  store<u64>(pool, poolEntry(key1<S>(query, codeAt(entry), codeWidth), entry));
  for (let at = entryLevel; at > level; at--) walk<S>(query, at, 1);
}
