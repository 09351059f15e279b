import {
  bitsFor,
  PackedNumbers,
  PackedWriter,
  type SegmentReader,
  type SegmentWriter,
} from '../segment/index.js';

/** Numbers read at once. */
const CHUNK = 1 << 14;

/** Writes numbers in as many bits as the largest takes. */
export function writeNumbers(out: SegmentWriter, name: string, values: Uint32Array): void {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if (values[i] > largest) largest = values[i];
  const writer = new PackedWriter(out, name, values.length, bitsFor(largest));
  writer.write(values);
  writer.end();
}

/**
 * Numbers of a segment's documents, read where they are needed: a query that matches few documents
 * of a large segment does not pay for all of it.
 */
export class WholeNumbers {
  /** Valid where ensure() was called. */
  readonly values: Uint32Array;
  private readonly packed: PackedNumbers;
  private readonly loaded: Uint8Array;
  private missing: number;

  /** @throws CorruptError when the array is not of `count` numbers */
  constructor(reader: SegmentReader, name: string, count: number) {
    this.packed = new PackedNumbers(reader, name, count);
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
    this.values.set(this.packed.range(start, count), start);
    this.loaded[chunk] = 1;
    this.missing--;
  }

  all(): Uint32Array {
    for (let i = 0; i < this.values.length; i += CHUNK) this.ensure(i);
    return this.values;
  }
}
