import type { ArraySink } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import type { Pace } from './pace.js';

const PIECE_BYTES = 4 << 20;

/** Padded float32 rows on disk, in the order they were added. */
export class RowSource {
  readonly count: number;
  readonly floats: number;
  private readonly file: SpillFile;

  constructor(file: SpillFile, count: number, floats: number) {
    this.file = file;
    this.count = count;
    this.floats = floats;
  }

  get rowBytes(): number {
    return this.floats * 4;
  }

  /** Fills `target`, whole rows, from row `first`. */
  read(target: Uint8Array, first: number): void {
    this.file.read(target, first * this.rowBytes);
  }

  /**
   * All rows in order, some at a time.
   * @returns pieces valid until the next one, each with the number of its first row
   */
  *pieces(): Generator<{ first: number; count: number; rows: Float32Array }> {
    const most = Math.max(1, Math.floor(PIECE_BYTES / this.rowBytes));
    const buffer = new Float32Array(Math.min(most, this.count) * this.floats);
    for (let first = 0; first < this.count; first += most) {
      const count = Math.min(most, this.count - first);
      const rows = buffer.subarray(0, count * this.floats);
      this.read(new Uint8Array(rows.buffer, 0, rows.byteLength), first);
      yield { first, count, rows };
    }
  }

  /** Copies all rows in order. */
  async copyTo(sink: ArraySink, pace: Pace): Promise<void> {
    for (const { first, rows } of this.pieces()) {
      sink.write(new Uint8Array(rows.buffer, 0, rows.byteLength));
      await pace.step(first);
    }
  }
}
