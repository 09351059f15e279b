import { Arena, ASSIGN_SCRATCH_BYTES, aligned, type Pointer } from '../../kernels/index.js';
import type { BuildInput } from '../kind.js';
import { requireMemory } from '../memory.js';
import { Pace } from '../pace.js';
import { uniform } from '../random.js';
import { JOB, Team } from '../team/index.js';
import { unit } from '../unit.js';
import type { CentroidTable } from './centroids.js';

/** Multiply-adds per kernel call, a fraction of a millisecond: what a thread takes at once. */
const CALL_OPERATIONS = 2 ** 22;
/** Multiply-adds of a pass below which a second thread is not worth its start. */
const TEAM_LEAST = 2 ** 27;
/** Steps of about the golden ratio of a range: any number of them in a row lie all over it. */
const GOLDEN = 0.618033988749895;

/**
 * Rows in an arena with what clustering does to them: compare ranges of them with a table of
 * centroids, and add them up. Everything is relative to the sample's mean, which makes the expanded
 * form of the distance (|c|²/2 - x·c) accurate in float32, and scaled by a power of two that keeps
 * squares in its range. Threads assign ranges of rows, each row on its own; sums are added in order
 * by one.
 */
export class ClusterSpace {
  readonly input: BuildInput;
  /** Rows there is room for, and that sample() takes. */
  readonly room: number;
  readonly arena = new Arena();
  /** Number in the table of each row's nearest centroid, and the squared distance. */
  readonly assigned: Uint32Array;
  readonly distances: Float32Array;
  private readonly rowsAt: Pointer;
  private readonly assignedAt: Pointer;
  private readonly distancesAt: Pointer;
  private readonly minimaAt: Pointer;
  private readonly sumsAt: Pointer;
  private readonly countsAt: Pointer;
  /** Of the sample; float32 numbers, so that subtracting loses least. */
  private readonly mean: Float32Array;
  /** A power of two. */
  private scale = 1;
  private team: Team | undefined;

  /**
   * @param most centroids of the largest table @param others bytes of blocks that others allocate
   * @throws ResourceError when it does not fit the budget
   */
  constructor(input: BuildInput, room: number, most: number, others: number[]) {
    const { rows, environment, field } = input;
    this.input = input;
    this.room = room;
    // One row more: the kernel compares rows in pairs.
    const sizes = [
      (room + 1) * rows.rowBytes,
      room * 4,
      room * 4,
      ASSIGN_SCRATCH_BYTES,
      most * rows.floats * 8,
      most * 4,
    ];
    const bytes = [...sizes, ...others].reduce((sum, size) => sum + aligned(size), 0);
    requireMemory(
      `ivf with ${most} lists over ${rows.count} vectors of '${field.name}'`,
      bytes,
      environment.memoryBytes,
    );
    const { arena } = this;
    const blocks = sizes.map((size) => arena.allocate(size));
    [this.rowsAt, this.assignedAt, this.distancesAt, this.minimaAt, this.sumsAt, this.countsAt] = blocks;
    this.assigned = arena.u32(this.assignedAt, room);
    this.distances = arena.f32(this.distancesAt, room);
    this.mean = new Float32Array(rows.floats);
  }

  get floats(): number {
    return this.input.rows.floats;
  }

  /** Starts threads where there is work for them. @param compared centroids a row is compared with */
  async gather(compared: number): Promise<void> {
    const { arena, input } = this;
    const threads = this.room * compared * this.floats < TEAM_LEAST ? 1 : input.environment.threads;
    const minima = [this.minimaAt];
    while (minima.length < threads) minima.push(arena.allocate(ASSIGN_SCRATCH_BYTES));
    this.team = await Team.gather(
      arena,
      minima.map((minimaAt) => ({ minimaAt })),
    );
  }

  /** Sends the threads away. */
  end(): void {
    this.team?.goHome();
  }

  row(i: number): Float32Array {
    return this.arena.f32(this.rowsAt + i * this.floats * 4, this.floats);
  }

  /**
   * Chooses rows without replacement (Knuth, TAOCP 2, algorithm 3.4.2 S), centres them and lays
   * them out so that the first of them are a sample of all.
   */
  async sample(): Promise<void> {
    const { room, floats, input } = this;
    const { rows, environment } = input;
    const places = spread(room);
    let taken = 0;
    let largest = 0;
    const step = `${input.field.name}: ivf sampling`;
    const pace = new Pace((done) => environment.progress(step, done, rows.count));
    for (const piece of rows.pieces()) {
      await pace.step(piece.first);
      for (let i = 0; i < piece.rows.length; i++) largest = Math.max(largest, Math.abs(piece.rows[i]));
      for (let i = 0; i < piece.count; i++) {
        const left = rows.count - (piece.first + i);
        if (left * uniform(environment.seed, piece.first + i) >= room - taken) continue;
        this.row(places[taken++]).set(piece.rows.subarray(i * floats, (i + 1) * floats));
      }
    }
    const view = this.view(room);
    const sums = new Float64Array(floats);
    for (let start = 0; start < view.length; start += floats) {
      for (let j = 0; j < floats; j++) sums[j] += view[start + j];
    }
    this.mean.set(sums.map((sum) => sum / room));
    this.scale = scaleOf(largest);
    this.centre(view);
  }

  /** Puts rows in the place of those that are there. @param rows `count` of them, room at most */
  load(rows: Float32Array, at: number): void {
    const count = rows.length / this.floats;
    const target = this.arena.f32(this.rowsAt + at * this.floats * 4, count * this.floats);
    target.set(rows);
    this.centre(target);
  }

  /** Reorders the first rows. @param order a permutation, which row comes at each place */
  arrange(order: Uint32Array): void {
    const { floats } = this;
    const rows = this.view(order.length);
    const held = new Float32Array(floats);
    const done = new Uint8Array(order.length);
    for (let start = 0; start < order.length; start++) {
      if (done[start] || order[start] === start) continue;
      held.set(rows.subarray(start * floats, (start + 1) * floats));
      let to = start;
      for (let from = order[to]; from !== start; from = order[to]) {
        rows.copyWithin(to * floats, from * floats, (from + 1) * floats);
        done[to] = 1;
        to = from;
      }
      rows.set(held, to * floats);
      done[to] = 1;
    }
  }

  /** Nearest centroid of rows `from` to `to`. */
  async assign(from: number, to: number, table: CentroidTable): Promise<void> {
    await this.compare(this.rowsAt, from, to, table);
  }

  /** The same of the centroids of a table: `assigned` and `distances` are by its numbers. */
  async assignCentroids(of: CentroidTable, table: CentroidTable): Promise<void> {
    await this.compare(of.at, 0, of.count, table);
  }

  /**
   * Moves each centroid to the mean of the rows assigned to it.
   * @returns how many rows each has; one without rows stays where it is
   */
  update(from: number, to: number, table: CentroidTable): Uint32Array {
    const { arena, floats, input } = this;
    const sums = arena.f64(this.sumsAt, table.count * floats).fill(0);
    const counts = arena.u32(this.countsAt, table.count).fill(0);
    const { rowsAt, assignedAt, sumsAt, countsAt } = this;
    arena.kernels.accumulateRows(rowsAt, input.rows.rowBytes, from, to, assignedAt, sumsAt, countsAt);
    for (let list = 0; list < table.count; list++) {
      if (counts[list] === 0) continue;
      const sum = sums.subarray(list * floats, (list + 1) * floats);
      for (let i = 0; i < floats; i++) sum[i] /= counts[list];
      table.set(list, this.settled(sum));
    }
    return counts;
  }

  /** A centroid as it is stored: in the data's own place and size. */
  restored(centroid: ArrayLike<number>): Float32Array {
    return Float32Array.from(this.mean, (mean, i) => centroid[i] / this.scale + mean);
  }

  /** And back. */
  centred(centroid: ArrayLike<number>): Float64Array {
    return Float64Array.from(this.mean, (mean, i) => (centroid[i] - mean) * this.scale);
  }

  /** Inner products of all centroids of two tables. @param out f32[of.count, table.padded] */
  products(of: CentroidTable, table: CentroidTable, out: Pointer): Float32Array {
    const { arena } = this;
    const size = of.count * table.padded;
    arena.kernels.multiplyRows(of.at, of.count, table.at, table.padded, this.floats * 4, out);
    return arena.f32(out, size);
  }

  private view(count: number): Float32Array {
    return this.arena.f32(this.rowsAt, count * this.floats);
  }

  private async compare(at: Pointer, from: number, to: number, table: CentroidTable): Promise<void> {
    const operations = Math.max(1, table.padded * this.floats);
    const chunk = Math.max(64, Math.floor(CALL_OPERATIONS / operations / 64) * 64);
    const { rowBytes } = this.input.rows;
    const { assignedAt, distancesAt } = this;
    const args = [at, rowBytes, table.at, table.normsAt, table.padded, assignedAt, distancesAt];
    await this.team!.run(JOB.assignRows, from, to, args, chunk);
  }

  /** Spherical k-means: centroids of unit vectors are unit vectors, except one that sums to nothing. */
  private settled(centroid: Float64Array): Float64Array {
    if (this.input.field.metric !== 'cosine') return centroid;
    const whole = centroid.map((value, i) => value / this.scale + this.mean[i]);
    return whole.every((value) => value === 0) ? centroid : this.centred(unit(whole));
  }

  /** Subtracts the mean from every row, and scales. */
  private centre(rows: Float32Array): void {
    const { mean, scale } = this;
    for (let start = 0; start < rows.length; start += mean.length) {
      for (let j = 0; j < mean.length; j++) rows[start + j] = (rows[start + j] - mean[j]) * scale;
    }
  }
}

/** Where each of `count` rows goes so that those at the first places, however many, are spread over all. */
function spread(count: number): Uint32Array {
  let step = Math.max(1, Math.floor(count * GOLDEN));
  while (divisor(step, count) !== 1) step++;
  const places = new Uint32Array(count);
  for (let place = 0, row = 0; place < count; place++, row = (row + step) % count) places[row] = place;
  return places;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** The power of two that brings a largest component to between 1 and 2; by its bits, so it is exact. */
function scaleOf(largest: number): number {
  if (largest === 0) return 1;
  const bits = new Uint32Array(Float32Array.of(largest).buffer)[0];
  return 2 ** (127 - (bits >>> 23));
}
