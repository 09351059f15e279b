import { INPUT } from './input';

/** Of src/inverted/pfor-codec.ts, which says what the bytes mean; its tests hold the two to each other. */
const MINI: u32 = 32;
const ALL_ONCE: u32 = 0xff;
/** Postings of a block at most. */
const BLOCK = 128;

const DOCS: usize = memory.data(BLOCK * 4, 16);
const TFS: usize = memory.data(BLOCK * 4, 16);

export function docsAt(): usize {
  return DOCS;
}

export function tfsAt(): usize {
  return TFS;
}

/** @returns 1, or 0 for bytes that are no block of `count` postings */
export function decodeBlock(length: u32, count: u32, previous: i32, documents: u32): u32 {
  const end: usize = INPUT + length;
  let at: usize = INPUT;
  let doc = <i64>previous;
  for (let done: u32 = 0; done < count; done += MINI) {
    const n = min(MINI, count - done);
    const into: usize = DOCS + (done << 2);
    at = decodeMini(at, end, n, into);
    if (at === 0) return 0;
    for (let i: u32 = 0; i < n; i++) {
      doc += <i64>load<u32>(into + (i << 2)) + 1;
      store<u32>(into + (i << 2), <u32>doc);
    }
    if (doc >= <i64>documents) return 0;
  }
  if (at + 1 === end && <u32>load<u8>(at) === ALL_ONCE) {
    for (let i: u32 = 0; i < count; i++) store<u32>(TFS + (i << 2), 1);
    return 1;
  }
  return decodeFrequencies(at, end, count);
}

/** @param bit from `start` @param width 0 to 31 */
// @ts-ignore: decorator
@inline
function bitsAt(start: usize, bit: u32, width: u32): u32 {
  return <u32>((load<u64>(start + (bit >> 3)) >> (<u64>bit & 7)) & ((<u64>1 << width) - 1));
}

/** Gaps less one. @returns where the miniblock ends, or 0 */
function decodeMini(start: usize, end: usize, n: u32, into: usize): usize {
  if (start >= end) return 0;
  const width = <u32>load<u8>(start) & 31;
  const exceptions = <u32>load<u8>(start) >> 5;
  const packed = start + 1;
  const bits = n * width;
  let at = packed + ((bits + 7) >> 3);
  if (at > end) return 0;
  for (let i: u32 = 0; i < n; i++) store<u32>(into + (i << 2), bitsAt(packed, i * width, width));
  if ((bits & 7) !== 0 && <u32>load<u8>(at - 1) >> (bits & 7) !== 0) return 0;
  for (let e: u32 = 0; e < exceptions; e++) {
    let value: u64 = 0;
    let byte: u64 = 128;
    for (let shift: u64 = 0; byte >= 128 && shift < 42; shift += 7) {
      if (at >= end) return 0;
      byte = <u64>load<u8>(at++);
      value |= (byte & 127) << shift;
    }
    const place = <u32>value & (MINI - 1);
    if (place >= n) return 0;
    const gap = <u64>load<u32>(into + (place << 2)) + ((value >> 5) << <u64>width);
    // 37 bits of an exception above 31 of width overflow nothing.
    if (gap > 0xffffffff || value >> 5 > 0xffffffff) return 0;
    store<u32>(into + (place << 2), <u32>gap);
  }
  return at;
}

/** One Rice code of frequencies less one, as src/inverted/rice.ts has it, up to `end`. */
function decodeFrequencies(start: usize, end: usize, count: u32): u32 {
  if (start >= end) return 0;
  const k = <u32>load<u8>(start);
  if (k > 31) return 0;
  const low = start + 1;
  const lowBits = count * k;
  let at = low + ((lowBits + 7) >> 3);
  // Each value has a bit of the unary half.
  if (at >= end || <u64>(end - at) * 8 < <u64>count) return 0;
  if ((lowBits & 7) !== 0 && <u32>load<u8>(at - 1) >> (lowBits & 7) !== 0) return 0;
  let rest: u32 = 0;
  let left: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    let high: u32 = 0;
    while (rest === 0) {
      high += left;
      if (at >= end) return 0;
      rest = <u32>load<u8>(at++);
      left = 8;
    }
    const zeros = ctz(rest);
    rest >>= zeros + 1;
    left -= zeros + 1;
    const value = (<u64>(high + zeros) << <u64>k) + <u64>bitsAt(low, i * k, k) + 1;
    if (value > 0xffffffff) return 0;
    store<u32>(TFS + (i << 2), <u32>value);
  }
  return rest === 0 && at === end ? 1 : 0;
}
