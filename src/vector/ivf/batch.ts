import {
  type Arena,
  aligned,
  type Pointer,
  RESERVOIR_HEADER_BYTES,
  reservoirBytes,
  SPACE,
  wideCodeBytes,
} from '../../kernels/index.js';
import type { RowTable } from '../codes/index.js';
import type { ListDemand } from './demand.js';

/** Lists per call of a scan: the first call runs in the quick compiler's code to its end. */
const LISTS_PER_CALL = 64;
/** Codes per call, likewise. */
const CODES_PER_CALL = 8192;
/** Bytes that a kernel may load behind the last square. */
const SQUARES_SLACK = 12;

/** Rows in lists. */
export interface ListTable {
  table: RowTable;
  offsetsAt: Pointer;
  /** u32 by row, what squaresOf() leaves. */
  squaresAt: Pointer;
}

/** Sums of squares of rows, where distances are computed from them: bytes under l2; else there are none. */
export function squaresOf(arena: Arena, table: RowTable, count: number): Pointer {
  if (table.space !== SPACE.byteL2) return 0;
  const at = arena.allocate(count * 4 + SQUARES_SLACK);
  arena.kernels.setCodes(table.base, table.stride, table.width, table.space);
  for (let from = 0; from < count; from += CODES_PER_CALL) {
    arena.kernels.squareCodes(from, Math.min(count, from + CODES_PER_CALL), at + from * 4);
  }
  return at;
}

/**
 * Many queries that are compared with rows in one space, and what each finds, at the tail of an arena. Lists are
 * scanned once for all queries that want them; those of bytes by two queries at a time.
 */
export class QueryBatch {
  /** Queries, numbered as they were added. */
  count = 0;
  private readonly arena: Arena;
  private readonly table: RowTable;
  private readonly wide: boolean;
  private readonly queryBytes: number;
  private readonly queriesAt: Pointer;
  private readonly plainBytes: number;
  private readonly plainAt: Pointer;
  private readonly reservoirBytes: number;
  private readonly reservoirsAt: Pointer;
  private readonly startsAt: Pointer;
  private readonly pairsAt: Pointer;

  /**
   * @param room queries at most @param table what they are compared in; its base is not used
   * @param queryBytes of a query @param lists at most @param entries that a query may keep
   * @throws ResourceError when the arena is full
   */
  constructor(
    arena: Arena,
    room: number,
    table: RowTable,
    { queryBytes, lists, entries }: { queryBytes: number; lists: number; entries: number },
  ) {
    const { space, width } = table;
    this.arena = arena;
    this.table = table;
    this.wide = space === SPACE.byteL2 || space === SPACE.byteDot || space === SPACE.signedDot;
    this.plainBytes = aligned(queryBytes);
    this.queryBytes = this.wide ? aligned(wideCodeBytes(width)) : this.plainBytes;
    this.reservoirBytes = aligned(reservoirBytes(entries));
    this.plainAt = arena.used;
    this.queriesAt = this.wide ? this.plainAt + room * this.plainBytes : this.plainAt;
    this.reservoirsAt = this.queriesAt + room * this.queryBytes;
    this.startsAt = this.reservoirsAt + room * this.reservoirBytes;
    this.pairsAt = this.startsAt + aligned((lists + 1) * 4);
    arena.tail(this.pairsAt - arena.used);
  }

  /** Where the next query is to be put. */
  get next(): Pointer {
    return this.plain(this.count);
  }

  /** A query as it was put. */
  plain(i: number): Pointer {
    return this.plainAt + i * this.plainBytes;
  }

  /** Takes the query that was put at `next`. */
  add(): void {
    const { arena, table } = this;
    if (this.wide) {
      arena.kernels.setCodes(table.base, table.stride, table.width, table.space);
      arena.kernels.widenCode(this.next, table.width, this.queriesAt + this.count * this.queryBytes);
    }
    this.count++;
  }

  /**
   * The nearest rows of the lists each query wants. O(pairs of a row and a query · width).
   * @param limit how many of each, as many as there are entries for at most
   */
  scan({ table, offsetsAt, squaresAt }: ListTable, demand: ListDemand, limit: number): void {
    const { arena, startsAt, pairsAt, reservoirsAt } = this;
    const { kernels } = arena;
    arena.tail(pairsAt + demand.size * 8 - arena.used);
    const reservoirs: [Pointer, number] = [reservoirsAt, this.reservoirBytes];
    demand.place(arena, startsAt, pairsAt, [this.queriesAt, this.queryBytes], reservoirs);
    for (let i = 0; i < this.count; i++) {
      kernels.openReservoir(reservoirsAt + i * this.reservoirBytes, limit);
    }
    kernels.setCodes(table.base, table.stride, table.width, table.space);
    for (let from = 0; from < demand.lists; from += LISTS_PER_CALL) {
      const to = Math.min(demand.lists, from + LISTS_PER_CALL);
      if (this.wide) kernels.scanByteLists(from, to, offsetsAt, squaresAt, startsAt, pairsAt);
      else kernels.scanListsMany(from, to, offsetsAt, startsAt, pairsAt);
    }
  }

  /** What a query found, nearest first. @param positions, keys u32 each @returns how many */
  take(i: number, positions: Pointer, keys: Pointer): number {
    const { entries, size } = this.found(i);
    this.arena.kernels.takeEntries(entries, size, positions, keys);
    return size;
  }

  /** What a query found, in no order. Entries of queries before it stay when what is behind these is overwritten. */
  found(i: number): { entries: Pointer; size: number } {
    const at = this.reservoirsAt + i * this.reservoirBytes;
    return { entries: at + RESERVOIR_HEADER_BYTES, size: this.arena.kernels.closeReservoir(at) };
  }
}
