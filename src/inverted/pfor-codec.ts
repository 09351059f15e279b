import { type ByteWriter, DecodeError } from './bytes.js';
import type { PostingsCodec } from './codec.js';
import { PACKED } from './layout.js';
import { decodeRice, encodeRice, packLow } from './rice.js';
import { vbyteCodec } from './vbyte-codec.js';

/** Gaps that share a width: clusters of documents are shorter than a block. */
const MINI = 32;
/** Three bits of a header count exceptions, five give the width. */
const MAX_EXCEPTIONS = 7;
const MAX_WIDTH = 31;
/** No Rice code begins so. */
const ALL_ONCE = 0xff;

const gaps = new Uint32Array(MINI);

/**
 * Patched frames of reference (Zukowski et al., "Super-Scalar RAM-CPU Cache Compression", 2006) for
 * gaps, in miniblocks of 32: a header (exceptions << 5 | width), the low `width` bits of each
 * (gap - 1) packed from the lowest bit, then for each gap that needs more a VByte
 * (high bits << 5 | its place). Frequencies less one follow as one Rice code; a lone byte ALL_ONCE
 * stands for frequencies of 1.
 */
export const pforCodec: PostingsCodec = {
  encode(docs, tfs, from, to, previous, out): void {
    let last = previous;
    for (let at = from; at < to; at += MINI) {
      const n = Math.min(MINI, to - at);
      for (let i = 0; i < n; i++) {
        gaps[i] = docs[at + i] - last - 1;
        last = docs[at + i];
      }
      encodeMini(n, out);
    }
    const less = new Uint32Array(to - from);
    let more = 0;
    for (let i = from; i < to; i++) {
      less[i - from] = tfs[i] - 1;
      more |= tfs[i] - 1;
    }
    if (more === 0) out.byte(ALL_ONCE);
    else encodeRice(less, 0, less.length, out);
  },

  decode(bytes, start, end, count, previous, documents, docs, tfs, into): void {
    let at = start;
    let doc = previous;
    for (let done = 0; done < count; done += MINI) {
      const n = Math.min(MINI, count - done);
      const first = into + done;
      at = decodeMini(bytes, at, end, n, docs, first);
      for (let i = first; i < first + n; i++) {
        doc += docs[i] + 1;
        docs[i] = doc;
      }
      // Before a document leaves 32 bits: gaps of one miniblock add up to less than 2^53.
      if (doc >= documents) throw new DecodeError(`document ${doc} of ${documents}`);
    }
    if (bytes[at] === ALL_ONCE && at + 1 === end) tfs.fill(1, into, into + count);
    else decodeRice(bytes, at, end, count, tfs, into, 1);
  },
};

/** How a list below BLOCK postings is coded. */
export function codecOf(df: number): PostingsCodec {
  return df < PACKED ? vbyteCodec : pforCodec;
}

const exceptions = new Float64Array(MINI);

function encodeMini(n: number, out: ByteWriter): void {
  const width = bestWidth(n);
  const header = out.length;
  const bytes = out.grow(1 + ((n * width + 7) >>> 3));
  packLow(gaps, 0, n, width, bytes, 1);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const high = gaps[i] >>> width;
    if (high > 0) exceptions[count++] = high * MINI + i;
  }
  for (let e = 0; e < count; e++) out.vbyte(exceptions[e]);
  out.view()[header] = (count << 5) | width;
}

/** Gaps by how many bits they take. */
const lengths = new Uint8Array(33);

/** The width with the fewest bytes; of equals the largest, which has the fewest exceptions. */
function bestWidth(n: number): number {
  lengths.fill(0);
  for (let i = 0; i < n; i++) lengths[32 - Math.clz32(gaps[i])]++;
  let widest = 32;
  while (widest > 0 && lengths[widest] === 0) widest--;
  let best = Math.min(widest, MAX_WIDTH);
  let fewest = Number.POSITIVE_INFINITY;
  let longer = widest > best ? lengths[widest] : 0;
  for (let width = best; width >= 0; longer += lengths[width--]) {
    if (longer > MAX_EXCEPTIONS) break;
    let bytes = (n * width + 7) >>> 3;
    // An exception's high bits stand above five for its place, seven to a byte.
    for (let bits = width + 1; bits <= widest; bits++)
      bytes += lengths[bits] * (1 + Math.floor((bits - width + 4) / 7));
    if (bytes < fewest) {
      fewest = bytes;
      best = width;
    }
  }
  return best;
}

/** Fills out[into…] with gaps less one. @returns where the miniblock ends */
function decodeMini(
  bytes: Uint8Array,
  start: number,
  end: number,
  n: number,
  out: Uint32Array,
  into: number,
): number {
  if (start >= end) throw new DecodeError('a block is cut off');
  const width = bytes[start] & 31;
  const exceptions = bytes[start] >>> 5;
  let at = start + 1;
  const lowBytes = (n * width + 7) >>> 3;
  if (at + lowBytes > end) throw new DecodeError('a block is cut off');
  if (width === 0) {
    out.fill(0, into, into + n);
  } else {
    at = unpack(bytes, at, width, n, out, into);
  }
  for (let e = 0; e < exceptions; e++) {
    let value = 0;
    let unit = 1;
    let byte = 128;
    while (byte >= 128 && unit < 2 ** 42) {
      if (at >= end) throw new DecodeError('a block is cut off');
      byte = bytes[at++];
      value += (byte & 127) * unit;
      unit *= 128;
    }
    const place = value % MINI;
    const gap = out[into + place] + Math.floor(value / MINI) * 2 ** width;
    if (place >= n || gap > 0xffffffff) throw new DecodeError(`a gap of ${gap} at ${place}`);
    out[into + place] = gap;
  }
  return at;
}

/** @returns the byte behind the packed ones @throws DecodeError when an unused bit is set */
function unpack(
  bytes: Uint8Array,
  start: number,
  width: number,
  n: number,
  out: Uint32Array,
  into: number,
): number {
  let at = start;
  // Bits of the last byte that belong to the next value.
  let rest = 0;
  let have = 0;
  const mask = 0x7fffffff >>> (31 - width);
  for (let i = into; i < into + n; i++) {
    if (have >= width) {
      out[i] = rest & mask;
      rest >>>= width;
      have -= width;
      continue;
    }
    let value = rest;
    let byte = 0;
    while (have < width) {
      byte = bytes[at++];
      value |= byte << have;
      have += 8;
    }
    out[i] = value & mask;
    have -= width;
    rest = byte >>> (8 - have);
  }
  if (rest !== 0) throw new DecodeError('unused bits are set');
  return at;
}
