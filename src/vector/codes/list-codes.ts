import type { Pointer, Space } from '../../kernels/index.js';
import type { QueryVector } from '../query.js';

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
  /** Bytes of a row of the array `centreCodes`, in which queries are compared with lists; undefined: there is none. */
  readonly centreStride: number | undefined;
  /** True where codes are rows that one query is compared with as another: every prepared query has `code`. */
  readonly areRows: boolean;
  /**
   * Candidates worth finding for a depth: these are ranked on the rows.
   * @param refine how many for each result, where a query says so
   */
  candidates(depth: number, refine?: number): number;
  /**
   * Makes a query ready for scans.
   * @param at queryBytes, 64-byte aligned; the scan's own while it is used
   */
  prepare(query: QueryVector, at: Pointer): ListScan;
}

/** Rows of bytes, or float32, in the arena, and what they are compared in: what setCodes() takes. */
export interface RowTable {
  base: Pointer;
  stride: number;
  width: number;
  space: Space;
}

/** A query on its way through lists. */
export interface ListScan {
  /**
   * Where the query stands and what it is compared with; undefined where codes are not rows. `exact`: keys are
   * distances to the vectors themselves, not rounded.
   */
  readonly code: { query: Pointer; table: RowTable; exact: boolean } | undefined;
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
