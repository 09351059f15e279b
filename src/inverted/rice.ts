import { type ByteWriter, DecodeError } from './bytes.js';

/** Largest k: values are below 2^32. */
const MAX_K = 31;

/**
 * Golomb-Rice codes (Rice, "Some Practical Universal Noiseless Coding Techniques", 1979) with the
 * two halves apart, as Elias-Fano has them: a byte k, the low k bits of all values packed, then
 * each value >>> k in unary (as many 0 bits, then a 1). So a value in the middle is found by
 * counting 1 bits, without decoding those before it. Bits run from the lowest of each byte; unused
 * bits of both halves are 0. About count * (2 + log2(mean + 1)) bits at most, whatever the values.
 *
 * Appends values from <= i < to. O(count).
 */
export function encodeRice(values: Uint32Array, from: number, to: number, out: ByteWriter): void {
  const n = to - from;
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i];
  const [k, unaryBits] = bestK(values, from, to, sum / n);
  const lowBytes = Math.ceil((n * k) / 8);
  const bytes = out.grow(1 + lowBytes + Math.ceil(unaryBits / 8)).fill(0);
  bytes[0] = k;
  packLow(values, from, to, k, bytes, 1);
  let at = 1 + lowBytes;
  let bit = 0;
  for (let i = from; i < to; i++) {
    bit += values[i] >>> k;
    at += bit >>> 3;
    bit &= 7;
    bytes[at] |= 1 << bit;
    bit++;
  }
}

/** Packs the low k bits of values from <= i < to, from the lowest bit of bytes[start] on; unused bits of the last byte are 0. */
export function packLow(
  values: Uint32Array,
  from: number,
  to: number,
  k: number,
  bytes: Uint8Array,
  start: number,
): void {
  if (k === 0) return;
  const mask = 0x7fffffff >>> (31 - k);
  let at = start;
  let held = 0;
  let bits = 0;
  for (let i = from; i < to; i++) {
    let low = values[i] & mask;
    let left = k;
    // 24 bits and the 7 held at most fit a 32-bit number.
    while (left > 0) {
      const taken = left > 24 ? 24 : left;
      held |= (low & (0xffffff >>> (24 - taken))) << bits;
      low >>>= taken;
      left -= taken;
      bits += taken;
      while (bits >= 8) {
        bytes[at++] = held;
        held >>>= 8;
        bits -= 8;
      }
    }
  }
  if (bits > 0) bytes[at] = held;
}

/** The k with the fewest bits, tried around log2 of the mean, and the length of its unary half in bits. */
function bestK(values: Uint32Array, from: number, to: number, mean: number): [number, number] {
  const n = to - from;
  const guess = Math.max(0, Math.floor(Math.log2(mean + 1)));
  let best = 0;
  let bestUnary = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let k = Math.max(0, guess - 2); k <= Math.min(MAX_K, guess + 1); k++) {
    let unary = n;
    for (let i = from; i < to; i++) unary += values[i] >>> k;
    if (unary + n * k < fewest) {
      fewest = unary + n * k;
      best = k;
      bestUnary = unary;
    }
  }
  return [best, bestUnary];
}

/**
 * Decodes all values of a code. @param add is added to each
 * @throws DecodeError when bytes `at` to `end` are not exactly a code of `count` values
 */
export function decodeRice(
  bytes: Uint8Array,
  at: number,
  end: number,
  count: number,
  out: Uint32Array,
  into: number,
  add: number,
): void {
  const cursor = new RiceCursor(bytes, at, end, count);
  for (let i = 0; i < count; i++) {
    const value = cursor.next() + add;
    if (value > 0xffffffff) throw new DecodeError(`a number of ${value}`);
    out[into + i] = value;
  }
  cursor.end();
}

/** Steps through a Rice code, or over parts of it. */
export class RiceCursor {
  private readonly bytes: Uint8Array;
  private readonly k: number;
  private readonly stop: number;
  private readonly count: number;
  private readonly low: number;
  private index = 0;
  /** Next byte of the unary half, what is left of the one before, and how many of its bits are left. */
  private at: number;
  private rest = 0;
  private left = 0;

  /** @throws DecodeError when the bytes are too few for `count` values */
  constructor(bytes: Uint8Array, at: number, end: number, count: number) {
    if (at >= end) throw new DecodeError('numbers are cut off');
    this.bytes = bytes;
    this.k = bytes[at];
    this.stop = end;
    this.count = count;
    this.low = 8 * (at + 1);
    this.at = at + 1;
    if (this.k > MAX_K) throw new DecodeError(`${this.k} low bits`);
    this.at += Math.ceil((count * this.k) / 8);
    // Each value has a bit of the unary half.
    if (this.at + count / 8 > end) throw new DecodeError('numbers are cut off');
  }

  /** @throws DecodeError behind the end */
  next(): number {
    const { k, bytes } = this;
    let high = 0;
    while (this.rest === 0) {
      high += this.left;
      if (this.at >= this.stop) throw new DecodeError('numbers are cut off');
      this.rest = bytes[this.at++];
      this.left = 8;
    }
    const zeros = 31 - Math.clz32(this.rest & -this.rest);
    this.rest >>>= zeros + 1;
    this.left -= zeros + 1;
    high += zeros;
    if (k === 0) {
      this.index++;
      return high;
    }
    const bit = this.low + this.index++ * k;
    return high * 2 ** k + readBits(bytes, bit, k);
  }

  /** Passes over values. O(bytes they take in unary). @throws DecodeError behind the end */
  skip(values: number): void {
    const { bytes, stop } = this;
    this.index += values;
    let left = values;
    for (let ones = ONES[this.rest]; ones < left; ones = ONES[this.rest]) {
      left -= ones;
      if (this.at >= stop) throw new DecodeError('numbers are cut off');
      this.rest = bytes[this.at++];
      this.left = 8;
    }
    for (; left > 0; left--) {
      const bits = 32 - Math.clz32(this.rest & -this.rest);
      this.rest >>>= bits;
      this.left -= bits;
    }
  }

  /** @throws DecodeError when values or bytes are left, or an unused bit is set */
  end(): void {
    const { bytes, k, count } = this;
    const lowBits = count * k;
    const spare = lowBits % 8;
    if (spare > 0 && bytes[(this.low + lowBits - spare) / 8] >>> spare !== 0) {
      throw new DecodeError('unused bits are set');
    }
    if (this.rest !== 0 || this.at !== this.stop)
      throw new DecodeError('numbers do not end where they should');
  }
}

/** 1 bits of each byte. */
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0;
  for (let rest = byte; rest > 0; rest &= rest - 1) ones++;
  return ones;
});

/** @param bit from the start of the bytes, < 2^34 @param width 1 to 31; all of them lie inside */
function readBits(bytes: Uint8Array, bit: number, width: number): number {
  const shift = bit & 7;
  let at = (bit - shift) / 8;
  let value = bytes[at] >>> shift;
  for (let have = 8 - shift; have < width; have += 8) {
    // Above bit 31 there is nothing to keep: `width` is 31 at most.
    value |= bytes[++at] << have;
  }
  return value & (0x7fffffff >>> (31 - width));
}
