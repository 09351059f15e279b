import {
  type Arena,
  distanceIn,
  keyOf,
  type Pointer,
  RESERVOIR_HEADER_BYTES,
  reservoirBytes,
  SPACE,
  type Space,
} from '../../kernels/index.js';
import type { RowTable } from '../codes/index.js';
import { expectShape, type VectorPart } from '../part.js';
import { type QueryBatch, squaresOf } from './batch.js';
import { ListDemand } from './demand.js';
import type { ListTables } from './lists.js';

/** Lists of the nearest groups that are compared with a query: all but one in a hundred of the nearest are among them. */
const NEAR_GROUPS = 16;
/** And for each list wanted. */
const NEAR_LISTS = 4;
/**
 * The nearest list is taken to be no nearer than this share of the farthest one's squared distance:
 * a query that is a centroid still has others near it.
 */
const LEAST_SHARE = 0.5;
/** More than there are lists. */
const NUMBERS = 2 ** 20 + 1;
/** 2 · ln 2. */
const TWICE_LN2 = 1.3862943611198906;

/** The one list of all groups' centres. */
const ONE = Uint32Array.of(0);

/** Centroids of the lists in an arena, as float32 or codes, and the lists nearest to a query. */
export class Probe {
  /** Numbers of lists, nearest first, and how far their centroids are in the space they are compared in. */
  readonly listsAt: Pointer;
  readonly basesAt: Pointer;
  readonly lists: Uint32Array;
  private readonly bases: Float32Array;
  private readonly keys: Uint32Array;
  private readonly arena: Arena;
  private readonly tables: ListTables;
  /** The first centroid; undefined groups: all lists are compared, since large products may stand in any. */
  private readonly centroidsAt: Pointer;
  private readonly groupsAt: Pointer | undefined;
  private readonly reservoirAt: Pointer;
  /** Groups as lists of lists: u32 0 and their number, where each begins, and the numbers of all. */
  private readonly groupsEnd: Pointer;
  private readonly oneAt: Pointer;
  private readonly groupOffsetsAt: Pointer;
  private readonly allAt: Pointer;
  private readonly all: Uint32Array;
  /** Sums of squares of groups' centres and centroids, once many queries are compared with them. */
  private squares = { groupsAt: 0, centroidsAt: 0 };
  /** Under ip there are no distances, which say how likely a list is to hold a neighbour. */
  private readonly fades: boolean;
  /** ip: by how much the best of each list is taken to be above its centroid, of a query of length 1. */
  private readonly lifts: Float64Array | undefined;
  private readonly order: Float64Array;
  private readonly products: Float32Array;
  /** What makes of `bases` something in proportion to squared distances. */
  private shift = 0;

  /**
   * @param codeStride bytes of a row of `centreCodes`; undefined: centroids are compared in float32
   * @throws CorruptError, ResourceError
   */
  constructor(part: VectorPart, tables: ListTables, arena: Arena, codeStride: number | undefined) {
    const { reader, name, floats } = part;
    const { nlist, groups } = tables;
    this.arena = arena;
    this.tables = tables;
    const grouped = groups > 1 ? groups : 0;
    const stride = codeStride ?? floats * 4;
    const at = arena.allocate((grouped + nlist) * stride);
    const load = (array: string, first: number, count: number) =>
      reader.readInto(`${name}/${array}`, arena.bytes(at + first * stride, count * stride));
    if (codeStride === undefined) {
      if (grouped > 0) load('groups', 0, grouped);
      load('centroids', grouped, nlist);
    } else {
      expectShape(part, 'centreCodes', 'u8', [grouped + nlist, codeStride]);
      load('centreCodes', 0, grouped + nlist);
    }
    this.centroidsAt = at + grouped * stride;
    this.groupsAt = grouped > 0 && part.field.metric !== 'ip' ? at : undefined;
    this.fades = part.field.metric !== 'ip';
    this.lifts = tables.spreads && liftsOf(tables.spreads, tables.offsets, codeStride, part);
    this.order = new Float64Array(this.lifts === undefined ? 0 : nlist);
    this.products = new Float32Array(this.order.length);
    this.reservoirAt = arena.allocate(reservoirBytes(nlist));
    const place = (values: ArrayLike<number>) => {
      const to = arena.allocate(values.length * 4);
      arena.u32(to, values.length).set(values);
      return to;
    };
    this.groupsEnd = place([0, groups]);
    this.oneAt = place([0]);
    this.groupOffsetsAt = place(tables.groupOffsets);
    this.all = Uint32Array.from({ length: groups }, (_, group) => group);
    this.allAt = place(this.all);
    this.listsAt = arena.allocate(nlist * 4);
    this.basesAt = arena.allocate(nlist * 4);
    this.lists = arena.u32(this.listsAt, nlist);
    this.bases = arena.f32(this.basesAt, nlist);
    this.keys = arena.u32(this.basesAt, nlist);
  }

  /**
   * Leaves the nearest lists at listsAt and basesAt. O(groups · width + lists of near groups · width).
   * @param query what centroids are compared with, and as what; the table's base is not used
   * @param probes how many, at most nlist
   */
  nearest(query: Pointer, { stride, width, space }: RowTable, probes: number): void {
    const { arena, reservoirAt, listsAt, basesAt, keys, bases } = this;
    const { kernels } = arena;
    const { nlist, groups } = this.tables;
    const entries = reservoirAt + RESERVOIR_HEADER_BYTES;
    this.shift = space === SPACE.dot ? 1 : 0;
    const wanted = leastMet(nlist, groups, probes);
    let near = groups;
    if (this.groupsAt !== undefined && wanted < nlist) {
      kernels.setCodes(this.groupsAt, stride, width, space);
      kernels.openReservoir(reservoirAt, groups);
      kernels.scanLists(query, this.oneAt, 1, this.groupsEnd, reservoirAt, 0);
      kernels.takeEntries(entries, kernels.closeReservoir(reservoirAt), listsAt, basesAt);
      near = this.nearGroups(wanted);
    }
    kernels.setCodes(this.centroidsAt, stride, width, space);
    if (this.lifts !== undefined) {
      this.liftAll(query, { width, space }, this.lifts);
      return;
    }
    kernels.openReservoir(reservoirAt, probes);
    kernels.scanLists(query, near < groups ? listsAt : this.allAt, near, this.groupOffsetsAt, reservoirAt, 0);
    const size = kernels.closeReservoir(reservoirAt);
    kernels.takeEntries(entries, size, listsAt, basesAt);
    for (let i = 0; i < size; i++) bases[i] = distanceIn(space, keys[i]);
  }

  /** True where nearestMany() may be asked: lists are chosen by what distances say, and by nothing else. */
  get together(): boolean {
    return this.lifts === undefined;
  }

  /** To be called before a batch is laid out for nearestMany(): allocates. @throws ResourceError */
  prepareMany(table: RowTable): void {
    const { arena, centroidsAt, groupsAt } = this;
    const { nlist, groups } = this.tables;
    // One that lies far out is compared in another space, which wants none.
    if (this.squares.centroidsAt !== 0) return;
    this.squares = {
      groupsAt: groupsAt === undefined ? 0 : squaresOf(arena, { ...table, base: groupsAt }, groups),
      centroidsAt: squaresOf(arena, { ...table, base: centroidsAt }, nlist),
    };
  }

  /**
   * nearest() of all queries of a batch, each group's centroids once for all queries near it.
   * @param table as of nearest() @param ordered false leaves lists in no order, without their distances
   * @param each called for one query after the other when its lists are there
   */
  nearestMany(
    batch: QueryBatch,
    table: RowTable,
    { probes, ordered }: { probes: number; ordered: boolean },
    each: (i: number) => void,
  ): void {
    const { arena, groupsAt, centroidsAt, squares, listsAt, basesAt, keys, bases } = this;
    const { nlist, groups } = this.tables;
    this.shift = table.space === SPACE.dot ? 1 : 0;
    const wanted = leastMet(nlist, groups, probes);
    const demand = new ListDemand(groups, batch.count * Math.min(groups, 2 * NEAR_GROUPS));
    if (groupsAt !== undefined && wanted < nlist) {
      const centres = new ListDemand(1, batch.count);
      for (let i = 0; i < batch.count; i++) centres.add(i, ONE, 1);
      const all = {
        table: { ...table, base: groupsAt },
        offsetsAt: this.groupsEnd,
        squaresAt: squares.groupsAt,
      };
      batch.scan(all, centres, groups);
      for (let i = 0; i < batch.count; i++) {
        batch.take(i, listsAt, basesAt);
        demand.add(i, this.lists, this.nearGroups(wanted));
      }
    } else {
      for (let i = 0; i < batch.count; i++) demand.add(i, this.all, groups);
    }
    const centroids = {
      table: { ...table, base: centroidsAt },
      offsetsAt: this.groupOffsetsAt,
      squaresAt: squares.centroidsAt,
    };
    batch.scan(centroids, demand, probes);
    for (let i = 0; i < batch.count; i++) {
      if (ordered) {
        const size = batch.take(i, listsAt, basesAt);
        for (let j = 0; j < size; j++) bases[j] = distanceIn(table.space, keys[j]);
      } else {
        const { entries, size } = batch.found(i);
        arena.kernels.listPositions(entries, size, 0, listsAt);
      }
      each(i);
    }
  }

  /** How many of the groups in `lists`, nearest first, hold as many lists as are wanted. */
  private nearGroups(wanted: number): number {
    const { groupOffsets } = this.tables;
    let near = 0;
    for (let met = 0; met < wanted; near++) {
      const group = this.lists[near];
      met += groupOffsets[group + 1] - groupOffsets[group];
    }
    return near;
  }

  /**
   * All lists by the best product that is likely in each: that of the centroid, and more where many rows
   * lie far from it. Long rows stand alone in lists of their own; among many short ones some are aligned.
   */
  private liftAll(
    query: Pointer,
    { width, space }: { width: number; space: Space },
    lifts: Float64Array,
  ): void {
    const { arena, reservoirAt, listsAt, basesAt, keys, bases, order, lists } = this;
    const { kernels } = arena;
    const { nlist, groups } = this.tables;
    kernels.openReservoir(reservoirAt, nlist);
    kernels.scanLists(query, this.allAt, groups, this.groupOffsetsAt, reservoirAt, 0);
    const size = kernels.closeReservoir(reservoirAt);
    kernels.takeEntries(reservoirAt + RESERVOIR_HEADER_BYTES, size, listsAt, basesAt);
    const length = lengthOf(arena, query, width, space);
    for (let i = 0; i < size; i++) {
      const base = distanceIn(space, keys[i]);
      this.products[lists[i]] = base;
      order[i] = keyOf(Math.fround(base - length * lifts[lists[i]])) * NUMBERS + lists[i];
    }
    order.sort();
    for (let i = 0; i < size; i++) {
      lists[i] = order[i] % NUMBERS;
      bases[i] = this.products[lists[i]];
    }
  }

  /**
   * How many of the nearest lists are worth scanning: the i-th as long as i · (its squared distance /
   * that of the nearest)^fade is at most `probes`. What a list may hold of the neighbours falls with both.
   * @param probes lists that nearest() left @param fade a whole number; 0: all of them
   */
  worthwhile(probes: number, fade: number): number {
    if (fade === 0 || !this.fades) return probes;
    const { bases, shift } = this;
    const least = Math.max(bases[0] + shift, LEAST_SHARE * (bases[probes - 1] + shift));
    for (let count = 1; count < probes; count++) {
      const ratio = (bases[count] + shift) / least;
      let weight = count + 1;
      for (let i = 0; i < fade; i++) weight *= ratio;
      // Not so for a NaN, where the nearest distance is zero: all are taken.
      if (weight > probes) return count;
    }
    return probes;
  }

  /**
   * Of the nearest lists leaves those that have something of a filter's, until `lists` of them hold
   * `least` together.
   * @param counts what the filter leaves of each list
   * @returns how many are left; 0 when the `probes` nearest do not hold so many
   */
  keepLists(probes: number, counts: Uint32Array, lists: number, least: number): number {
    let kept = 0;
    let held = 0;
    for (let i = 0; i < probes; i++) {
      const list = this.lists[i];
      if (counts[list] === 0) continue;
      this.lists[kept] = list;
      this.bases[kept++] = this.bases[i];
      held += counts[list];
      if (kept >= lists && held >= least) return kept;
    }
    return 0;
  }
}

/** Lists that are compared with a query at least. */
function leastMet(nlist: number, groups: number, probes: number): number {
  return Math.max(NEAR_GROUPS * Math.ceil(nlist / groups), NEAR_LISTS * probes);
}

/**
 * What the best of a list's rows is above its centroid, for a query of length 1: of n rows whose products are
 * spread normally, about sqrt(2 ln n) times the spread.
 */
function liftsOf(
  spreads: Float32Array,
  offsets: Uint32Array,
  codeStride: number | undefined,
  { meta }: VectorPart,
): Float64Array {
  const step = meta.get('step');
  // Codes are in steps; rows of bytes are as they are.
  const unit = codeStride !== undefined && typeof step === 'number' ? 1 / step : 1;
  return Float64Array.from(spreads, (spread, list) => {
    // The logarithm in whole steps is the same on every machine.
    const bits = 31 - Math.clz32(Math.max(1, offsets[list + 1] - offsets[list]));
    return spread * unit * Math.sqrt(TWICE_LN2 * bits);
  });
}

/** Length of a query in the units of its code. */
function lengthOf(arena: Arena, query: Pointer, width: number, space: Space): number {
  const bytes = arena.bytes(query, space === SPACE.mixedDot ? width * 4 : width);
  const values =
    space === SPACE.signedDot
      ? new Int8Array(bytes.buffer, query, width)
      : space === SPACE.byteDot
        ? bytes
        : arena.f32(query, bytes.length / 4);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return Math.sqrt(sum);
}
