import { type ArraySink, type SegmentWriter, SMALL_CHUNK_BYTES } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import type { Pace } from './pace.js';

const PIECE_BYTES = 4 << 20;
/** Rows gathered before they are written in another order, at least. */
const GATHER_LEAST = 4 << 20;
/** And at most: more saves no pass that matters. */
const GATHER_MOST = 2 ** 30;

/** Padded float32 rows on disk, in the order they were added. */
export class RowSource {
  readonly count: number;
  readonly floats: number;
  /** Bytes of a row when all rows are whole numbers from 0 to 255: how they are stored. Undefined: as float32. */
  readonly byteStride: number | undefined;
  private readonly file: SpillFile;

  constructor(file: SpillFile, count: number, floats: number, byteStride?: number) {
    this.file = file;
    this.count = count;
    this.floats = floats;
    this.byteStride = byteStride;
  }

  get rowBytes(): number {
    return this.floats * 4;
  }

  /** Bytes of a row as it is stored. */
  get storedBytes(): number {
    return this.byteStride ?? this.rowBytes;
  }

  /** Fills `target`, whole float32 rows, from row `first`. */
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

  /** Row `i` of a piece as it is stored, into `target`, whose padding is zero. */
  store(rows: Float32Array, i: number, target: Uint8Array): void {
    const row = rows.subarray(i * this.floats, (i + 1) * this.floats);
    if (this.byteStride === undefined) target.set(new Uint8Array(row.buffer, row.byteOffset, this.rowBytes));
    else target.set(row);
  }

  /**
   * Writes the array `rows` as it is stored. Passes over the source as often as the budget makes
   * necessary, so that the disk is read front to back and memory stays bounded.
   * @param position of each row, a permutation; undefined: in the order they came
   */
  async writeTo(
    out: SegmentWriter,
    part: string,
    position: Uint32Array | undefined,
    budget: number,
    pace: Pace,
  ): Promise<void> {
    const shape = [this.count, this.byteStride ?? this.floats];
    const dtype = this.byteStride === undefined ? 'f32' : 'u8';
    const sink: ArraySink = out.begin(`${part}/rows`, dtype, shape, SMALL_CHUNK_BYTES);
    if (position === undefined) await this.copyTo(sink, pace);
    else {
      const stored = {
        stride: this.storedBytes,
        store: (rows: Float32Array, i: number, target: Uint8Array) => this.store(rows, i, target),
      };
      await this.gather(sink, position, stored, budget, pace);
    }
    sink.end();
  }

  /** Writes something of each row by position, `stride` bytes that `store` puts into zeros. */
  async gather(
    sink: ArraySink,
    position: Uint32Array,
    { stride, store }: { stride: number; store: (rows: Float32Array, i: number, target: Uint8Array) => void },
    budget: number,
    pace: Pace,
  ): Promise<void> {
    const bytes = Math.min(GATHER_MOST, Math.max(GATHER_LEAST, budget));
    const most = Math.min(this.count, Math.max(1, Math.floor(bytes / stride)));
    const gathered = new Uint8Array(most * stride);
    for (let start = 0; start < this.count; start += most) {
      const end = Math.min(this.count, start + most);
      for (const piece of this.pieces()) {
        for (let i = 0; i < piece.count; i++) {
          const at = position[piece.first + i];
          if (at < start || at >= end) continue;
          store(piece.rows, i, gathered.subarray((at - start) * stride, (at - start + 1) * stride));
        }
        await pace.step(start);
      }
      sink.write(gathered.subarray(0, (end - start) * stride));
    }
  }

  private async copyTo(sink: ArraySink, pace: Pace): Promise<void> {
    for (const { first, count, rows } of this.pieces()) {
      if (this.byteStride === undefined) sink.write(new Uint8Array(rows.buffer, 0, rows.byteLength));
      else {
        const bytes = new Uint8Array(count * this.byteStride);
        for (let i = 0; i < count; i++) {
          this.store(rows, i, bytes.subarray(i * this.byteStride, (i + 1) * this.byteStride));
        }
        sink.write(bytes);
      }
      await pace.step(first);
    }
  }
}
