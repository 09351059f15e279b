import { Arena, aligned, byteWidth, type Pointer, SPACE } from '../../kernels/index.js';
import type { BuildInput } from '../kind.js';
import { requireMemory } from '../memory.js';
import { Pace } from '../pace.js';
import { uniform } from '../random.js';
import { reliefs } from './balance.js';
import { SAMPLE_PER_LIST } from './train.js';

const ITERATIONS = 10;
/** Rows compared before others get a turn. */
const TURN_ROWS = 256;

/**
 * k-majority (Grana et al., "A fast approach for integrating ORB descriptors in the bag of words model",
 * 2013): k-means of packed bits, where the mean of rows is what most of them have at each bit, and
 * distance is how many bits differ. O(sample · nlist · bytes) an iteration.
 */
export class BitClustering {
  private readonly input: BuildInput;
  private readonly nlist: number;
  private readonly arena = new Arena();
  private readonly room: number;
  private readonly rowsAt: Pointer;
  private readonly centroidsAt: Pointer;
  private readonly nearestAt: Pointer;

  /** @throws ResourceError when the sample does not fit the budget */
  constructor(input: BuildInput, nlist: number) {
    const { rows, field, environment } = input;
    this.input = input;
    this.nlist = nlist;
    this.room = Math.min(rows.count, SAMPLE_PER_LIST * nlist);
    const sizes = [this.room * rows.storedBytes, nlist * rows.storedBytes, 8];
    const ones = nlist * field.dim * 8 * 4;
    const needed = sizes.reduce((sum, size) => sum + aligned(size), ones);
    requireMemory(
      `ivf with ${nlist} lists over ${rows.count} vectors of '${field.name}'`,
      needed,
      environment.memoryBytes,
    );
    [this.rowsAt, this.centroidsAt, this.nearestAt] = sizes.map((size) => this.arena.allocate(size));
  }

  async train(): Promise<void> {
    const { room, nlist } = this;
    const { environment, field } = this.input;
    await this.sample();
    for (let list = 0; list < nlist; list++) this.move(list, Math.floor((list * room) / nlist));
    const assigned = new Uint32Array(room);
    const counts = new Uint32Array(nlist);
    const ones = new Uint32Array(nlist * field.dim * 8);
    const pace = new Pace((done) =>
      environment.progress(`${field.name}: ivf training`, done, ITERATIONS * room),
    );
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      counts.fill(0);
      for (let row = 0; row < room; row++) {
        assigned[row] = this.nearest(row);
        counts[assigned[row]]++;
        if (row % TURN_ROWS === 0) await pace.step(iteration * room + row);
      }
      this.update(assigned, counts, ones);
      // After the last pass nothing would follow a list that was moved.
      if (iteration === ITERATIONS - 1) break;
      for (const { list, row } of reliefs(counts, assigned)) this.move(list, row);
    }
  }

  /** Centroids, row-major, a byte of bits in each component. */
  centroids(): Float32Array {
    const { rows, field } = this.input;
    const out = new Float32Array(this.nlist * rows.floats);
    for (let list = 0; list < this.nlist; list++) {
      out.set(this.centroid(list).subarray(0, field.dim), list * rows.floats);
    }
    return out;
  }

  /** Comparing bits is quick: all lists are one group. */
  grouping(): { centres: Float32Array; offsets: Uint32Array } {
    return { centres: new Float32Array(0), offsets: Uint32Array.of(0, this.nlist) };
  }

  /** The list of every row, in order. */
  async assignAll(): Promise<Uint32Array> {
    const { rows, field, environment } = this.input;
    const found = new Uint32Array(rows.count);
    const pace = new Pace((n) => environment.progress(`${field.name}: ivf lists`, n, rows.count));
    for (const piece of rows.pieces()) {
      for (let i = 0; i < piece.count; i++) {
        this.put(piece.rows, i, 0);
        found[piece.first + i] = this.nearest(0);
        if (i % TURN_ROWS === 0) await pace.step(piece.first + i);
      }
    }
    return found;
  }

  /** There are no threads to send away. */
  end(): void {}

  /** Chooses rows without replacement (Knuth, TAOCP 2, algorithm 3.4.2 S). */
  private async sample(): Promise<void> {
    const { room } = this;
    const { rows, environment, field } = this.input;
    const pace = new Pace((done) => environment.progress(`${field.name}: ivf sampling`, done, rows.count));
    let taken = 0;
    for (const piece of rows.pieces()) {
      for (let i = 0; i < piece.count; i++) {
        const left = rows.count - (piece.first + i);
        if (left * uniform(environment.seed, piece.first + i) < room - taken)
          this.put(piece.rows, i, taken++);
      }
      await pace.step(piece.first);
    }
  }

  /** Puts row `i` of a piece in place. */
  private put(piece: Float32Array, i: number, place: number): void {
    this.input.rows.store(piece, i, this.row(place));
  }

  private row(place: number): Uint8Array {
    const { storedBytes } = this.input.rows;
    return this.arena.bytes(this.rowsAt + place * storedBytes, storedBytes);
  }

  private centroid(list: number): Uint8Array {
    const { storedBytes } = this.input.rows;
    return this.arena.bytes(this.centroidsAt + list * storedBytes, storedBytes);
  }

  private move(list: number, place: number): void {
    this.centroid(list).set(this.row(place));
  }

  /** List of the nearest centroid, the lowest of equally near ones. */
  private nearest(place: number): number {
    const { arena, centroidsAt, nearestAt, nlist } = this;
    const { rows, field } = this.input;
    const { storedBytes } = rows;
    arena.kernels.setCodes(centroidsAt, storedBytes, byteWidth(field.dim), SPACE.hamming);
    arena.kernels.scanRows(this.rowsAt + place * storedBytes, 0, nlist, nearestAt, 0, 1);
    return arena.u32(nearestAt, 1)[0];
  }

  /** Each centroid becomes what most of its rows are at each bit; where half are, it stays as it is. */
  private update(assigned: Uint32Array, counts: Uint32Array, ones: Uint32Array): void {
    const { dim } = this.input.field;
    ones.fill(0);
    for (let place = 0; place < assigned.length; place++) {
      const row = this.row(place);
      let at = assigned[place] * dim * 8;
      for (let j = 0; j < dim; j++) {
        const byte = row[j];
        for (let bit = 0; bit < 8; bit++) ones[at++] += (byte >> bit) & 1;
      }
    }
    for (let list = 0; list < counts.length; list++) {
      const centroid = this.centroid(list);
      let at = list * dim * 8;
      for (let j = 0; j < dim; j++) {
        let byte = centroid[j];
        for (let bit = 0; bit < 8; bit++) {
          const twice = 2 * ones[at++];
          if (twice > counts[list]) byte |= 1 << bit;
          else if (twice < counts[list]) byte &= ~(1 << bit);
        }
        centroid[j] = byte;
      }
    }
  }
}
