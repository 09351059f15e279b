// Walks of several queries in turn. A walk alone waits for memory twice a round: for the links of what it
// expands, then for the codes these lead to (165 ns each, measured, where computing takes 400). With
// several, each wait is shared by all: links of all are asked for together, then codes of all
// (asynchronous memory access chaining: Kocberber, Falsafi & Grot, PVLDB 9(4), 2015). WebAssembly has no
// prefetch, and a load that waits soon stops all behind it: hence phases, and not one walk after the
// other. What each finds is what it would find alone.
import {
  enter,
  gatherDescent,
  stepDown,
  topLevel,
  touchDescentCodes,
  touchDescentRow,
} from './descent';
import { descend, pool } from './graph';
import { begin, choose, forget, gather, Lane, layLane, settle, touchCodes, touchRows } from './lane';

/** Addresses of the lanes, those at work first. */
let order: usize = 0;
export let laneCount: u32 = 0;
export let markBytes: usize = 0;

let sink: u32 = 0;

export function setLanes(at: usize, bytes: usize, count: u32, marks: usize): void {
  order = at;
  laneCount = count;
  markBytes = marks;
  for (let i: u32 = 0; i < count; i++) {
    const lane = at + 64 + (i as usize) * bytes;
    store<usize>(order + ((i as usize) << 2), lane);
    layLane(lane);
  }
}

@inline
export function laneAt(i: u32): Lane {
  return changetype<Lane>(load<usize>(order + ((i as usize) << 2)));
}

/** The last that is at work takes the place of one that has ended. */
@inline
export function swapLanes(ended: u32, last: u32): void {
  const lane = load<usize>(order + ((ended as usize) << 2));
  store<usize>(order + ((ended as usize) << 2), load<usize>(order + ((last as usize) << 2)));
  store<usize>(order + ((last as usize) << 2), lane);
}

@inline
function start<S>(lane: Lane, number: u32, queries: usize, queryBytes: usize, pools: usize, breadth: i32): void {
  lane.number = number;
  lane.query = queries + (number as usize) * queryBytes;
  lane.pool = pools + (number as usize) * ((breadth as usize) << 3);
  if (topLevel > 0) {
    enter<S>(lane);
    return;
  }
  descend<S>(lane.query, 0);
  begin(lane, load<u64>(pool) & ~1, breadth);
}

/** Takes in what was asked for, and says what is wanted next. @returns false when the walk has ended */
@inline
function advance<S>(lane: Lane, breadth: i32, depth: i32, factor: f64): bool {
  if (lane.level > 0) {
    // 0 before the first row was listed; a row may be empty.
    if (lane.from != 0) stepDown<S>(lane);
    if (lane.level > 0) return true;
    begin(lane, lane.best, breadth);
  } else if (lane.to > lane.from) settle<S>(lane, breadth, depth, factor);
  return choose(lane);
}

/** See searchGraphs() in ../exports.ts. */
export function beams<S>(
  queries: usize,
  queryBytes: usize,
  count: u32,
  breadth: i32,
  depth: i32,
  factor: f64,
  pools: usize,
  sizes: usize,
): void {
  let touched: u32 = 0;
  let begun: u32 = 0;
  let active = min(laneCount, count);
  for (; begun < active; begun++) start<S>(laneAt(begun), begun, queries, queryBytes, pools, breadth);
  while (active > 0) {
    for (let i: u32 = 0; i < active; ) {
      const lane = laneAt(i);
      if (advance<S>(lane, breadth, depth, factor)) {
        i++;
        continue;
      }
      store<u32>(sizes + ((lane.number as usize) << 2), lane.size);
      forget(lane, markBytes);
      if (begun < count) start<S>(lane, begun++, queries, queryBytes, pools, breadth);
      else swapLanes(i, --active);
    }
    for (let i: u32 = 0; i < active; i++) {
      const lane = laneAt(i);
      touched |= lane.level > 0 ? touchDescentRow(lane) : touchRows(lane);
    }
    for (let i: u32 = 0; i < active; i++) {
      const lane = laneAt(i);
      if (lane.level > 0) gatherDescent(lane);
      else gather(lane);
    }
    for (let i: u32 = 0; i < active; i++) {
      const lane = laneAt(i);
      touched |= lane.level > 0 ? touchDescentCodes(lane) : touchCodes(lane);
    }
  }
  sink |= touched;
}
