// Scans over codes that lie one behind the other, four at a time, keeping the best as they come.
import { codeAt, codeBytes, codeWidth, space } from './codes';
import { key1, key4 } from './distance';
import { offer } from './heap';
import { ByteDot, ByteL2, Hamming, MixedDot, MixedL2, NegatedDot, SignedDot, SquaredL2 } from './spaces';

@inline
function entry(key: u32, position: u32): u64 {
  return ((key as u64) << 32) | position;
}

function scan<S>(query: usize, from: u32, to: u32, heap: usize, held: u32, limit: u32): u32 {
  let size = held;
  let position = from;
  let worst = size < limit ? <u32>0xffffffff : <u32>(load<u64>(heap) >> 32);
  let code = codeAt(from);
  for (; position + 4 <= to; position += 4) {
    const b = code + codeBytes;
    const c = b + codeBytes;
    const d = c + codeBytes;
    const keys = key4<S>(query, code, b, c, d, codeWidth);
    code = d + codeBytes;
    const good = i32x4.bitmask(i32x4.le_u(keys, i32x4.splat(worst)));
    if (good == 0) continue;
    if (good & 1) size = offer(heap, size, limit, entry(i32x4.extract_lane(keys, 0), position));
    if (good & 2) size = offer(heap, size, limit, entry(i32x4.extract_lane(keys, 1), position + 1));
    if (good & 4) size = offer(heap, size, limit, entry(i32x4.extract_lane(keys, 2), position + 2));
    if (good & 8) size = offer(heap, size, limit, entry(i32x4.extract_lane(keys, 3), position + 3));
    if (size == limit) worst = <u32>(load<u64>(heap) >> 32);
  }
  for (; position < to; position++) {
    size = offer(heap, size, limit, entry(key1<S>(query, code, codeWidth), position));
    code += codeBytes;
  }
  return size;
}

export function scanRows(query: usize, from: u32, to: u32, heap: usize, size: u32, limit: u32): u32 {
  if (space == 0) return scan<SquaredL2>(query, from, to, heap, size, limit);
  if (space == 1) return scan<NegatedDot>(query, from, to, heap, size, limit);
  if (space == 2) return scan<ByteL2>(query, from, to, heap, size, limit);
  if (space == 3) return scan<ByteDot>(query, from, to, heap, size, limit);
  if (space == 4) return scan<MixedL2>(query, from, to, heap, size, limit);
  if (space == 5) return scan<MixedDot>(query, from, to, heap, size, limit);
  if (space == 6) return scan<Hamming>(query, from, to, heap, size, limit);
  return scan<SignedDot>(query, from, to, heap, size, limit);
}

function collect<S>(query: usize, from: u32, to: u32, limit: u32, out: usize): u32 {
  const start = out;
  let code = codeAt(from);
  for (let position = from; position < to; position++) {
    if (key1<S>(query, code, codeWidth) <= limit) {
      store<u32>(out, position);
      out += 4;
    }
    code += codeBytes;
  }
  return ((out - start) >> 2) as u32;
}

export function collectWithin(query: usize, from: u32, to: u32, limit: u32, out: usize): u32 {
  if (space == 0) return collect<SquaredL2>(query, from, to, limit, out);
  if (space == 1) return collect<NegatedDot>(query, from, to, limit, out);
  if (space == 2) return collect<ByteL2>(query, from, to, limit, out);
  if (space == 3) return collect<ByteDot>(query, from, to, limit, out);
  if (space == 4) return collect<MixedL2>(query, from, to, limit, out);
  if (space == 5) return collect<MixedDot>(query, from, to, limit, out);
  if (space == 6) return collect<Hamming>(query, from, to, limit, out);
  return collect<SignedDot>(query, from, to, limit, out);
}
