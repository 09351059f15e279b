// One query's walk over level 0 of the graph, in steps, so that several queries can take turns (beam.ts).
// It ends when the best `breadth` are all expanded, or by a second rule (Al-Jazzazi et al., "Distance
// Adaptive Beam Search for Provably Accurate Graph-Based Nearest Neighbor Search", 2025, section 3):
// when the nearest candidate left is more than a given factor further away than the k-th best. An easy
// query ends early, a hard one goes on.
import { codeAt, codeWidth, touch } from './codes';
import { key4 } from './distance';
import { entryId, entryKey, insertSorted, linkBytes, links, linksBelow, NONE, poolEntry } from './graph';
import { ByteDot, MixedDot, MixedL2, NegatedDot, SignedDot, SquaredL2 } from './spaces';

/** Ids of nodes seen that are remembered one by one; beyond, all marks are cleared. */
export const SEEN_MOST: i32 = 4096;
/** Most unseen neighbours of a round, and four more to fill up the last four. */
const ROUND_MOST: i32 = 512 + 4;
/** Bytes of a lane before its list of nodes seen; the last hold four keys. */
const HEAD_BYTES: usize = 128;
const KEYS_AT: usize = 112;

/** A query under way. Bytes of a lane: its head, nodes seen u32[SEEN_MOST + ROUND_MOST], marks, a bit for each node. */
@unmanaged
export class Lane {
  /** Nearest left out so far, or what an entry must be below to be kept. */
  worst: u64;
  /** Entries above are not expanded. */
  bound: u64;
  /** On the way down: the nearest node so far. */
  best: u64;
  query: usize;
  pool: usize;
  seen: usize;
  marks: usize;
  /** Where the ids whose distances are wanted begin and end, among those seen. */
  from: usize;
  to: usize;
  size: i32;
  next: i32;
  /** Nodes that are expanded in this round; NONE: no second. */
  first: u32;
  second: u32;
  /** Level the way down is on, 0 when the walk has begun; number of the nearest node in the table of the levels above. */
  level: i32;
  at: u32;
  /** Set when more were seen than are remembered. */
  overflown: bool;
  number: u32;
}

/** Places a lane; its marks must be zeros. */
export function layLane(at: usize): void {
  const lane = changetype<Lane>(at);
  lane.seen = at + HEAD_BYTES;
  lane.marks = lane.seen + ((SEEN_MOST + ROUND_MOST) << 2);
}

@inline
function rowOf(node: u32): usize {
  return links + (node as usize) * linkBytes;
}

@inline
function bitsOf(distance: f64): u32 {
  return reinterpret<u32>(distance as f32);
}

/**
 * Key of the distance `factor` times as far as a key's. Under cosine that is the squared distance of
 * unit vectors; an inner product is no distance, and has no such key.
 */
@inline
function farther<S>(key: u32, factor: f64): u32 {
  if (idof<S>() == idof<ByteDot>() || idof<S>() == idof<MixedDot>() || idof<S>() == idof<SignedDot>())
    return u32.MAX_VALUE;
  if (idof<S>() == idof<NegatedDot>()) {
    const dot = reinterpret<f32>(key & 0x80000000 ? key & 0x7fffffff : ~key);
    const far = (1.0 + (dot as f64)) * factor - 1.0;
    const bits = bitsOf(far + 0.0);
    return bits & 0x80000000 ? ~bits : bits | 0x80000000;
  }
  if (idof<S>() == idof<SquaredL2>() || idof<S>() == idof<MixedL2>()) {
    if (key == u32.MAX_VALUE) return key;
    return bitsOf((reinterpret<f32>(key & 0x7fffffff) as f64) * factor) | 0x80000000;
  }
  return min((key as f64) * factor, 4294967295.0) as u32;
}

/** Begins a walk over level 0 from a pool entry. */
@inline
export function begin(lane: Lane, start: u64, breadth: i32): void {
  lane.level = 0;
  store<u64>(lane.pool, start);
  lane.size = 1;
  lane.next = 0;
  lane.worst = breadth == 1 ? start : u64.MAX_VALUE;
  lane.bound = u64.MAX_VALUE;
  lane.overflown = false;
  store<u32>(lane.seen, entryId(start));
  mark(lane.marks, entryId(start));
  lane.from = lane.seen + 4;
  lane.to = lane.from;
}

/** Marks a node. @returns 4 when it was not marked, 0 when it was */
@inline
function mark(marks: usize, id: u32): usize {
  const word = marks + (((id >> 5) as usize) << 2);
  const before = load<u32>(word);
  store<u32>(word, before | ((1 as u32) << (id & 31)));
  return (((~before >> (id & 31)) & 1) as usize) << 2;
}

/** Measures what gather() listed, and keeps what is near. */
@inline
export function settle<S>(lane: Lane, breadth: i32, depth: i32, factor: f64): void {
  const ids = lane.from;
  const count = ((lane.to - ids) >> 2) as i32;
  const query = lane.query;
  const pool = lane.pool;
  const keys = changetype<usize>(lane) + KEYS_AT;
  let worst = lane.worst;
  let size = lane.size;
  let lowest = lane.next;
  // Fours are filled up with whatever is near; their keys are left out below.
  store<u32>(lane.to, 0);
  store<u64>(lane.to, 0, 4);
  for (let i = 0; i < count; i += 4) {
    const fourAt = ids + ((i as usize) << 2);
    const four = key4<S>(
      query,
      codeAt(load<u32>(fourAt)),
      codeAt(load<u32>(fourAt, 4)),
      codeAt(load<u32>(fourAt, 8)),
      codeAt(load<u32>(fourAt, 12)),
      codeWidth,
    );
    let good = i32x4.bitmask(i32x4.le_u(four, i32x4.splat((worst >> 32) as i32)));
    if (count - i < 4) good &= (1 << (count - i)) - 1;
    if (good == 0) continue;
    v128.store(keys, four);
    do {
      const laneOffset = (ctz(good) as usize) << 2;
      good &= good - 1;
      const found = poolEntry(load<u32>(keys + laneOffset), load<u32>(fourAt + laneOffset));
      if (found >= worst) continue;
      const at = insertSorted(pool, size, breadth, found);
      if (size < breadth) size++;
      if (at < lowest) lowest = at;
      if (size == breadth) worst = min(lane.bound, load<u64>(pool + (((breadth - 1) as usize) << 3)));
    } while (good != 0);
  }
  if (factor > 0 && size >= depth) {
    const kth = entryKey(load<u64>(pool + (((depth - 1) as usize) << 3)));
    const bound = ((farther<S>(kth, factor) as u64) << 32) | 0xffffffff;
    lane.bound = bound;
    worst = min(worst, bound);
  }
  lane.worst = worst;
  lane.size = size;
  lane.next = lowest;
  lane.from = lane.to;
}

/** Picks the nearest two not yet expanded. @returns false when there is none: the walk has ended */
@inline
export function choose(lane: Lane): bool {
  const pool = lane.pool;
  const size = lane.size;
  const bound = lane.bound;
  let at = lane.next;
  let found = 0;
  lane.second = NONE;
  while (at < size) {
    const slot = pool + ((at as usize) << 3);
    const candidate = load<u64>(slot);
    if (candidate > bound) {
      at = size;
      break;
    }
    at++;
    if (candidate & 1) continue;
    store<u64>(slot, candidate | 1);
    if (found++ == 0) lane.first = entryId(candidate);
    else {
      lane.second = entryId(candidate);
      break;
    }
  }
  lane.next = at;
  return found > 0;
}

/** Asks for the rows of links that gather() will read. */
@inline
export function touchRows(lane: Lane): u32 {
  const row = rowOf(lane.first);
  const other = lane.second == NONE ? row : rowOf(lane.second);
  return load<u32>(row) | load<u32>(row + linkBytes - 4) | load<u32>(other) | load<u32>(other + linkBytes - 4);
}

/** Lists the unseen neighbours of a node behind those seen, without a branch on the marks. */
@inline
function gatherRow(marks: usize, node: u32, at: usize): usize {
  let end = at;
  let row = rowOf(node);
  const rowEnd = row + ((linksBelow as usize) << 2);
  if (load<u32>(rowEnd - 4) != NONE) {
    for (; row < rowEnd; row += 8) {
      const a = load<u32>(row);
      const b = load<u32>(row, 4);
      store<u32>(end, a);
      end += mark(marks, a);
      store<u32>(end, b);
      end += mark(marks, b);
    }
    return end;
  }
  for (; row < rowEnd; row += 4) {
    const a = load<u32>(row);
    if (a == NONE) break;
    store<u32>(end, a);
    end += mark(marks, a);
  }
  return end;
}

/** Lists what the nodes chosen lead to and was not seen. */
@inline
export function gather(lane: Lane): void {
  if (lane.from > lane.seen + (SEEN_MOST << 2)) {
    lane.from = lane.seen;
    lane.overflown = true;
  }
  let end = gatherRow(lane.marks, lane.first, lane.from);
  if (lane.second != NONE) end = gatherRow(lane.marks, lane.second, end);
  lane.to = end;
}

@inline
export function touchCodes(lane: Lane): u32 {
  let touched: u32 = 0;
  const end = lane.to;
  for (let at = lane.from; at < end; at += 4) touched |= touch(load<u32>(at));
  return touched;
}

/** Forgets what was seen. @param markBytes of all marks */
@inline
export function forget(lane: Lane, markBytes: usize): void {
  if (lane.overflown) {
    memory.fill(lane.marks, 0, markBytes);
    return;
  }
  const end = lane.to;
  for (let at = lane.seen; at < end; at += 4) store<u32>(lane.marks + (((load<u32>(at) >> 5) as usize) << 2), 0);
}
