// Scans over codes that stand here and there: those a filter leaves.
import { codeAt, codeWidth, space, touch } from './codes';
import { key1, key4 } from './distance';
import { offerTo, worstKey } from './reservoir';
import { ByteDot, ByteL2, Hamming, MixedDot, MixedL2, NegatedDot, SignedDot, SquaredL2 } from './spaces';

/** Codes that are asked for together. */
const GROUP: usize = 32 * 4;

let sink: u32 = 0;

function scan<S>(query: usize, positions: usize, count: u32, reservoir: usize): void {
  const end = positions + ((count as usize) << 2);
  let touched: u32 = 0;
  for (let from = positions; from < end; from += GROUP) {
    const to = min(from + GROUP, end);
    for (let at = from; at < to; at += 4) touched |= touch(load<u32>(at));
    let at = from;
    for (; at + 16 <= to; at += 16) {
      const a = load<u32>(at);
      const b = load<u32>(at, 4);
      const c = load<u32>(at, 8);
      const d = load<u32>(at, 12);
      const keys = key4<S>(query, codeAt(a), codeAt(b), codeAt(c), codeAt(d), codeWidth);
      const good = i32x4.bitmask(i32x4.le_u(keys, i32x4.splat(worstKey(reservoir))));
      if (good == 0) continue;
      if (good & 1) offerTo(reservoir, i32x4.extract_lane(keys, 0), a);
      if (good & 2) offerTo(reservoir, i32x4.extract_lane(keys, 1), b);
      if (good & 4) offerTo(reservoir, i32x4.extract_lane(keys, 2), c);
      if (good & 8) offerTo(reservoir, i32x4.extract_lane(keys, 3), d);
    }
    for (; at < to; at += 4) {
      const a = load<u32>(at);
      const key: u32 = key1<S>(query, codeAt(a), codeWidth);
      if (key <= worstKey(reservoir)) offerTo(reservoir, key, a);
    }
  }
  sink |= touched;
}

export function scanPositions(query: usize, positions: usize, count: u32, reservoir: usize): void {
  if (space == 0) scan<SquaredL2>(query, positions, count, reservoir);
  else if (space == 1) scan<NegatedDot>(query, positions, count, reservoir);
  else if (space == 2) scan<ByteL2>(query, positions, count, reservoir);
  else if (space == 3) scan<ByteDot>(query, positions, count, reservoir);
  else if (space == 4) scan<MixedL2>(query, positions, count, reservoir);
  else if (space == 5) scan<MixedDot>(query, positions, count, reservoir);
  else if (space == 6) scan<Hamming>(query, positions, count, reservoir);
  else scan<SignedDot>(query, positions, count, reservoir);
}
