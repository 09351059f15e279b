// Candidates found on codes, measured again on other codes of the same rows.
import { codeAt, codeWidth, space, touch } from './codes';
import { key1, key4 } from './distance';
import { insertSorted } from './graph';
import { ByteDot, ByteL2, Hamming, MixedDot, MixedL2, NegatedDot, SignedDot, SquaredL2 } from './spaces';

let sink: u32 = 0;

/** Candidates whose codes are asked for together. */
const GROUP: u32 = 32;

@inline
function positionAt(positions: usize, i: u32): u32 {
  return load<u32>(positions + ((i as usize) << 2));
}

@inline
function keep(best: usize, size: i32, limit: i32, key: u32, position: u32): i32 {
  const entry = ((key as u64) << 32) | (position as u64);
  if (size == limit && entry >= load<u64>(best + (((limit - 1) as usize) << 3))) return size;
  insertSorted(best, size, limit, entry);
  return size < limit ? size + 1 : size;
}

function refineIn<S>(query: usize, positions: usize, count: u32, best: usize, limit: i32): u32 {
  let size = 0;
  let touched: u32 = 0;
  for (let from: u32 = 0; from < count; from += GROUP) {
    const to = min(from + GROUP, count);
    for (let i = from; i < to; i++) touched |= touch(positionAt(positions, i));
    let i = from;
    for (; i + 4 <= to; i += 4) {
      const a = positionAt(positions, i);
      const b = positionAt(positions, i + 1);
      const c = positionAt(positions, i + 2);
      const d = positionAt(positions, i + 3);
      const four = key4<S>(query, codeAt(a), codeAt(b), codeAt(c), codeAt(d), codeWidth);
      size = keep(best, size, limit, i32x4.extract_lane(four, 0), a);
      size = keep(best, size, limit, i32x4.extract_lane(four, 1), b);
      size = keep(best, size, limit, i32x4.extract_lane(four, 2), c);
      size = keep(best, size, limit, i32x4.extract_lane(four, 3), d);
    }
    for (; i < to; i++) {
      const a = positionAt(positions, i);
      size = keep(best, size, limit, key1<S>(query, codeAt(a), codeWidth), a);
    }
  }
  sink |= touched;
  return size;
}

export function refine(query: usize, positions: usize, count: u32, best: usize, limit: u32): u32 {
  if (space == 0) return refineIn<SquaredL2>(query, positions, count, best, limit);
  if (space == 1) return refineIn<NegatedDot>(query, positions, count, best, limit);
  if (space == 2) return refineIn<ByteL2>(query, positions, count, best, limit);
  if (space == 3) return refineIn<ByteDot>(query, positions, count, best, limit);
  if (space == 4) return refineIn<MixedL2>(query, positions, count, best, limit);
  if (space == 5) return refineIn<MixedDot>(query, positions, count, best, limit);
  if (space == 6) return refineIn<Hamming>(query, positions, count, best, limit);
  return refineIn<SignedDot>(query, positions, count, best, limit);
}

export function listPositions(entries: usize, count: u32, shift: u32, positions: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(entries + ((i as usize) << 3));
    store<u32>(positions + ((i as usize) << 2), low >> shift);
  }
}
