import type { Candidates } from '../../branch/index.js';
import { type Pointer, RESERVOIR_HEADER_BYTES, reservoirBytes } from '../../kernels/index.js';
import { type ListCodes, openListCodes } from '../codes/index.js';
import type { VectorRequest, VectorSearcher } from '../kind.js';
import { defaultNprobe } from '../kinds.js';
import type { VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { VectorRows } from '../rows.js';
import { type ListTables, loadLists } from './lists.js';
import { Probe } from './probe.js';

/** Rows in list order with their centroids, in one arena. */
export class IvfSearcher implements VectorSearcher {
  readonly rows: VectorRows;
  private readonly lists: ListTables;
  private readonly probe: Probe;
  private readonly codes: ListCodes;
  private readonly queryAt: Pointer;

  /** @throws CorruptError, ResourceError */
  constructor(part: VectorPart) {
    const lists = loadLists(part);
    const { offsets } = lists;
    this.lists = lists;
    this.rows = new VectorRows(part, lists.order);
    const { arena } = this.rows;
    const offsetsAt = arena.allocate(offsets.byteLength);
    arena.u32(offsetsAt, offsets.length).set(offsets);
    this.codes = openListCodes(part, this.rows, { offsets, offsetsAt });
    this.queryAt = arena.allocate(this.codes.queryBytes);
    this.probe = new Probe(part, lists, arena);
  }

  search(query: QueryVector, { depth, settings, note }: VectorRequest): Candidates {
    const { part, arena } = this.rows;
    const { nlist } = this.lists;
    const wanted = Math.min(depth, part.count);
    const asked = settings.nprobe ?? defaultNprobe(nlist);
    let probes = Math.min(asked, nlist);
    this.rows.setQuery(query);
    this.probe.nearest(this.rows.query, probes);
    while (probes < nlist && !this.hold(probes, wanted)) {
      probes = Math.min(nlist, probes * 2);
      this.probe.nearest(this.rows.query, probes);
    }
    if (probes > asked) note(`nprobe raised to ${probes}: fewer lists hold less than ${wanted}`);
    if (probes === nlist) return this.rows.exact(query, depth);

    const limit = Math.min(part.count, this.codes.candidates(wanted));
    const { kernels } = arena;
    const reservoir = arena.tail(reservoirBytes(limit));
    kernels.openReservoir(reservoir, limit);
    const { listsAt, basesAt } = this.probe;
    this.codes.prepare(query, this.queryAt).scan(listsAt, basesAt, probes, reservoir, 0);
    const size = kernels.closeReservoir(reservoir);
    return this.rows.rank(lowWords(arena.u32(reservoir + RESERVOIR_HEADER_BYTES, size * 2)), wanted);
  }

  /** True when the first lists of the probe hold as many vectors as are wanted. */
  private hold(probes: number, wanted: number): boolean {
    const { offsets } = this.lists;
    let held = 0;
    for (let i = 0; i < probes && held < wanted; i++) {
      const list = this.probe.lists[i];
      held += offsets[list + 1] - offsets[list];
    }
    return held >= wanted;
  }
}

/** Positions of heap entries. */
function lowWords(entries: Uint32Array): Uint32Array {
  const out = new Uint32Array(entries.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = entries[2 * i];
  return out;
}
