import { Arena, ASSIGN_SCRATCH_BYTES, aligned, type Pointer } from '../../kernels/index.js';
import type { BuildInput } from '../kind.js';
import { requireMemory } from '../memory.js';
import { Pace } from '../pace.js';
import { hash32, uniform } from '../random.js';
import { JOB, Team } from '../team/index.js';
import { unit } from '../unit.js';

/**
 * Sampled rows per list. FAISS takes up to 256 and warns below 39; lists get hardly better beyond
 * 64, and training time is proportional to this.
 */
const SAMPLE_PER_LIST = 64;
const ITERATIONS = 10;
/** Multiply-adds per kernel call, some milliseconds: what a thread takes at once. */
const CALL_OPERATIONS = 2 ** 25;
/** Distances of a pass over the sample below which a second thread is not worth its start. */
const TEAM_LEAST = 2 ** 20;

/** The number of lists when none is asked for: the power of two nearest to 4·sqrt(n), at most n. */
export function autoNlist(count: number): number {
  let lists = 1;
  // Nearest by ratio: the first power p with p · sqrt(2) >= 4 · sqrt(n), in whole numbers.
  while (2 * lists * lists < 16 * count) lists *= 2;
  return Math.min(count, lists);
}

/**
 * Lloyd's k-means over rows in an arena, and the assignment of any rows to the result. Everything
 * is relative to the sample's mean, which makes the expanded form of the distance (|c|²/2 - x·c)
 * accurate in float32, and scaled by a power of two that keeps squares in its range. Threads assign
 * ranges of rows, each row on its own; sums are added in order by one.
 */
export class Clustering {
  private readonly input: BuildInput;
  private readonly lists: number;
  /** `lists` rounded up to four: the kernel compares by fours. */
  private readonly tableLists: number;
  private readonly sampled: number;
  private readonly arena = new Arena();
  private readonly rowsAt: Pointer;
  private readonly centroidsAt: Pointer;
  private readonly halfNorms: Pointer;
  private readonly assigned: Pointer;
  private readonly distances: Pointer;
  private readonly minima: Pointer;
  private readonly sums: Pointer;
  private readonly counts: Pointer;
  /** Of the sample; float32 numbers, so that subtracting loses least. */
  private readonly mean: Float32Array;
  /** A power of two. */
  private scale = 1;
  private team: Team | undefined;

  /** @throws ResourceError when the sample does not fit the budget */
  constructor(input: BuildInput, lists: number) {
    const { rows, environment, field } = input;
    this.input = input;
    this.lists = lists;
    this.tableLists = Math.ceil(lists / 4) * 4;
    this.sampled = Math.min(rows.count, SAMPLE_PER_LIST * lists);
    const table = this.tableLists * rows.rowBytes;
    // One row more than the sample: the kernel compares rows in pairs.
    const sizes = [
      (this.sampled + 1) * rows.rowBytes,
      table,
      this.tableLists * 4,
      this.sampled * 4,
      this.sampled * 4,
      ASSIGN_SCRATCH_BYTES,
      table * 2,
      this.tableLists * 4,
    ];
    const bytes = sizes.reduce((sum, size) => sum + aligned(size), 0);
    requireMemory(
      `ivf with ${lists} lists over ${rows.count} vectors of '${field.name}'`,
      bytes,
      environment.memoryBytes,
    );
    const blocks = sizes.map((size) => this.arena.allocate(size));
    [this.rowsAt, this.centroidsAt, this.halfNorms, this.assigned] = blocks;
    [, , , , this.distances, this.minima, this.sums, this.counts] = blocks;
    this.mean = new Float32Array(rows.floats);
  }

  /** Centroids, row-major, `lists` rows; of length 1 under cosine. */
  centroids(): Float32Array {
    const { floats } = this.input.rows;
    const table = this.table();
    return Float32Array.from(
      { length: this.lists * floats },
      (_, i) => table[i] / this.scale + this.mean[i % floats],
    );
  }

  async train(): Promise<void> {
    const { field, environment } = this.input;
    const threads = this.sampled * this.lists < TEAM_LEAST ? 1 : environment.threads;
    const minima = [this.minima];
    while (minima.length < threads) minima.push(this.arena.allocate(ASSIGN_SCRATCH_BYTES));
    this.team = await Team.gather(
      this.arena,
      minima.map((minimaAt) => ({ minimaAt })),
    );
    await this.sample();
    this.seed();
    const total = ITERATIONS * this.sampled;
    const step = `${field.name}: ivf training`;
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      const done = iteration * this.sampled;
      await this.assign(this.sampled, new Pace((n) => environment.progress(step, done + n, total)));
      this.update(iteration);
    }
    // Rows go by what is stored, which is rounded differently.
    this.place(Float64Array.from(this.centroids(), (value, i) => this.centred(value, i)));
    environment.progress(step, total, total);
  }

  /** Nearest list of every row, in order. */
  async assignAll(): Promise<Uint32Array> {
    const { rows, field, environment } = this.input;
    const lists = new Uint32Array(rows.count);
    const pace = new Pace((n) => environment.progress(`${field.name}: ivf lists`, n, rows.count));
    for (const piece of rows.pieces()) {
      // A piece may be larger than the sample it is put in place of.
      for (let from = 0; from < piece.count; from += this.sampled) {
        const count = Math.min(this.sampled, piece.count - from);
        const target = this.rowsView(count);
        target.set(piece.rows.subarray(from * rows.floats, (from + count) * rows.floats));
        this.centre(target);
        await this.assign(count, undefined);
        lists.set(this.arena.u32(this.assigned, count), piece.first + from);
      }
      await pace.step(piece.first);
    }
    return lists;
  }

  private rowsView(count: number): Float32Array {
    return this.arena.f32(this.rowsAt, count * this.input.rows.floats);
  }

  private table(): Float32Array {
    return this.arena.f32(this.centroidsAt, this.tableLists * this.input.rows.floats);
  }

  /** Chooses rows without replacement, in order (Knuth, TAOCP 2, algorithm 3.4.2 S), and centres them. */
  private async sample(): Promise<void> {
    const { rows, environment } = this.input;
    const view = this.rowsView(this.sampled);
    let taken = 0;
    let largest = 0;
    const step = `${this.input.field.name}: ivf sampling`;
    const pace = new Pace((done) => environment.progress(step, done, rows.count));
    for (const piece of rows.pieces()) {
      await pace.step(piece.first);
      for (const value of piece.rows) largest = Math.max(largest, Math.abs(value));
      for (let i = 0; i < piece.count; i++) {
        const left = rows.count - (piece.first + i);
        if (left * uniform(environment.seed, piece.first + i) >= this.sampled - taken) continue;
        view.set(piece.rows.subarray(i * rows.floats, (i + 1) * rows.floats), taken++ * rows.floats);
      }
    }
    const sums = new Float64Array(rows.floats);
    for (let i = 0; i < view.length; i++) sums[i % rows.floats] += view[i];
    this.mean.set(sums.map((sum) => sum / this.sampled));
    this.scale = scaleOf(largest);
    this.centre(view);
  }

  private centred(value: number, i: number): number {
    return (value - this.mean[i % this.mean.length]) * this.scale;
  }

  /** Subtracts the mean from every row, and scales. */
  private centre(rows: Float32Array): void {
    const { mean, scale } = this;
    for (let start = 0; start < rows.length; start += mean.length) {
      for (let j = 0; j < mean.length; j++) rows[start + j] = (rows[start + j] - mean[j]) * scale;
    }
  }

  /** Starts from distinct sampled rows, drawn by an unfinished Fisher-Yates shuffle. */
  private seed(): void {
    const { floats } = this.input.rows;
    const rows = this.rowsView(this.sampled);
    const numbers = Uint32Array.from({ length: this.sampled }, (_, i) => i);
    const centroids = new Float64Array(this.lists * floats);
    for (let list = 0; list < this.lists; list++) {
      const left = this.sampled - list;
      const other = list + Math.floor(uniform(hash32(this.input.environment.seed, 0x5eed), list) * left);
      [numbers[list], numbers[other]] = [numbers[other], numbers[list]];
      centroids.set(rows.subarray(numbers[list] * floats, (numbers[list] + 1) * floats), list * floats);
    }
    this.place(centroids);
  }

  private async assign(count: number, pace: Pace | undefined): Promise<void> {
    const { rows } = this.input;
    const operations = this.tableLists * rows.floats;
    const chunk = Math.max(64, Math.floor(CALL_OPERATIONS / operations / 64) * 64);
    const { rowsAt, centroidsAt, halfNorms, tableLists, assigned, distances } = this;
    const args = [rowsAt, rows.rowBytes, centroidsAt, halfNorms, tableLists, assigned, distances];
    await this.team!.run(JOB.assignRows, 0, count, args, chunk);
    await pace?.step(count);
  }

  /** Sends the threads away. */
  end(): void {
    this.team?.goHome();
  }

  /** Moves each centroid to the mean of its rows; one without rows to the row worst served. */
  private update(iteration: number): void {
    const { floats, rowBytes } = this.input.rows;
    const sums = this.arena.f64(this.sums, this.tableLists * floats);
    const counts = this.arena.u32(this.counts, this.tableLists);
    sums.fill(0);
    counts.fill(0);
    this.arena.kernels.accumulateRows(
      this.rowsAt,
      rowBytes,
      0,
      this.sampled,
      this.assigned,
      this.sums,
      this.counts,
    );
    const centroids = Float64Array.from(this.table().subarray(0, this.lists * floats));
    const empty: number[] = [];
    for (let list = 0; list < this.lists; list++) {
      if (counts[list] === 0) empty.push(list);
      else for (let i = list * floats; i < (list + 1) * floats; i++) centroids[i] = sums[i] / counts[list];
    }
    // After the last pass nothing would follow a moved centroid: an empty list stays as it is.
    if (empty.length > 0 && iteration < ITERATIONS - 1) this.reseed(centroids, empty);
    this.place(centroids);
  }

  private reseed(centroids: Float64Array, empty: number[]): void {
    const { floats } = this.input.rows;
    const rows = this.rowsView(this.sampled);
    const distances = this.arena.f32(this.distances, this.sampled);
    const worst = Uint32Array.from({ length: this.sampled }, (_, i) => i)
      .filter((row) => distances[row] > 0)
      .sort((a, b) => distances[b] - distances[a] || a - b);
    for (let i = 0; i < Math.min(empty.length, worst.length); i++) {
      centroids.set(rows.subarray(worst[i] * floats, (worst[i] + 1) * floats), empty[i] * floats);
    }
  }

  /** Puts centroids and their norms where the kernel finds them. */
  private place(centroids: Float64Array): void {
    const { floats } = this.input.rows;
    const table = this.table();
    if (this.input.field.metric === 'cosine') this.normalise(centroids);
    table.set(centroids);
    const halfNorms = this.arena.f32(this.halfNorms, this.tableLists);
    halfNorms.fill(Number.POSITIVE_INFINITY);
    for (let list = 0; list < this.lists; list++) {
      let sum = 0;
      for (let i = list * floats; i < (list + 1) * floats; i++) sum += table[i] * table[i];
      halfNorms[list] = sum / 2;
    }
  }

  /** Spherical k-means: centroids of unit vectors are unit vectors, except one that sums to nothing. */
  private normalise(centroids: Float64Array): void {
    const { floats } = this.input.rows;
    for (let list = 0; list < this.lists; list++) {
      const centroid = centroids.subarray(list * floats, (list + 1) * floats);
      const whole = centroid.map((value, i) => value / this.scale + this.mean[i]);
      if (whole.every((value) => value === 0)) continue;
      centroid.set(unit(whole).map((value, i) => this.centred(value, i)));
    }
  }
}

/** The power of two that brings a largest component to between 1 and 2; by its bits, so it is exact. */
function scaleOf(largest: number): number {
  if (largest === 0) return 1;
  const bits = new Uint32Array(Float32Array.of(largest).buffer)[0];
  return 2 ** (127 - (bits >>> 23));
}
