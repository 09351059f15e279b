import type { Candidates } from '../../branch/index.js';
import { aligned, type Pointer, RESERVOIR_HEADER_BYTES, reservoirBytes } from '../../kernels/index.js';
import { DecodedRows, type ListCodes, type ListScan, openListCodes, type RowTable } from '../codes/index.js';
import type { Planned, VectorRequest, VectorSearcher } from '../kind.js';
import { defaultNprobe } from '../kinds.js';
import type { Matches } from '../matches.js';
import { spaceOf, type VectorPart } from '../part.js';
import type { QueryVector, Settings } from '../query.js';
import { VectorRows } from '../rows.js';
import { ListDemand } from './demand.js';
import { type ListTables, loadLists } from './lists.js';
import { Probe } from './probe.js';

/** Queries that are answered one by one. */
const FEW = 8;
/** Lists per call of a scan: the first call runs in the quick compiler's code to its end. */
const LISTS_PER_CALL = 64;

/** Rows in list order with their centroids, in one arena. */
export class IvfSearcher implements VectorSearcher {
  readonly rows: VectorRows;
  private readonly lists: ListTables;
  private readonly probe: Probe;
  private readonly codes: ListCodes;
  private readonly offsetsAt: Pointer;
  private readonly queryAt: Pointer;
  /** How centroids are compared where they are float32. */
  private readonly plain: RowTable;
  private readonly counted = new WeakMap<Matches, Uint32Array>();

  /** @throws CorruptError, ResourceError */
  constructor(part: VectorPart) {
    const lists = loadLists(part);
    const { offsets } = lists;
    this.lists = lists;
    const decoded = part.decoded ? new DecodedRows(part) : undefined;
    this.rows = new VectorRows(part, lists.order, decoded);
    const { arena } = this.rows;
    this.offsetsAt = arena.allocate(offsets.byteLength);
    arena.u32(this.offsetsAt, offsets.length).set(offsets);
    this.codes = openListCodes(part, this.rows, { offsets, offsetsAt: this.offsetsAt }, decoded);
    this.queryAt = arena.allocate(this.codes.queryBytes);
    this.probe = new Probe(part, lists, arena, this.codes.centreStride);
    const stride = part.floats * 4;
    this.plain = { base: 0, stride, width: stride, space: spaceOf(part.field.metric) };
  }

  search(query: QueryVector, { depth, settings, note }: VectorRequest): Candidates {
    const { part, arena } = this.rows;
    const { kernels } = arena;
    const { nlist } = this.lists;
    const wanted = Math.min(depth, part.count);
    const asked = this.asked(settings);
    if (asked === nlist) return this.rows.exact(query, depth);
    this.rows.setQuery(query);
    const scan = this.codes.prepare(query, this.queryAt);
    const probes = this.choose(scan, settings, wanted);
    if (probes > asked && !this.uneven)
      note(`nprobe raised to ${probes}: fewer lists hold less than ${wanted}`);
    if (probes === nlist) return this.rows.exact(query, depth);

    const limit = this.limit(wanted, settings);
    const reservoir = arena.tail(reservoirBytes(limit));
    kernels.openReservoir(reservoir, limit);
    const { listsAt, basesAt } = this.probe;
    scan.scan(listsAt, basesAt, probes, reservoir, 0);
    const size = kernels.closeReservoir(reservoir);
    return this.rows.rankEntries(reservoir + RESERVOIR_HEADER_BYTES, size, wanted);
  }

  searchAmong(query: QueryVector, matches: Matches, { depth, settings }: VectorRequest): Planned | undefined {
    const { rows, probe } = this;
    const { part, arena } = rows;
    const { nlist } = this.lists;
    const { length } = matches.positions;
    const asked = this.asked(settings);
    const scanned = (asked / nlist) * part.count;
    if (settings.filterPlan === undefined && length <= scanned) return undefined;
    const mask = rows.maskOf(matches);
    rows.setQuery(query);
    const scan = this.codes.prepare(query, this.queryAt);
    // The nearest of a part lie farther out: as many as before would stand in sqrt(1 / share) times the lists.
    const least = Math.max(depth, scanned * Math.sqrt(length / part.count));
    const counts = this.countsOf(matches);
    let kept = 0;
    for (let probes = asked; kept === 0; probes = Math.min(nlist, probes * 2)) {
      this.nearest(scan, probes);
      kept = probe.keepLists(probes, counts, asked, least);
      if (probes === nlist) break;
    }
    if (kept === 0) return undefined;
    const limit = this.limit(depth, settings);
    const reservoir = arena.tail(reservoirBytes(limit));
    arena.kernels.openReservoir(reservoir, limit);
    scan.scan(probe.listsAt, probe.basesAt, kept, reservoir, mask);
    const size = arena.kernels.closeReservoir(reservoir);
    return { found: rows.rankEntries(reservoir + RESERVOIR_HEADER_BYTES, size, depth), plan: 'lists' };
  }

  /** Each list is scanned once, for all queries that want it; the answers of search(). */
  searchMany(queries: QueryVector[], request: VectorRequest): Candidates[] {
    const { rows, lists, codes } = this;
    const { part, arena } = rows;
    const { nlist } = lists;
    const { settings, depth } = request;
    const wanted = Math.min(depth, part.count);
    const asked = this.asked(settings);
    // A few are not worth loading all rows for, which a batch is.
    if (queries.length <= FEW || asked === nlist || !codes.areRows) {
      return queries.map((query) => this.search(query, request));
    }
    rows.warm();
    const queryBytes = aligned(codes.queryBytes);
    const at = arena.tail(queries.length * queryBytes);
    const demand = new ListDemand(nlist, queries.length * asked);
    let table: RowTable | undefined;
    const together = queries.map((query, i) => {
      rows.setQuery(query);
      const scan = codes.prepare(query, at + i * queryBytes);
      const probes = this.choose(scan, settings, wanted);
      table ??= scan.code!.table;
      // One that is scanned in another space, or in more lists than asked for, is answered alone.
      if ((probes > asked && !this.uneven) || probes === nlist) return false;
      if (scan.code!.table.space !== table.space) return false;
      demand.add(i, this.probe.lists, probes);
      return true;
    });
    const limit = this.limit(wanted, settings);
    const bytes = aligned(reservoirBytes(limit));
    const pairs = at + queries.length * queryBytes;
    const starts = pairs + aligned(demand.size * 8);
    const reservoirs = starts + aligned((nlist + 1) * 4);
    arena.tail(reservoirs + queries.length * bytes - arena.used);
    demand.place(arena, starts, pairs, [at, queryBytes], [reservoirs, bytes]);
    const { kernels } = arena;
    for (let i = 0; i < queries.length; i++) kernels.openReservoir(reservoirs + i * bytes, limit);
    kernels.setCodes(table!.base, table!.stride, table!.width, table!.space);
    for (let from = 0; from < nlist; from += LISTS_PER_CALL) {
      const to = Math.min(nlist, from + LISTS_PER_CALL);
      kernels.scanListsMany(from, to, this.offsetsAt, starts, pairs);
    }
    // From the last on: ranking overwrites what is behind.
    const found: Candidates[] = new Array(queries.length);
    for (let i = queries.length - 1; i >= 0; i--) {
      if (!together[i]) continue;
      rows.setQuery(queries[i]);
      const reservoir = reservoirs + i * bytes;
      const size = kernels.closeReservoir(reservoir);
      found[i] = rows.rankEntries(reservoir + RESERVOIR_HEADER_BYTES, size, wanted);
    }
    together.forEach((done, i) => {
      if (!done) found[i] = this.search(queries[i], request);
    });
    return found;
  }

  /** True where the lists that come first are of another size than most. */
  private get uneven(): boolean {
    return this.rows.part.field.metric === 'ip';
  }

  private asked({ nprobe }: Settings): number {
    const { nlist } = this.lists;
    return Math.min(nprobe ?? defaultNprobe(nlist), nlist);
  }

  private limit(wanted: number, { refine }: Settings): number {
    return Math.min(this.rows.part.count, this.codes.candidates(wanted, refine));
  }

  /**
   * Leaves the lists to scan in the probe, nearest first.
   * @returns how many: those asked for, or more if they hold too little. Under ip that is less than as many of
   *   the mean size: the lists that come first are those of long rows, which hold few.
   */
  private choose(scan: ListScan, settings: Settings, wanted: number): number {
    const { probe, rows } = this;
    const { nlist } = this.lists;
    const asked = this.asked(settings);
    this.nearest(scan, asked);
    let probes = probe.worthwhile(asked, settings.probeFade);
    if (this.uneven) {
      const least = Math.max(wanted, Math.ceil((asked * rows.part.count) / nlist));
      return Math.max(asked, this.fewest(nlist, least) ?? nlist);
    }
    while (probes < nlist && !this.hold(probes, wanted)) {
      probes = Math.min(nlist, probes * 2);
      if (probes > asked) this.nearest(scan, probes);
    }
    return probes;
  }

  /** Leaves the nearest lists in the probe. */
  private nearest({ code }: ListScan, probes: number): void {
    const { probe, rows, codes, plain } = this;
    if (codes.centreStride === undefined) probe.nearest(rows.query, plain, probes);
    else probe.nearest(code!.query, code!.table, probes);
  }

  /** What a filter leaves of each list. */
  private countsOf(matches: Matches): Uint32Array {
    let counts = this.counted.get(matches);
    if (counts === undefined) {
      const { offsets, nlist } = this.lists;
      counts = new Uint32Array(nlist);
      let list = 0;
      for (const position of matches.positions) {
        while (position >= offsets[list + 1]) list++;
        counts[list]++;
      }
      this.counted.set(matches, counts);
    }
    return counts;
  }

  /** True when the first lists of the probe hold as many vectors as are wanted. */
  private hold(probes: number, wanted: number): boolean {
    return this.fewest(probes, wanted) !== undefined;
  }

  /** How many lists of the first ones of the probe hold as many vectors as are wanted; undefined: not all. */
  private fewest(probes: number, wanted: number): number | undefined {
    const { offsets } = this.lists;
    let held = 0;
    for (let i = 0; i < probes; i++) {
      const list = this.probe.lists[i];
      held += offsets[list + 1] - offsets[list];
      if (held >= wanted) return i + 1;
    }
    return undefined;
  }
}
