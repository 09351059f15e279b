import { type Arena, distanceOf, type Pointer, type Space } from '../../kernels/index.js';
import { spaceOf, type VectorPart } from '../part.js';
import type { ListTables } from './lists.js';

/** Lists of the nearest groups that are compared with a query: all but one in a hundred of the nearest are among them. */
const NEAR_GROUPS = 16;
/** And for each list wanted. */
const NEAR_LISTS = 4;

/** Centroids of the lists in an arena, and the lists nearest to a query. */
export class Probe {
  /** Numbers of lists, nearest first, and the distances of their centroids in the field's space. */
  readonly listsAt: Pointer;
  readonly basesAt: Pointer;
  readonly lists: Uint32Array;
  private readonly bases: Float32Array;
  private readonly keys: Uint32Array;
  private readonly arena: Arena;
  private readonly tables: ListTables;
  private readonly space: Space;
  private readonly stride: number;
  private readonly centroidsAt: Pointer;
  /** Undefined when all lists are compared: there is one group, or large products may stand in any. */
  private readonly groupsAt: Pointer | undefined;
  private readonly heapAt: Pointer;

  /** @throws CorruptError, ResourceError */
  constructor(part: VectorPart, tables: ListTables, arena: Arena) {
    const { nlist, groups } = tables;
    this.arena = arena;
    this.tables = tables;
    this.space = spaceOf(part.field.metric);
    this.stride = part.floats * 4;
    const load = (array: string, count: number) => {
      const at = arena.allocate(count * this.stride);
      part.reader.readInto(`${part.name}/${array}`, arena.bytes(at, count * this.stride));
      return at;
    };
    this.centroidsAt = load('centroids', nlist);
    this.groupsAt = groups > 1 && part.field.metric !== 'ip' ? load('groups', groups) : undefined;
    this.heapAt = arena.allocate(nlist * 8);
    this.listsAt = arena.allocate(nlist * 4);
    this.basesAt = arena.allocate(nlist * 4);
    this.lists = arena.u32(this.listsAt, nlist);
    this.bases = arena.f32(this.basesAt, nlist);
    this.keys = arena.u32(this.basesAt, nlist);
  }

  /**
   * Leaves the nearest lists at listsAt and basesAt. O(groups · dim + lists of near groups · dim).
   * @param query float32, padded @param probes how many, at most nlist
   */
  nearest(query: Pointer, probes: number): void {
    const { arena, stride, space, heapAt, listsAt, basesAt, keys, bases } = this;
    const { kernels } = arena;
    const { nlist, groups, groupOffsets } = this.tables;
    let size = 0;
    const wanted = Math.max(NEAR_GROUPS * Math.ceil(nlist / groups), NEAR_LISTS * probes);
    if (this.groupsAt === undefined || wanted >= nlist) {
      kernels.setCodes(this.centroidsAt, stride, stride, space);
      size = kernels.scanRows(query, 0, nlist, heapAt, 0, probes);
    } else {
      kernels.setCodes(this.groupsAt, stride, stride, space);
      kernels.takeEntries(heapAt, kernels.scanRows(query, 0, groups, heapAt, 0, groups), listsAt, basesAt);
      kernels.setCodes(this.centroidsAt, stride, stride, space);
      for (let i = 0, met = 0; met < wanted; i++) {
        const from = groupOffsets[this.lists[i]];
        const to = groupOffsets[this.lists[i] + 1];
        size = kernels.scanRows(query, from, to, heapAt, size, probes);
        met += to - from;
      }
    }
    kernels.takeEntries(heapAt, size, listsAt, basesAt);
    for (let i = 0; i < size; i++) bases[i] = distanceOf(keys[i]);
  }
}
