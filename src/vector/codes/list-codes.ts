import type { Arena, Pointer, Space } from '../../kernels/index.js';
import type { VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { SLACK, type VectorRows } from '../rows.js';
import { type CodeTable, openCodes } from './table.js';

/** Candidates kept of a scan on codes, in depths: a quarter of them, or all where axes were left out, are scored on the rows. */
const SCAN_BREADTH = 8;

/** Lists of a segment: list i is positions offsets[i] to offsets[i + 1]. */
export interface Lists {
  offsets: Uint32Array;
  /** The same in the arena. */
  offsetsAt: Pointer;
}

/** What lists are scanned on, in an arena: codes, or the rows themselves. One query, or many, at a time. */
export interface ListCodes {
  /** Bytes of arena that a query takes once it is prepared. */
  readonly queryBytes: number;
  /** Candidates worth finding for a depth: these are ranked on the rows. */
  candidates(depth: number): number;
  /**
   * Makes a query ready for scans.
   * @param at queryBytes, 64-byte aligned; the scan's own while it is used
   */
  prepare(query: QueryVector, at: Pointer): ListScan;
}

/** A query on its way through lists. */
export interface ListScan {
  /**
   * Offers what is near in some lists to a reservoir. O(positions · bytes of a code); best in the
   * order of nearness, since what comes late is then passed over quickly.
   * @param lists u32[count], numbers of lists
   * @param bases f32[count], distance of the query to each list's centroid in the field's space
   *   (l2: squared; else minus the inner product)
   * @param mask a bit for each position and a word more, only those set are looked at; 0: all
   */
  scan(lists: Pointer, bases: Pointer, count: number, reservoir: Pointer, mask: Pointer): void;
}

/** @throws CorruptError, ResourceError */
export function openListCodes(part: VectorPart, rows: VectorRows, lists: Lists): ListCodes {
  const table = openCodes(part, rows.arena);
  if (table !== undefined) return new TableLists(table, rows.arena, lists);
  rows.load();
  return new RowLists(rows, lists);
}

/** Codes of a byte a component. */
class TableLists implements ListCodes {
  readonly queryBytes: number;
  private readonly table: CodeTable;
  private readonly arena: Arena;
  private readonly lists: Lists;

  constructor(table: CodeTable, arena: Arena, lists: Lists) {
    this.queryBytes = table.queryBytes;
    this.table = table;
    this.arena = arena;
    this.lists = lists;
  }

  candidates(depth: number): number {
    return this.table.candidates(SCAN_BREADTH * depth, depth);
  }

  prepare(query: QueryVector, at: Pointer): ListScan {
    const { base, stride, width } = this.table;
    return new CodeScan(this.arena, this.lists, at, {
      base,
      stride,
      width,
      space: this.table.place(query, at),
    });
  }
}

/** The rows as they are. */
class RowLists implements ListCodes {
  readonly queryBytes: number;
  private readonly rows: VectorRows;
  private readonly lists: Lists;

  constructor(rows: VectorRows, lists: Lists) {
    this.queryBytes = rows.queryBytes;
    this.rows = rows;
    this.lists = lists;
  }

  candidates(depth: number): number {
    return depth + SLACK;
  }

  prepare(query: QueryVector, at: Pointer): ListScan {
    const { arena } = this.rows;
    this.rows.setQuery(query);
    arena.bytes(at, this.queryBytes).set(arena.bytes(this.rows.selectRows(), this.queryBytes));
    return new CodeScan(arena, this.lists, at, this.rows.table());
  }
}

class CodeScan implements ListScan {
  private readonly arena: Arena;
  private readonly lists: Lists;
  private readonly query: Pointer;
  private readonly table: { base: Pointer; stride: number; width: number; space: Space };

  constructor(arena: Arena, lists: Lists, query: Pointer, table: CodeScan['table']) {
    this.arena = arena;
    this.lists = lists;
    this.query = query;
    this.table = table;
  }

  scan(lists: Pointer, _bases: Pointer, count: number, reservoir: Pointer, mask: Pointer): void {
    const { base, stride, width, space } = this.table;
    const { kernels } = this.arena;
    kernels.setCodes(base, stride, width, space);
    kernels.scanLists(this.query, lists, count, this.lists.offsetsAt, reservoir, mask);
  }
}
