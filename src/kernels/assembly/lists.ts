// Scans over lists of consecutive codes, four at a time, of which a filter may leave out some.
import { codeAt, codeBytes, codeWidth, space } from './codes';
import { key1, key4 } from './distance';
import { offerTo, worstKey } from './reservoir';
import { ByteDot, ByteL2, Hamming, MixedDot, MixedL2, NegatedDot, SignedDot, SquaredL2 } from './spaces';

/** Bits of positions from `position` on, up to 32 of them; all set without a mask. */
@inline
export function bitsAt(mask: usize, position: u32): u32 {
  if (mask == 0) return 0xffffffff;
  return (load<u64>(mask + (((position >> 5) as usize) << 2)) >> ((position & 31) as u64)) as u32;
}

@inline
function scan<S>(query: usize, from: u32, to: u32, reservoir: usize, mask: usize): void {
  let position = from;
  let code = codeAt(from);
  for (; position + 4 <= to; position += 4) {
    const wanted = bitsAt(mask, position) & 15;
    const b = code + codeBytes;
    const c = b + codeBytes;
    const d = c + codeBytes;
    if (wanted != 0) {
      const keys = key4<S>(query, code, b, c, d, codeWidth);
      const good = i32x4.bitmask(i32x4.le_u(keys, i32x4.splat(worstKey(reservoir)))) & wanted;
      if (good != 0) {
        if (good & 1) offerTo(reservoir, i32x4.extract_lane(keys, 0), position);
        if (good & 2) offerTo(reservoir, i32x4.extract_lane(keys, 1), position + 1);
        if (good & 4) offerTo(reservoir, i32x4.extract_lane(keys, 2), position + 2);
        if (good & 8) offerTo(reservoir, i32x4.extract_lane(keys, 3), position + 3);
      }
    }
    code = d + codeBytes;
  }
  for (; position < to; position++) {
    if (bitsAt(mask, position) & 1) {
      const key: u32 = key1<S>(query, code, codeWidth);
      if (key <= worstKey(reservoir)) offerTo(reservoir, key, position);
    }
    code += codeBytes;
  }
}

/** Codes `from` to `to` in the space of setCodes. */
function scanRange(query: usize, from: u32, to: u32, reservoir: usize, mask: usize): void {
  if (space == 0) scan<SquaredL2>(query, from, to, reservoir, mask);
  else if (space == 1) scan<NegatedDot>(query, from, to, reservoir, mask);
  else if (space == 2) scan<ByteL2>(query, from, to, reservoir, mask);
  else if (space == 3) scan<ByteDot>(query, from, to, reservoir, mask);
  else if (space == 4) scan<MixedL2>(query, from, to, reservoir, mask);
  else if (space == 5) scan<MixedDot>(query, from, to, reservoir, mask);
  else if (space == 6) scan<Hamming>(query, from, to, reservoir, mask);
  else scan<SignedDot>(query, from, to, reservoir, mask);
}

export function scanLists(
  query: usize,
  lists: usize,
  count: u32,
  offsets: usize,
  reservoir: usize,
  mask: usize,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const list = offsets + ((load<u32>(lists + ((i as usize) << 2)) as usize) << 2);
    scanRange(query, load<u32>(list), load<u32>(list, 4), reservoir, mask);
  }
}

export function scanListsMany(from: u32, to: u32, offsets: usize, starts: usize, pairs: usize): void {
  for (let list = from; list < to; list++) {
    const offset = offsets + ((list as usize) << 2);
    const start = starts + ((list as usize) << 2);
    const end = pairs + ((load<u32>(start, 4) as usize) << 3);
    // The list comes from memory for the first query, from the cache for the others.
    for (let pair = pairs + ((load<u32>(start) as usize) << 3); pair < end; pair += 8) {
      scanRange(load<u32>(pair) as usize, load<u32>(offset), load<u32>(offset, 4), load<u32>(pair, 4) as usize, 0);
    }
  }
}
