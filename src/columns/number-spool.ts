import type { SpillDirectory, SpillFile } from '../storage/index.js';

/** Numbers held before they go to disk, over all fields. */
const HELD = 1 << 16;
/** Documents of a block, at most and at least. */
const MOST_DOCUMENTS = 4096;
const LEAST_DOCUMENTS = 16;

/**
 * Numbers of several fields, spooled in blocks of documents, field by field in a block: 512 KiB of
 * memory whatever comes, and each field can be read alone.
 */
export class NumberSpool {
  private readonly fields: number;
  private readonly block: number;
  private readonly buffer: Float64Array<ArrayBuffer>;
  private readonly file: SpillFile;
  private documents = 0;

  constructor(fields: number, spills: SpillDirectory) {
    this.fields = fields;
    this.block = Math.min(MOST_DOCUMENTS, Math.max(LEAST_DOCUMENTS, Math.floor(HELD / fields)));
    this.buffer = new Float64Array(fields * this.block);
    this.file = spills.create('numbers');
  }

  /** @param numbers one for each field, NaN for none */
  add(numbers: number[]): void {
    const at = this.documents % this.block;
    for (let f = 0; f < this.fields; f++) this.buffer[f * this.block + at] = numbers[f];
    this.documents++;
    if (at + 1 === this.block) this.file.append(new Uint8Array(this.buffer.buffer));
  }

  /** Numbers of a field in the order of the documents, in pieces that are valid until the next one. */
  *of(field: number): Generator<Float64Array> {
    const { block } = this;
    const piece = new Float64Array(block);
    const whole = Math.floor(this.documents / block);
    for (let b = 0; b < whole; b++) {
      this.file.read(new Uint8Array(piece.buffer), (b * this.fields + field) * block * 8);
      yield piece;
    }
    yield this.buffer.subarray(field * block, field * block + (this.documents % block));
  }

  delete(): void {
    this.file.delete();
  }
}
