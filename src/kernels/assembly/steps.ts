// One walk in steps, for whoever reads what it meets: between the steps stands what has to be in place for the next.
import { laneAt, markBytes } from './beam';
import { space } from './codes';
import { NONE, poolEntry } from './graph';
import { begin, choose, forget, gather, settle } from './lane';
import { ByteDot, ByteL2, Hamming, MixedDot, MixedL2, NegatedDot, SignedDot, SquaredL2 } from './spaces';

export function beginWalk(query: usize, pool: usize, breadth: i32, node: u32, key: u32): void {
  const lane = laneAt(0);
  lane.query = query;
  lane.pool = pool;
  begin(lane, poolEntry(key, node), breadth);
}

function take<S>(breadth: i32, depth: i32, factor: f64): void {
  settle<S>(laneAt(0), breadth, depth, factor);
}

/** Takes in what gatherWalk() listed, and chooses. */
export function stepWalk(breadth: i32, depth: i32, factor: f64, out: usize): u32 {
  const lane = laneAt(0);
  if (lane.to > lane.from) {
    if (space == 0) take<SquaredL2>(breadth, depth, factor);
    else if (space == 1) take<NegatedDot>(breadth, depth, factor);
    else if (space == 2) take<ByteL2>(breadth, depth, factor);
    else if (space == 3) take<ByteDot>(breadth, depth, factor);
    else if (space == 4) take<MixedL2>(breadth, depth, factor);
    else if (space == 5) take<MixedDot>(breadth, depth, factor);
    else if (space == 6) take<Hamming>(breadth, depth, factor);
    else take<SignedDot>(breadth, depth, factor);
  }
  if (!choose(lane)) return 0;
  store<u32>(out, lane.first);
  store<u32>(out, lane.second, 4);
  return lane.second == NONE ? 1 : 2;
}

export function gatherWalk(out: usize): void {
  const lane = laneAt(0);
  gather(lane);
  store<u32>(out, lane.from);
  store<u32>(out, ((lane.to - lane.from) >> 2) as u32, 4);
}

export function endWalk(): u32 {
  const lane = laneAt(0);
  forget(lane, markBytes);
  return lane.size;
}
