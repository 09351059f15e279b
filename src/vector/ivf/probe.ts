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
    this.allAt = place(Array.from({ length: groups }, (_, group) => group));
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
    const { nlist, groups, groupOffsets } = this.tables;
    const entries = reservoirAt + RESERVOIR_HEADER_BYTES;
    this.shift = space === SPACE.dot ? 1 : 0;
    const wanted = Math.max(NEAR_GROUPS * Math.ceil(nlist / groups), NEAR_LISTS * probes);
    let near = groups;
    if (this.groupsAt !== undefined && wanted < nlist) {
      kernels.setCodes(this.groupsAt, stride, width, space);
      kernels.openReservoir(reservoirAt, groups);
      kernels.scanLists(query, this.oneAt, 1, this.groupsEnd, reservoirAt, 0);
      kernels.takeEntries(entries, kernels.closeReservoir(reservoirAt), listsAt, basesAt);
      let met = 0;
      for (near = 0; met < wanted; near++) {
        const group = this.lists[near];
        met += groupOffsets[group + 1] - groupOffsets[group];
      }
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
