import { CorruptError } from '../errors/index.js';
import type { SegmentReader, SegmentWriter } from '../segment/index.js';

/** Numbers read at once: 64 KiB of u32, what the segment checks as one chunk. */
const CHUNK = 1 << 14;

/**
 * Writes numbers as the narrowest of u8, u16 and u32 that holds the largest. Not packed into bits, which is .01 bytes a
 * posting less: to unpack 109,000 lengths with code that is not compiled yet takes a one-shot query 5 ms and more.
 */
export function writeNumbers(out: SegmentWriter, name: string, shape: number[], values: Uint32Array): void {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > largest) largest = values[i];
  if (largest < 2 ** 8) out.add(name, 'u8', shape, Uint8Array.from(values));
  else if (largest < 2 ** 16) out.add(name, 'u16', shape, Uint16Array.from(values));
  else out.add(name, 'u32', shape, values);
}

/** A number of each document, valid once it was made so. */
export interface DocumentNumbers {
  readonly values: Uint32Array;
  /** Makes values[index] and those about it valid: of a window of documents, where asked for the first. */
  ensure(index: number): void;
}

/**
 * Numbers of a segment's documents, read where they are needed: a query that matches few documents
 * of a large segment does not pay for all of it.
 */
export class WholeNumbers implements DocumentNumbers {
  /** Valid where ensure() was called. */
  readonly values: Uint32Array;
  private readonly reader: SegmentReader;
  private readonly name: string;
  private readonly width: 1 | 2 | 4;
  private readonly loaded: Uint8Array;
  private missing: number;

  /** @throws CorruptError when the array is not of `count` numbers of u8, u16 or u32 */
  constructor(reader: SegmentReader, name: string, count: number) {
    const { dtype, byteLength } = reader.info(name);
    const width = dtype === 'u8' ? 1 : dtype === 'u16' ? 2 : dtype === 'u32' ? 4 : undefined;
    if (width === undefined) throw new CorruptError(reader.path, `array '${name}' is ${dtype}`);
    if (byteLength !== count * width) {
      throw new CorruptError(reader.path, `array '${name}' has ${byteLength / width} elements, not ${count}`);
    }
    this.reader = reader;
    this.name = name;
    this.width = width;
    this.values = new Uint32Array(count);
    this.missing = Math.ceil(count / CHUNK);
    this.loaded = new Uint8Array(this.missing);
  }

  /** Makes values[index] and all others of its 16,384 valid. @param index below the count */
  ensure(index: number): void {
    if (this.missing === 0) return;
    const chunk = Math.floor(index / CHUNK);
    if (this.loaded[chunk] === 1) return;
    const start = chunk * CHUNK;
    const count = Math.min(CHUNK, this.values.length - start);
    const { buffer } = this.reader.range(this.name, start * this.width, count * this.width);
    const { width } = this;
    this.values.set(
      width === 1 ? new Uint8Array(buffer) : width === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer),
      start,
    );
    this.loaded[chunk] = 1;
    this.missing--;
  }

  all(): Uint32Array {
    for (let i = 0; i < this.values.length; i += CHUNK) this.ensure(i);
    return this.values;
  }
}
