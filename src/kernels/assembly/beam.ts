// The walk of a query over level 0: what graph.ts's walk does, made for speed, and with a second rule to
// end by (Al-Jazzazi et al., "Distance Adaptive Beam Search for Provably Accurate Graph-Based Nearest
// Neighbor Search", 2025, section 3): when the nearest candidate left is more than a given factor
// further away than the k-th best. An easy query ends early, a hard one goes on.
import { codeAt, codeWidth, touch } from './codes';
import { key4 } from './distance';
import {
  entryId,
  entryKey,
  ids,
  insertSorted,
  keys,
  linkBytes,
  links,
  linksBelow,
  NONE,
  pool,
  poolEntry,
  stamp,
  unvisit,
  visited,
} from './graph';
import { ByteDot, MixedDot, MixedL2, NegatedDot, SquaredL2 } from './spaces';

/** Candidates expanded in one round: more distances wait for memory together. */
const EXPANSIONS: i32 = 2;

let sink: u32 = 0;

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
  if (idof<S>() == idof<ByteDot>() || idof<S>() == idof<MixedDot>()) return u32.MAX_VALUE;
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

/** Adds the unseen neighbours of a node to the ids that end at `end`, without a branch on the stamps. */
@inline
function gather(node: u32, at: usize): usize {
  let end = at;
  const seen = stamp;
  let row = rowOf(node);
  const rowEnd = row + ((linksBelow as usize) << 2);
  if (load<u32>(rowEnd - 4) != NONE) {
    for (; row < rowEnd; row += 8) {
      const a = load<u32>(row);
      const b = load<u32>(row, 4);
      const markA = visited + (a as usize);
      const freshA: usize = load<u8>(markA) != seen ? 4 : 0;
      store<u8>(markA, seen);
      store<u32>(end, a);
      end += freshA;
      const markB = visited + (b as usize);
      const freshB: usize = load<u8>(markB) != seen ? 4 : 0;
      store<u8>(markB, seen);
      store<u32>(end, b);
      end += freshB;
    }
    return end;
  }
  for (; row < rowEnd; row += 4) {
    const a = load<u32>(row);
    if (a == NONE) break;
    const mark = visited + (a as usize);
    const fresh: usize = load<u8>(mark) != seen ? 4 : 0;
    store<u8>(mark, seen);
    store<u32>(end, a);
    end += fresh;
  }
  return end;
}

/**
 * From the entry in pool[0]. Expands the nearest candidates not yet expanded, two a round, until all
 * of the best `breadth` are, or, where `factor` is above 0, until those left are farther than `factor`
 * times the distance of the `depth`-th best.
 * @param factor of squared distances
 * @returns candidates in the pool, best first
 */
export function beam<S>(query: usize, breadth: i32, depth: i32, factor: f64): i32 {
  unvisit();
  const start = load<u64>(pool) & ~1;
  store<u64>(pool, start);
  store<u8>(visited + (entryId(start) as usize), stamp);
  let touched: u32 = 0;
  let size = 1;
  let next = 0;
  let worst = breadth == 1 ? start : u64.MAX_VALUE;
  let bound = u64.MAX_VALUE;
  while (next < size) {
    let end = ids;
    let expanded = 0;
    let ahead = next;
    while (ahead < size && expanded < EXPANSIONS) {
      const slot = pool + ((ahead as usize) << 3);
      const candidate = load<u64>(slot);
      if (candidate > bound) {
        ahead = size;
        break;
      }
      ahead++;
      if (candidate & 1) continue;
      store<u64>(slot, candidate | 1);
      expanded++;
      end = gather(entryId(candidate), end);
    }
    next = ahead;
    if (ahead < size) {
      // The row that is expanded next, unless something nearer turns up now.
      const row = rowOf(entryId(load<u64>(pool + ((ahead as usize) << 3))));
      touched |= load<u32>(row) | load<u32>(row + linkBytes - 4);
    }
    for (let at = ids; at < end; at += 4) touched |= touch(load<u32>(at));
    const count = ((end - ids) >> 2) as i32;
    // Fours are filled up with whatever is near; their keys are left out below.
    store<u32>(end, 0);
    store<u64>(end, 0, 4);

    let lowest = size;
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
        const id = load<u32>(ids + offset + lane);
        const found = poolEntry(load<u32>(keys + lane), id);
        if (found >= worst) continue;
        const at = insertSorted(pool, size, breadth, found);
        if (size < breadth) size++;
        if (at < lowest) lowest = at;
        if (size == breadth) worst = min(bound, load<u64>(pool + (((breadth - 1) as usize) << 3)));
        if (at <= next) {
          // Likely to be expanded in the next round.
          const row = rowOf(id);
          touched |= load<u32>(row) | load<u32>(row + linkBytes - 4);
        }
      } while (good != 0);
    }
    if (lowest < next) next = lowest;
    if (factor > 0 && size >= depth) {
      const kth = entryKey(load<u64>(pool + (((depth - 1) as usize) << 3)));
      bound = ((farther<S>(kth, factor) as u64) << 32) | 0xffffffff;
      worst = min(worst, bound);
    }
  }
  sink |= touched;
  return size;
}
