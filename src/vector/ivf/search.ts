import { type Candidates, metaCount } from '../../branch/index.js';
import { CorruptError } from '../../errors/index.js';
import type { Pointer } from '../../kernels/index.js';
import { type CodeTable, openCodes } from '../codes/index.js';
import type { VectorRequest, VectorSearcher } from '../kind.js';
import { defaultNprobe } from '../kinds.js';
import { expectShape, loadOrder, spaceOf, type VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { SLACK, VectorRows } from '../rows.js';

/** Candidates kept of a scan on codes, in depths: a quarter of them, or all where axes were left out, are scored on the rows. */
const SCAN_BREADTH = 8;

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
  private readonly offsetsAt: Pointer;
  private readonly centroidsAt: Pointer;
  /** Undefined when lists are scanned on the rows themselves. */
  private readonly codes: CodeTable | undefined;

  /** @throws CorruptError, ResourceError */
  constructor(part: VectorPart) {
    const { nlist, offsets, order } = loadLists(part);
    this.nlist = nlist;
    this.offsets = offsets;
    this.rows = new VectorRows(part, order);
    const { arena } = this.rows;
    const centroidBytes = nlist * part.floats * 4;
    this.codes = openCodes(part, arena);
    if (this.codes === undefined) this.rows.load();
    this.offsetsAt = arena.allocate(offsets.byteLength);
    arena.u32(this.offsetsAt, offsets.length).set(offsets);
    this.centroidsAt = arena.allocate(centroidBytes);
    part.reader.readInto(`${part.name}/centroids`, arena.bytes(this.centroidsAt, centroidBytes));
  }

  search(query: QueryVector, { depth, settings, note }: VectorRequest): Candidates {
    const { part, arena } = this.rows;
    const wanted = Math.min(depth, part.count);
    const asked = settings.nprobe ?? defaultNprobe(this.nlist);
    let probes = Math.min(asked, this.nlist);
    this.rows.setQuery(query);
    let lists = this.nearestLists(probes);
    while (probes < this.nlist && this.held(lists) < wanted) {
      probes = Math.min(this.nlist, probes * 2);
      lists = this.nearestLists(probes);
    }
    if (probes > asked) note(`nprobe raised to ${probes}: fewer lists hold less than ${wanted}`);
    if (probes === this.nlist) return this.rows.exact(query, depth);

    const at = this.codes === undefined ? this.rows.selectRows() : this.codes.select(query);
    const keep =
      this.codes === undefined ? wanted + SLACK : this.codes.candidates(SCAN_BREADTH * wanted, wanted);
    const limit = Math.min(part.count, keep);
    const heap = arena.tail(limit * 8 + lists.length * 4);
    const listsAt = heap + limit * 8;
    arena.u32(listsAt, lists.length).set(lists);
    const size = arena.kernels.scanLists(at, listsAt, lists.length, this.offsetsAt, heap, limit);
    return this.rows.rank(lowWords(arena.u32(heap, size * 2)), wanted);
  }

  /** In ascending order, so that memory is read forwards. */
  private nearestLists(probes: number): Uint32Array {
    const { arena, part } = this.rows;
    const stride = part.floats * 4;
    arena.kernels.setCodes(this.centroidsAt, stride, stride, spaceOf(part.field.metric));
    const heap = arena.tail(probes * 8);
    const size = arena.kernels.scanRows(this.rows.query, 0, this.nlist, heap, 0, probes);
    return lowWords(arena.u32(heap, size * 2)).sort();
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
