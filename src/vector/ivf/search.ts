import { type Candidates, metaCount } from '../../branch/index.js';
import { CorruptError } from '../../errors/index.js';
import { distanceOf, type Pointer, RESERVOIR_HEADER_BYTES, reservoirBytes } from '../../kernels/index.js';
import { type ListCodes, openListCodes } from '../codes/index.js';
import type { VectorRequest, VectorSearcher } from '../kind.js';
import { defaultNprobe } from '../kinds.js';
import { expectShape, loadOrder, spaceOf, type VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { VectorRows } from '../rows.js';

/** Small tables of the lists, bounded. */
export interface ListTables {
  nlist: number;
  /** List i is positions offsets[i] to offsets[i + 1]. */
  offsets: Uint32Array;
  /** Vector number of each position: a permutation. */
  order: Uint32Array;
}

/** @throws CorruptError when offsets do not ascend to the number of vectors, or the order is no permutation */
export function loadLists(part: VectorPart): ListTables {
  const { reader, name, meta, count } = part;
  const nlist = metaCount(reader, meta, 'nlist', count);
  expectShape(part, 'offsets', 'u32', [nlist + 1]);
  expectShape(part, 'centroids', 'f32', [nlist, part.floats]);
  const offsets = reader.loadU32(`${name}/offsets`);
  const ascending = offsets.every((offset, i) => i === 0 || offset >= offsets[i - 1]);
  if (!ascending || offsets[0] !== 0 || offsets[nlist] !== count) {
    throw new CorruptError(reader.path, `array '${name}/offsets' does not ascend from 0 to ${count}`);
  }
  const order = loadOrder(part);
  if (order === undefined) throw new CorruptError(reader.path, `array '${name}/order' is missing`);
  return { nlist, offsets, order };
}

/** Rows in list order with their centroids, in one arena. */
export class IvfSearcher implements VectorSearcher {
  readonly rows: VectorRows;
  private readonly nlist: number;
  private readonly offsets: Uint32Array;
  private readonly centroidsAt: Pointer;
  private readonly codes: ListCodes;
  private readonly queryAt: Pointer;

  /** @throws CorruptError, ResourceError */
  constructor(part: VectorPart) {
    const { nlist, offsets, order } = loadLists(part);
    this.nlist = nlist;
    this.offsets = offsets;
    this.rows = new VectorRows(part, order);
    const { arena } = this.rows;
    const centroidBytes = nlist * part.floats * 4;
    const offsetsAt = arena.allocate(offsets.byteLength);
    arena.u32(offsetsAt, offsets.length).set(offsets);
    this.codes = openListCodes(part, this.rows, { offsets, offsetsAt });
    this.queryAt = arena.allocate(this.codes.queryBytes);
    this.centroidsAt = arena.allocate(centroidBytes);
    part.reader.readInto(`${part.name}/centroids`, arena.bytes(this.centroidsAt, centroidBytes));
  }

  search(query: QueryVector, { depth, settings, note }: VectorRequest): Candidates {
    const { part, arena } = this.rows;
    const wanted = Math.min(depth, part.count);
    const asked = settings.nprobe ?? defaultNprobe(this.nlist);
    let probes = Math.min(asked, this.nlist);
    this.rows.setQuery(query);
    let near = this.nearestLists(probes);
    while (probes < this.nlist && this.held(near.lists) < wanted) {
      probes = Math.min(this.nlist, probes * 2);
      near = this.nearestLists(probes);
    }
    if (probes > asked) note(`nprobe raised to ${probes}: fewer lists hold less than ${wanted}`);
    if (probes === this.nlist) return this.rows.exact(query, depth);

    const limit = Math.min(part.count, this.codes.candidates(wanted));
    const { kernels } = arena;
    const reservoir = arena.tail(reservoirBytes(limit) + probes * 8);
    const listsAt = reservoir + reservoirBytes(limit);
    const basesAt = listsAt + probes * 4;
    arena.u32(listsAt, probes).set(near.lists);
    arena.f32(basesAt, probes).set(near.distances);
    kernels.openReservoir(reservoir, limit);
    this.codes.prepare(query, this.queryAt).scan(listsAt, basesAt, probes, reservoir, 0);
    const size = kernels.closeReservoir(reservoir);
    return this.rows.rank(lowWords(arena.u32(reservoir + RESERVOIR_HEADER_BYTES, size * 2)), wanted);
  }

  /** Nearest first. */
  private nearestLists(probes: number): { lists: Uint32Array; distances: Float32Array } {
    const { arena, part } = this.rows;
    const stride = part.floats * 4;
    arena.kernels.setCodes(this.centroidsAt, stride, stride, spaceOf(part.field.metric));
    const heap = arena.tail(probes * 8);
    const size = arena.kernels.scanRows(this.rows.query, 0, this.nlist, heap, 0, probes);
    const entries = new BigUint64Array(arena.memory.buffer, heap, size).slice().sort();
    const words = new Uint32Array(entries.buffer);
    const distances = Float32Array.from(entries, (_, i) => distanceOf(words[2 * i + 1]));
    return { lists: lowWords(words), distances };
  }

  /** Vectors in some lists. */
  private held(lists: Uint32Array): number {
    return lists.reduce((sum, list) => sum + this.offsets[list + 1] - this.offsets[list], 0);
  }
}

/** Positions of heap entries. */
function lowWords(entries: Uint32Array): Uint32Array {
  const out = new Uint32Array(entries.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = entries[2 * i];
  return out;
}
