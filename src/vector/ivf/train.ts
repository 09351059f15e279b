import { keyOf, type Pointer } from '../../kernels/index.js';
import type { BuildInput } from '../kind.js';
import { Pace } from '../pace.js';
import { hash32, uniform } from '../random.js';
import { reliefs } from './balance.js';
import { CentroidTable } from './centroids.js';
import { ClusterSpace } from './space.js';

/**
 * Sampled rows per list. FAISS takes up to 256 and warns below 39; lists get hardly better beyond
 * 64, and training time is proportional to this.
 */
export const SAMPLE_PER_LIST = 64;
/** Sampled rows per group, likewise; there are few of them. */
const SAMPLE_PER_GROUP = 256;
const GROUP_ITERATIONS = 8;
const LOCAL_ITERATIONS = 4;
const GLOBAL_ITERATIONS = 6;
/** More than there are lists. */
const NUMBERS = 2 ** 20 + 1;
/** Lists from which on they are in groups. */
const GROUPED_LEAST = 128;
/** Lists that a row is compared with, in sizes of a group: all but one row in a hundred find their nearest. */
const NEAR_GROUPS = 16;

/** The number of lists when none is asked for: the power of two nearest to 4·sqrt(n), at most n. */
export function autoNlist(count: number): number {
  let lists = 1;
  // Nearest by ratio: the first power p with p · sqrt(2) >= 4 · sqrt(n), in whole numbers.
  while (2 * lists * lists < 16 * count) lists *= 2;
  return Math.min(count, lists);
}

/** Groups of lists, about the square root of their number: a power of two. */
export function groupsOf(nlist: number): number {
  if (nlist < GROUPED_LEAST) return 1;
  let groups = 1;
  while (groups * groups * 2 <= nlist) groups *= 2;
  return groups;
}

/**
 * k-means in two levels: few groups, the lists within each, then Lloyd's iterations over all lists
 * in which a row is compared with those near its group. Each level starts from k-means++ seeds
 * (Arthur & Vassilvitskii, 2007).
 */
export class Clustering {
  private readonly input: BuildInput;
  private readonly nlist: number;
  private readonly space: ClusterSpace;
  private readonly groups: CentroidTable;
  private readonly lists: CentroidTable;
  /** What rows are being compared with. */
  private readonly work: CentroidTable;
  /** One seed. */
  private readonly one: CentroidTable;
  private readonly productsAt: Pointer;
  /** By group, numbers of the lists near it, ascending. */
  private near: Uint32Array[] = [];
  /** Group i has lists groupOffsets[i] to groupOffsets[i + 1]. */
  private readonly groupOffsets: Uint32Array;
  private draws = 0;

  /** @throws ResourceError when the sample does not fit the budget */
  constructor(input: BuildInput, nlist: number) {
    const { floats } = input.rows;
    const sampled = Math.min(input.rows.count, SAMPLE_PER_LIST * nlist);
    const groups = groupsOf(nlist);
    const tables = [nlist, nlist, groups, 1].flatMap((capacity) => CentroidTable.bytes(capacity, floats));
    this.input = input;
    this.nlist = nlist;
    const products = groups * (nlist + 4) * 4;
    this.space = new ClusterSpace(input, sampled, nlist, [...tables, products]);
    this.groupOffsets = new Uint32Array(groups + 1);
    const { arena } = this.space;
    this.lists = new CentroidTable(arena, nlist, floats);
    this.work = new CentroidTable(arena, nlist, floats);
    this.groups = new CentroidTable(arena, groups, floats);
    this.one = new CentroidTable(arena, 1, floats);
    this.productsAt = arena.allocate(products);
    this.groups.resize(groups);
    this.lists.resize(nlist);
  }

  async train(): Promise<void> {
    const { space, groups, lists } = this;
    const { environment, field } = this.input;
    await space.gather(this.nearLists);
    await space.sample();
    const steps = groups.count + GLOBAL_ITERATIONS + 1;
    const report = (done: number) => environment.progress(`${field.name}: ivf training`, done, steps);
    const first = Math.min(space.room, SAMPLE_PER_GROUP * groups.count);
    await this.seed(0, first, groups, groups.count);
    await this.lloyd(0, first, groups, GROUP_ITERATIONS);
    report(1);
    const offsets = await this.arrange(space.room);
    await this.divide(offsets, (group) => report(2 + group));
    for (let iteration = 0; iteration < GLOBAL_ITERATIONS; iteration++) {
      this.findNear();
      await this.assignNear(offsets);
      const counts = space.update(0, space.room, lists);
      // After the last pass nothing would follow a list that was moved. Under ip a full list is one of short rows,
      // which few queries look for.
      if (iteration < GLOBAL_ITERATIONS - 1 && this.input.field.metric !== 'ip') {
        const moves = reliefs(counts, space.assigned.subarray(0, space.room));
        for (const { list, row } of moves) lists.set(list, space.row(row));
      }
      report(1 + groups.count + iteration);
    }
    // Rows go by what is stored, which is rounded differently.
    for (const table of [groups, lists]) {
      for (let i = 0; i < table.count; i++) table.set(i, space.centred(space.restored(table.row(i))));
    }
    await this.renumber();
    this.findNear();
    report(steps);
  }

  /** Centroids, row-major, of length 1 under cosine. */
  centroids(): Float32Array {
    return this.restored(this.lists);
  }

  /** Centres of the groups, likewise, and where the lists of each begin. */
  grouping(): { centres: Float32Array; offsets: Uint32Array } {
    return { centres: this.restored(this.groups), offsets: this.groupOffsets };
  }

  /** The list of every row, in order. */
  async assignAll(): Promise<Uint32Array> {
    const { space, input } = this;
    const { rows, field, environment } = input;
    const found = new Uint32Array(rows.count);
    const pace = new Pace((n) => environment.progress(`${field.name}: ivf lists`, n, rows.count));
    let held = 0;
    let done = 0;
    const settle = async () => {
      const order = new Uint32Array(held);
      const offsets = await this.arrange(held, order);
      await this.assignNear(offsets);
      for (let i = 0; i < held; i++) found[done + order[i]] = space.assigned[i];
      done += held;
      held = 0;
      await pace.step(done);
    };
    for (const piece of rows.pieces()) {
      for (let from = 0; from < piece.count; ) {
        const count = Math.min(space.room - held, piece.count - from);
        space.load(piece.rows.subarray(from * rows.floats, (from + count) * rows.floats), held);
        held += count;
        from += count;
        if (held === space.room) await settle();
      }
    }
    if (held > 0) await settle();
    return found;
  }

  /** Sends the threads away. */
  end(): void {
    this.space.end();
  }

  private restored(table: CentroidTable): Float32Array {
    const { floats } = this.input.rows;
    const out = new Float32Array(table.count * floats);
    for (let i = 0; i < table.count; i++) out.set(this.space.restored(table.row(i)), i * floats);
    return out;
  }

  /** Lists that rows of a group are compared with, beside those of the group itself. */
  private get nearLists(): number {
    const { nlist, groups } = this;
    return Math.min(nlist, Math.ceil(nlist / groups.count) * NEAR_GROUPS);
  }

  /** From 0 to below 1, each time another. */
  private draw(): number {
    return uniform(hash32(this.input.environment.seed, 0x5eed), this.draws++);
  }

  /**
   * Seeds for some rows, k-means++: each is a row drawn with a chance in proportion to its squared
   * distance to the nearest seed before. Under ip that would be the few longest rows: seeds are spread
   * over the rows.
   */
  private async seed(from: number, to: number, table: CentroidTable, count: number): Promise<void> {
    const { space } = this;
    table.resize(count);
    if (this.input.field.metric === 'ip') {
      for (let i = 0; i < count; i++) table.set(i, space.row(from + Math.floor((i * (to - from)) / count)));
      return;
    }
    const nearest = new Float32Array(to - from).fill(Number.POSITIVE_INFINITY);
    const one = this.one;
    let chosen = Math.floor(this.draw() * (to - from));
    for (let i = 0; i < count; i++) {
      table.set(i, space.row(from + chosen));
      if (i === count - 1) break;
      one.copy(table, [i]);
      await space.assign(from, to, one);
      let total = 0;
      for (let row = 0; row < nearest.length; row++) {
        const distance = space.distances[from + row];
        if (distance < nearest[row]) nearest[row] = distance;
        total += nearest[row];
      }
      let left = this.draw() * total;
      chosen = 0;
      while (chosen < nearest.length - 1 && left >= nearest[chosen]) left -= nearest[chosen++];
    }
  }

  /** The first centroids of all lists: of each group's rows, as many as its share of them. */
  private async divide(offsets: Uint32Array, report: (group: number) => void): Promise<void> {
    const { lists, work, groups } = this;
    const shares = apportion(this.nlist, offsets);
    let first = 0;
    for (let group = 0; group < groups.count; group++) {
      const [from, to] = [offsets[group], offsets[group + 1]];
      if (shares[group] > 0) {
        await this.seed(from, to, work, shares[group]);
        await this.lloyd(from, to, work, LOCAL_ITERATIONS);
      }
      for (let i = 0; i < shares[group]; i++) lists.set(first + i, work.row(i));
      first += shares[group];
      report(group);
    }
  }

  private async lloyd(from: number, to: number, table: CentroidTable, iterations: number): Promise<void> {
    for (let iteration = 0; iteration < iterations; iteration++) {
      await this.space.assign(from, to, table);
      this.space.update(from, to, table);
    }
  }

  /**
   * Sorts the first rows by group, keeping their order in one.
   * @param order gets what stood where, if given @returns where each group's rows begin
   */
  private async arrange(count: number, order = new Uint32Array(count)): Promise<Uint32Array> {
    const { space, groups } = this;
    await space.assign(0, count, groups);
    const offsets = new Uint32Array(groups.count + 1);
    for (let row = 0; row < count; row++) offsets[space.assigned[row] + 1]++;
    for (let group = 0; group < groups.count; group++) offsets[group + 1] += offsets[group];
    const next = offsets.slice();
    for (let row = 0; row < count; row++) order[next[space.assigned[row]]++] = row;
    space.arrange(order);
    return offsets;
  }

  /** Numbers lists by group: a search looks at the lists of the groups that are near. */
  private async renumber(): Promise<void> {
    const { space, groups, lists, work, nlist, groupOffsets } = this;
    await space.assignCentroids(lists, groups);
    const groupOf = space.assigned.slice(0, nlist);
    for (const group of groupOf) groupOffsets[group + 1]++;
    for (let group = 0; group < groups.count; group++) groupOffsets[group + 1] += groupOffsets[group];
    const next = groupOffsets.slice();
    const order = new Uint32Array(nlist);
    for (let list = 0; list < nlist; list++) order[next[groupOf[list]]++] = list;
    work.copy(lists, order);
    lists.copy(
      work,
      order.map((_, i) => i),
    );
  }

  /** Lists near each group by their centroids, those whose rows might be the group's, and its own. */
  private findNear(): void {
    const { groups, lists, nlist, space, groupOffsets } = this;
    const wanted = this.nearLists;
    const products = space.products(groups, lists, this.productsAt);
    const keys = new Float64Array(nlist);
    this.near = Array.from({ length: groups.count }, (_, group) => {
      for (let list = 0; list < nlist; list++) {
        const distance = lists.halfNorms[list] - products[group * lists.padded + list];
        keys[list] = keyOf(distance) * NUMBERS + list;
      }
      keys.sort();
      const near = new Set(Array.from(keys.subarray(0, wanted), (key) => key % NUMBERS));
      for (let list = groupOffsets[group]; list < groupOffsets[group + 1]; list++) near.add(list);
      return Uint32Array.from(near).sort();
    });
  }

  /** List of each of the rows that are in order of groups, of those near the group. */
  private async assignNear(offsets: Uint32Array): Promise<void> {
    const { space, lists, work, near } = this;
    for (let group = 0; group < offsets.length - 1; group++) {
      const [from, to] = [offsets[group], offsets[group + 1]];
      if (from === to) continue;
      const numbers = near[group];
      work.copy(lists, numbers);
      await space.assign(from, to, work);
      for (let row = from; row < to; row++) space.assigned[row] = numbers[space.assigned[row]];
    }
  }
}

/** Lists of each group, in proportion to its rows, the largest remainders rounded up; one at least where it has rows. */
function apportion(nlist: number, offsets: Uint32Array): Uint32Array {
  const groups = offsets.length - 1;
  const total = offsets[groups];
  const size = (group: number) => offsets[group + 1] - offsets[group];
  const shares = Uint32Array.from({ length: groups }, (_, group) =>
    Math.floor((size(group) * nlist) / total),
  );
  const rest = (group: number) => (size(group) * nlist) / total - shares[group];
  const byRest = Array.from(shares.keys()).sort((a, b) => rest(b) - rest(a) || a - b);
  let left = nlist - shares.reduce((sum, share) => sum + share, 0);
  for (let i = 0; left > 0; i++) {
    shares[byRest[i % groups]]++;
    left--;
  }
  return shares;
}
