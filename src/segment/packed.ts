import { CorruptError } from '../errors/index.js';
import type { SegmentReader } from './reader.js';
import type { ArraySink, SegmentWriter } from './writer.js';

/** Numbers that fill whole bytes, whatever their width. */
const GROUP = 8;

/** Bits that numbers up to `largest` (a u32) take, at least 1. */
export function bitsFor(largest: number): number {
  return Math.max(1, 32 - Math.clz32(largest));
}

/**
 * An array of whole numbers of a few bits each: u8 [⌈count / 8⌉, bits], packed from the lowest bit of each byte, so that
 * every eighth begins a byte and the width stands in the shape. Places behind the last number are 0.
 */
export class PackedWriter {
  private readonly sink: ArraySink;
  private readonly bits: number;
  private readonly waiting = new Uint32Array(GROUP);
  private held = 0;

  /** @param count of numbers that will be written @param bits from bitsFor() of the largest @param chunk bytes under one checksum */
  constructor(out: SegmentWriter, name: string, count: number, bits: number, chunk?: number) {
    this.bits = bits;
    this.sink = out.begin(name, 'u8', [Math.ceil(count / GROUP), bits], chunk);
  }

  write(values: Uint32Array): void {
    let from = 0;
    // A group that was begun is filled up first.
    while (this.held > 0 && from < values.length) {
      this.waiting[this.held++] = values[from++];
      if (this.held === GROUP) {
        this.sink.write(pack(this.waiting, this.bits));
        this.held = 0;
      }
    }
    const whole = values.length - ((values.length - from) % GROUP);
    if (whole > from) this.sink.write(pack(values.subarray(from, whole), this.bits));
    // What is less than a group waits; nothing is left where the one that was begun took all.
    for (let i = whole; i < values.length; i++) this.waiting[this.held++] = values[i];
  }

  end(): void {
    if (this.held > 0) {
      this.waiting.fill(0, this.held);
      this.sink.write(pack(this.waiting, this.bits));
    }
    this.sink.end();
  }
}

/** Numbers of an array that PackedWriter wrote. */
export class PackedNumbers {
  readonly bits: number;
  private readonly reader: SegmentReader;
  private readonly name: string;
  private readonly count: number;

  /** @throws CorruptError when the array is not of `count` numbers */
  constructor(reader: SegmentReader, name: string, count: number) {
    const { shape } = reader.info(name, 'u8');
    const [groups, bits] = shape;
    if (shape.length !== 2 || groups !== Math.ceil(count / GROUP) || !(bits >= 1 && bits <= 32))
      throw new CorruptError(
        reader.path,
        `array '${name}' is ${shape.join('×')}, not of ${count} packed numbers`,
      );
    this.reader = reader;
    this.name = name;
    this.bits = bits;
    this.count = count;
  }

  /** Numbers first <= i < first + count; what is read is whole groups. @throws CorruptError */
  range(first: number, count: number): Uint32Array {
    const skipped = first % GROUP;
    const from = ((first - skipped) / GROUP) * this.bits;
    const groups = Math.ceil((skipped + count) / GROUP);
    const values = unpack(this.reader.range(this.name, from, groups * this.bits), this.bits);
    this.checkEnd(values, this.count - (first - skipped));
    return values.subarray(skipped, skipped + count);
  }

  /** All of them. @throws CorruptError */
  load(): Uint32Array {
    const values = unpack(this.reader.load(this.name), this.bits);
    this.checkEnd(values, this.count);
    return values.subarray(0, this.count);
  }

  private checkEnd(values: Uint32Array, end: number): void {
    for (let i = end; i < values.length; i++)
      if (values[i] !== 0)
        throw new CorruptError(this.reader.path, `array '${this.name}' has more than ${this.count} numbers`);
  }
}

/** @param values a multiple of eight */
function pack(values: Uint32Array, bits: number): Uint8Array {
  const bytes = new Uint8Array((values.length * bits) / 8);
  let at = 0;
  let held = 0;
  let buffer = 0;
  for (let i = 0; i < values.length; i++) {
    // In halves: 7 bits held and 32 new ones are more than bit operations take.
    let rest = bits;
    let value = values[i];
    while (rest > 0) {
      const some = Math.min(16, rest);
      buffer |= (value & ((1 << some) - 1)) << held;
      held += some;
      rest -= some;
      value >>>= 16;
      for (; held >= 8; held -= 8) {
        bytes[at++] = buffer;
        buffer >>>= 8;
      }
    }
  }
  return bytes;
}

function unpack(bytes: Uint8Array, bits: number): Uint32Array {
  const values = new Uint32Array((bytes.length / bits) * 8);
  const mask = bits === 32 ? 0xffffffff : (1 << bits) - 1;
  for (let i = 0, bit = 0; i < values.length; i++, bit += bits) {
    const at = bit >>> 3;
    const shift = bit & 7;
    let value = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> shift;
    if (shift + bits > 32) value |= bytes[at + 4] << (32 - shift);
    values[i] = value & mask;
  }
  return values;
}
