import type { Candidates } from '../../branch/index.js';
import { type Pointer, RESERVOIR_HEADER_BYTES, reservoirBytes } from '../../kernels/index.js';
import { DecodedRows, type ListCodes, type ListScan, openListCodes, type RowTable } from '../codes/index.js';
import type { Planned, VectorRequest, VectorSearcher } from '../kind.js';
import { defaultNprobe } from '../kinds.js';
import type { Matches } from '../matches.js';
import { spaceOf, type VectorPart } from '../part.js';
import type { QueryVector, Settings } from '../query.js';
import { VectorRows } from '../rows.js';
import { QueryBatch, squaresOf } from './batch.js';
import { ListDemand } from './demand.js';
import { type ListTables, loadLists } from './lists.js';
import { Probe } from './probe.js';

/** Queries that are answered one by one. */
const FEW = 8;

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
  /** What squaresOf() leaves of the codes, once many queries are answered together. */
  private squaresAt: Pointer = 0;

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
    const probes = this.choose(scan.code, settings, wanted);
    if (probes > asked && !this.uneven)
      note(`nprobe raised to ${probes}: fewer lists hold less than ${wanted}`);
    if (probes === nlist) return this.rows.exact(query, depth);

    const limit = this.limit(wanted, settings);
    const reservoir = arena.tail(reservoirBytes(limit));
    kernels.openReservoir(reservoir, limit);
    const { listsAt, basesAt } = this.probe;
    scan.scan(listsAt, basesAt, probes, reservoir, 0);
    const size = kernels.closeReservoir(reservoir);
    return this.ranked(scan, reservoir + RESERVOIR_HEADER_BYTES, size, wanted);
  }

  /** The best of what a scan left, compared again unless its keys are the distances. */
  private ranked({ code }: ListScan, entries: Pointer, size: number, wanted: number): Candidates {
    if (code?.exact) return this.rows.rankExact(entries, size, wanted, code.table.space);
    return this.rows.rankEntries(entries, size, wanted);
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
      this.nearest(scan.code, probes);
      kept = probe.keepLists(probes, counts, asked, least);
      if (probes === nlist) break;
    }
    if (kept === 0) return undefined;
    const limit = this.limit(depth, settings);
    const reservoir = arena.tail(reservoirBytes(limit));
    arena.kernels.openReservoir(reservoir, limit);
    scan.scan(probe.listsAt, probe.basesAt, kept, reservoir, mask);
    const size = arena.kernels.closeReservoir(reservoir);
    return { found: this.ranked(scan, reservoir + RESERVOIR_HEADER_BYTES, size, depth), plan: 'lists' };
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
    const { table, exact } = codes.prepare(queries[0], this.queryAt).code!;
    const limit = this.limit(wanted, settings);
    const entries = Math.max(limit, asked, lists.groups);
    const together = codes.centreStride !== undefined && this.probe.together;
    if (together) this.probe.prepareMany(table);
    this.squaresAt ||= squaresOf(arena, table, part.count);
    const { queryBytes } = codes;
    const batch = new QueryBatch(arena, queries.length, table, { queryBytes, lists: nlist, entries });
    /** Which query each of the batch is. */
    const members: number[] = [];
    const found = new Array<Candidates>(queries.length);
    for (let i = 0; i < queries.length; i++) {
      // One that is scanned in another space is answered alone.
      if (codes.prepare(queries[i], batch.next).code!.table.space !== table.space) continue;
      batch.add();
      members.push(i);
    }
    const demand = new ListDemand(nlist, members.length * asked);
    const alone = new Set<number>();
    const add = (member: number, probes: number) => {
      // So is one that looks into more lists than are asked for.
      if ((probes > asked && !this.uneven) || probes === nlist) alone.add(member);
      else demand.add(member, this.probe.lists, probes);
    };
    if (together) {
      // Which are nearest matters only where far ones may be left out.
      const wish = { probes: asked, ordered: settings.probeFade > 0 };
      this.probe.nearestMany(batch, table, wish, (member) => {
        add(member, this.worth(asked, settings, wanted));
      });
    } else {
      for (let member = 0; member < members.length; member++) {
        rows.setQuery(queries[members[member]]);
        add(member, this.choose({ query: batch.plain(member), table, exact }, settings, wanted));
      }
    }
    batch.scan({ table, offsetsAt: this.offsetsAt, squaresAt: this.squaresAt }, demand, limit);
    // From the last on: ranking overwrites what is behind.
    for (let member = members.length - 1; member >= 0; member--) {
      if (alone.has(member)) continue;
      const { entries, size } = batch.found(member);
      const i = members[member];
      if (exact) found[i] = rows.rankExact(entries, size, wanted, table.space);
      else {
        rows.setQuery(queries[i]);
        found[i] = rows.rankEntries(entries, size, wanted);
      }
    }
    for (let i = 0; i < queries.length; i++) found[i] ??= this.search(queries[i], request);
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
  private choose(code: ListScan['code'], settings: Settings, wanted: number): number {
    const { rows } = this;
    const { nlist } = this.lists;
    const asked = this.asked(settings);
    this.nearest(code, asked);
    if (this.uneven) {
      const least = Math.max(wanted, Math.ceil((asked * rows.part.count) / nlist));
      return Math.max(asked, this.fewest(nlist, least) ?? nlist);
    }
    let probes = this.worth(asked, settings, wanted);
    if (probes <= asked) return probes;
    for (; ; probes = Math.min(nlist, probes * 2)) {
      this.nearest(code, probes);
      if (probes === nlist || this.hold(probes, wanted)) return probes;
    }
  }

  /** How many of the `asked` lists in the probe are to be scanned; more than these when they hold too little. */
  private worth(asked: number, { probeFade }: Settings, wanted: number): number {
    const { nlist } = this.lists;
    let probes = this.probe.worthwhile(asked, probeFade);
    while (probes <= asked && probes < nlist && !this.hold(probes, wanted)) {
      probes = Math.min(nlist, probes * 2);
    }
    return probes;
  }

  /** Leaves the nearest lists in the probe. */
  private nearest(code: ListScan['code'], probes: number): void {
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
