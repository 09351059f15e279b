import type { Arena, Pointer } from '../../kernels/index.js';
import type { VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { SLACK, type VectorRows } from '../rows.js';
import { BlockLists, blockStage } from './blocks/index.js';
import type { DecodedRows } from './decoded.js';
import type { ListCodes, ListScan, Lists } from './list-codes.js';
import { refineFactor } from './refine.js';
import { type CodeTable, openCodes } from './table.js';

/** Candidates kept of a scan on codes, in depths: a quarter of them, or all where axes were left out, are scored on the rows. */
const SCAN_BREADTH = 8;

/**
 * @param decoded the rows, where these are made from the codes
 * @throws CorruptError, ResourceError
 */
export function openListCodes(
  part: VectorPart,
  rows: VectorRows,
  lists: Lists,
  decoded?: DecodedRows,
): ListCodes {
  if (blockStage(part.field) !== undefined) {
    const blocks = new BlockLists(part, rows.arena, lists, refineFactor(part.field));
    decoded?.use(blocks.codes);
    return blocks;
  }
  const table = openCodes(part, rows.arena);
  if (table !== undefined) {
    decoded?.use(table.codes);
    return new TableLists(table, rows.arena, lists);
  }
  rows.load();
  return new RowLists(rows, lists);
}

/** Codes of a byte a component. */
class TableLists implements ListCodes {
  readonly queryBytes: number;
  readonly centreStride: number;
  readonly areRows = true;
  private readonly table: CodeTable;
  private readonly arena: Arena;
  private readonly lists: Lists;

  constructor(table: CodeTable, arena: Arena, lists: Lists) {
    this.queryBytes = table.queryBytes;
    this.centreStride = table.stride;
    this.table = table;
    this.arena = arena;
    this.lists = lists;
  }

  candidates(depth: number, refine?: number): number {
    if (refine !== undefined) return Math.max(depth + SLACK, refine * depth);
    return this.table.candidates(SCAN_BREADTH * depth, depth);
  }

  prepare(query: QueryVector, at: Pointer): ListScan {
    const { base, stride, width } = this.table;
    const table = { base, stride, width, space: this.table.place(query, at) };
    return new CodeScan(this.arena, this.lists, { query: at, table, exact: false });
  }
}

/** The rows as they are. */
class RowLists implements ListCodes {
  readonly queryBytes: number;
  readonly centreStride: number | undefined;
  readonly areRows = true;
  private readonly rows: VectorRows;
  private readonly lists: Lists;

  constructor(rows: VectorRows, lists: Lists) {
    this.queryBytes = rows.queryBytes;
    this.centreStride = rows.part.bytes ? rows.stride : undefined;
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
    const code = { query: at, table: this.rows.table(), exact: this.rows.keysAreExact };
    return new CodeScan(arena, this.lists, code);
  }
}

class CodeScan implements ListScan {
  readonly code: NonNullable<ListScan['code']>;
  private readonly arena: Arena;
  private readonly lists: Lists;

  constructor(arena: Arena, lists: Lists, code: NonNullable<ListScan['code']>) {
    this.arena = arena;
    this.lists = lists;
    this.code = code;
  }

  scan(lists: Pointer, _bases: Pointer, count: number, reservoir: Pointer, mask: Pointer): void {
    const { query, table } = this.code;
    const { kernels } = this.arena;
    kernels.setCodes(table.base, table.stride, table.width, table.space);
    kernels.scanLists(query, lists, count, this.lists.offsetsAt, reservoir, mask);
  }
}
