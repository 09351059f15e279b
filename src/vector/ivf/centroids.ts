import type { Arena, Pointer } from '../../kernels/index.js';

/** Centroids compared at once by the kernel. */
const TOGETHER = 4;

/** Centroids in an arena as the kernels take them: rows and half their squared norms, padded to fours. */
export class CentroidTable {
  readonly at: Pointer;
  readonly normsAt: Pointer;
  readonly rows: Float32Array;
  readonly halfNorms: Float32Array;
  /** Centroids held. */
  count = 0;
  private readonly floats: number;

  constructor(arena: Arena, capacity: number, floats: number) {
    const padded = paddedCount(capacity);
    this.floats = floats;
    this.at = arena.allocate(padded * floats * 4);
    this.normsAt = arena.allocate(padded * 4);
    this.rows = arena.f32(this.at, padded * floats);
    this.halfNorms = arena.f32(this.normsAt, padded);
  }

  static bytes(capacity: number, floats: number): number[] {
    const padded = paddedCount(capacity);
    return [padded * floats * 4, padded * 4];
  }

  /** Centroids the kernel compares with: those added to make fours are infinitely far. */
  get padded(): number {
    return paddedCount(this.count);
  }

  row(list: number): Float32Array {
    return this.rows.subarray(list * this.floats, (list + 1) * this.floats);
  }

  /** Sets how many there are. */
  resize(count: number): void {
    this.count = count;
    this.halfNorms.fill(Number.POSITIVE_INFINITY, count, this.padded);
  }

  set(list: number, row: ArrayLike<number>): void {
    const target = this.row(list);
    target.set(row);
    let sum = 0;
    for (let i = 0; i < target.length; i++) sum += target[i] * target[i];
    this.halfNorms[list] = sum / 2;
  }

  /** Copies some centroids of another table. */
  copy(from: CentroidTable, numbers: ArrayLike<number>): void {
    this.resize(numbers.length);
    for (let i = 0; i < numbers.length; i++) {
      this.row(i).set(from.row(numbers[i]));
      this.halfNorms[i] = from.halfNorms[numbers[i]];
    }
  }
}

function paddedCount(count: number): number {
  return Math.ceil(count / TOGETHER) * TOGETHER;
}
