import type { GraphExports } from './graph-exports.js';
import type { PageExports } from './page-exports.js';
import type { Pointer } from './pointer.js';

/** Numbers of the distance spaces; smaller distances are better. */
export const SPACE = {
  /** Squared Euclidean distance of float32 rows. */
  l2: 0,
  /** Minus the inner product. */
  dot: 1,
  /** The same two of rows and queries of bytes: whole numbers, exact. */
  byteL2: 2,
  byteDot: 3,
  /** The same two of rows of bytes and a float32 query, padded to the row's width: the bits that float32 rows would give. */
  mixedL2: 4,
  mixedDot: 5,
  /** Differing bits of rows and queries of packed bits: whole numbers, exact. */
  hamming: 6,
  /** Minus the inner product of rows and queries of signed bytes: whole numbers, exact. */
  signedDot: 7,
} as const;
export type Space = (typeof SPACE)[keyof typeof SPACE];

/** Most components of a row of bytes: sums of its products stay below 2^31. */
export const MAX_BYTE_DIMENSION = 33_000;

/** Bytes setScratch() wants beside the pool. */
export const GRAPH_SCRATCH_BYTES = 512 * (4 + 4 + 8 + 4);
/** Bytes orderCodes() wants. @param width bytes of a code that are compared */
export function orderScratchBytes(count: number, width: number): number {
  return count * 8 + 16 + width * 14;
}
/** Bytes before the entries of a reservoir. */
export const RESERVOIR_HEADER_BYTES = 16;
/** Bytes of a reservoir that keeps `limit` entries. */
export function reservoirBytes(limit: number): number {
  return RESERVOIR_HEADER_BYTES + 16 * limit;
}
/** Bytes assignRows() wants for running minima. */
export const ASSIGN_SCRATCH_BYTES = 66 * 32;
/** Bytes of a query's record of screenRows(), see there. */
export const SCREEN_RECORD_BYTES = 80;
/** Most rows of a call of screenRows(), a multiple of SCREEN_BLOCK_ROWS. */
export const SCREEN_ROWS = 512;
/** Rows whose codes stand together. */
export const SCREEN_BLOCK_ROWS = 16;
/** Bytes of scratch that screenRows() wants. @param limit the largest of its queries @param pairs as in setScreen() */
export function screenScratchBytes(limit: number, pairs: number): number {
  return 80 + SCREEN_ROWS * (2 * 8 + 4 * pairs) + Math.max(limit * 8, 16);
}
/** Bytes of the tables of damagedChunk(). */
export const CRC_TABLES_BYTES = 12 * 256 * 4;
/** Most links of a node above level 0 that the graph's scratch has room for. */
export const MAX_M = 128;
/** Ends a row of links that is not full. */
export const NO_LINK = 0xffffffff;

/**
 * What kernels.wasm exports. Nothing is checked inside: pointers come from an Arena, every number
 * read from a file was bounded before, components are finite.
 *
 * Rows are float32, a multiple of 16 bytes, or bytes, a multiple of 16 of which are compared; both
 * padded with zeros (see layout.ts). A key is a u32 whose unsigned order is the order of distances
 * (see keys.ts). An entry is a u64: key << 32 | position for heaps, key << 32 | id << 1 | flag for
 * pools.
 */
export interface KernelExports extends GraphExports, PageExports {
  /**
   * Names the table of codes that distances are computed on. Positions and node ids are its rows.
   * @param stride bytes from one to the next @param width bytes compared, a multiple of 16
   */
  setCodes(base: Pointer, stride: number, width: number, space: Space): void;

  /** @returns key of the distance between two rows of `width` bytes, as i32: use >>> 0 */
  keyBetween(query: Pointer, row: Pointer, width: number): number;
  /** Four keys of four rows, `stride` bytes apart. @param out u32[4], 16-byte aligned */
  keysBetween(query: Pointer, rows: Pointer, stride: number, width: number, out: Pointer): void;

  /**
   * Scans codes `from` to `to` for the nearest. O(rows · dim + entering · log limit).
   * @param heap u64[limit], a max-heap (the worst entry first) holding `size` entries
   * @returns entries held afterwards
   */
  scanRows(query: Pointer, from: number, to: number, heap: Pointer, size: number, limit: number): number;
  /**
   * Takes entries of a heap or reservoir apart, the smallest first.
   * @param entries u64[size]; left in ascending order @param positions u32[size] @param keys u32[size]
   */
  takeEntries(entries: Pointer, size: number, positions: Pointer, keys: Pointer): void;
  /** Begins a reservoir, which keeps the `limit` smallest of all entries offered. @param at reservoirBytes(limit) */
  openReservoir(at: Pointer, limit: number): void;
  /**
   * Leaves the smallest entries, in no order, 16 bytes behind the start: u64[…].
   * @returns how many: `limit`, or all where fewer were offered
   */
  closeReservoir(at: Pointer): number;
  /**
   * Scans lists of consecutive codes and offers what is near to a reservoir. O(rows · dim).
   * @param lists u32[count], numbers of lists
   * @param offsets u32[lists + 1], list i is codes offsets[i] to offsets[i + 1]
   * @param mask a bit for each code, bit i % 32 of word i / 32, and a word more: only those set are
   *   looked at; 0: all are
   */
  scanLists(
    query: Pointer,
    lists: Pointer,
    count: number,
    offsets: Pointer,
    reservoir: Pointer,
    mask: Pointer,
  ): void;
  /**
   * The same of codes that stand here and there. O(count · dim).
   * @param positions u32[count]
   */
  scanPositions(query: Pointer, positions: Pointer, count: number, reservoir: Pointer): void;
  /**
   * Scans lists `from` to `to`, each for all queries that want it, one behind the other.
   * @param offsets as in scanLists() @param starts u32[lists + 1], list i is for pairs starts[i] to starts[i + 1]
   * @param pairs of u32, a query's address and that of its reservoir
   */
  scanListsMany(from: number, to: number, offsets: Pointer, starts: Pointer, pairs: Pointer): void;
  /**
   * The same of bytes, in byteL2, byteDot or signedDot, two queries at a time.
   * @param squares u32 by code and 12 bytes more, what squareCodes() leaves; byteL2 only
   * @param pairs of u32, the address of a query widenCode() has left and that of its reservoir
   */
  scanByteLists(
    from: number,
    to: number,
    offsets: Pointer,
    squares: Pointer,
    starts: Pointer,
    pairs: Pointer,
  ): void;
  /** Sums of squares of unsigned codes `from` to `to`. @param out u32[to - from] */
  squareCodes(from: number, to: number, out: Pointer): void;
  /**
   * A query of bytes as scanByteLists() takes it, in the space of setCodes().
   * @param width bytes, a multiple of 16 @param out wideCodeBytes(width)
   */
  widenCode(code: Pointer, width: number, out: Pointer): void;
  /**
   * Names a table of 4-bit codes in blocks of 32 positions, for scanBlockLists().
   * @param groups codes of a position, an even number; a block is 16 bytes for each (see assembly/blocks.ts)
   * @param biases f32 by position, whole blocks, 16-byte aligned @param factors the same
   */
  setBlocks(blocks: Pointer, groups: number, biases: Pointer, factors: Pointer): void;
  /**
   * The table of a query for scanBlockLists(). O(16 · components).
   * @param query f64[components], turned @param words f32[16 · components], the words of a group one behind the other
   * @param starts u32[groups + 1], group g is components starts[g] to starts[g + 1]
   * @param products f64[groups, 16] @param lows f64[groups], scratch both
   * @param out 16 bytes and 16 for each group, as scanBlockLists() takes it, 16-byte aligned
   */
  layTables(
    query: Pointer,
    words: Pointer,
    starts: Pointer,
    groups: number,
    products: Pointer,
    lows: Pointer,
    out: Pointer,
  ): void;
  /**
   * Scans lists of consecutive positions of blocks. A distance is base + bias - factor · (offset +
   * step · sum), in float32, where the sum is of each group's table entry for its code.
   * @param query f32 offset, f32 step, 8 bytes, then u8[groups, 16], entries below 128 and with a sum
   *   of each group's largest below 65,536; 16-byte aligned
   * @param bases f32[count], by list @param lists, offsets, reservoir, mask as in scanLists()
   */
  scanBlockLists(
    query: Pointer,
    lists: Pointer,
    bases: Pointer,
    count: number,
    offsets: Pointer,
    reservoir: Pointer,
    mask: Pointer,
  ): void;
  /**
   * All codes from `from` to `to` whose key is at most `limit`.
   * @param out u32[to - from]
   * @returns how many positions were written
   */
  collectWithin(query: Pointer, from: number, to: number, limit: number, out: Pointer): number;

  /**
   * The `limit` nearest of some codes.
   * @param positions u32[count] @param best u64[limit], entries in ascending order
   * @returns how many entries were left
   */
  refine(query: Pointer, positions: Pointer, count: number, best: Pointer, limit: number): number;
  /**
   * Positions that entries stand for. @param shift 0 for entries of a heap, 1 for those of a pool
   * @param positions u32[count]
   */
  listPositions(entries: Pointer, count: number, shift: number, positions: Pointer): void;

  /**
   * Float64 scores of codes that are rows of numbers, higher is better: minus the squared distance, or the inner
   * product. Each is the plain sum over components in order.
   * @param query f64[components of the padded row]
   * @param positions u32[count] @param out f64[count rounded up to a multiple of 4]
   */
  scoreRows(query: Pointer, positions: Pointer, count: number, out: Pointer): void;

  /** A float32 query as float64. @param count a multiple of 4 */
  widenQuery(query: Pointer, count: number, out: Pointer): void;
  /**
   * A float32 query as bytes. @param count a multiple of 16
   * @returns 1 when all components are whole numbers from 0 to 255; 0: not, and the bytes say nothing
   */
  narrowQuery(query: Pointer, count: number, out: Pointer): number;
  /**
   * Says how encodeQuery() makes codes; see QueryCoder, which computes the same.
   * @param mean f32[floats] @param axes i16[columns][floats rounded up to a multiple of 8], or 0: components as they are
   * @param columns a multiple of 4 @param largest what the largest component of a centred query becomes
   * @param unit what a product of 1 by 1 is worth, over the largest component
   * @param origin f64[dim + 1] @param signed codes are signed bytes for inner products, and what is subtracted from a query stays in it
   * @param work encodeScratchBytes()
   */
  setEncoder(
    mean: Pointer,
    floats: number,
    axes: Pointer,
    columns: number,
    largest: number,
    unit: number,
    origin: Pointer,
    dim: number,
    step: number,
    signed: boolean,
    work: Pointer,
  ): void;
  /**
   * The code of a float32 query.
   * @param out u8[dim rounded up to even], or f32[dim] steps of the grid where some component is far outside of it (signed codes have no outside)
   * @returns 1 for bytes, 0 for floats
   */
  encodeQuery(query: Pointer, out: Pointer): number;

  /**
   * Nearest centroid of each row, by half the centroid's squared norm minus the inner product in
   * float32: centre the data first. Equal values: the lower number.
   * @param rows one more row is read (not used) behind an odd block: keep one behind the last
   * @param centroids `lists` rows, a multiple of 4; rows added to make it one have a norm of Infinity
   * @param halfNorms f32[lists] @param minima ASSIGN_SCRATCH_BYTES
   * @param assigned u32 by row @param distances f32 by row, squared distance to the centroid
   */
  assignRows(
    rows: Pointer,
    stride: number,
    from: number,
    to: number,
    centroids: Pointer,
    halfNorms: Pointer,
    lists: number,
    minima: Pointer,
    assigned: Pointer,
    distances: Pointer,
  ): void;
  /** Adds each row to its centroid's sum, in order. @param sums f64[lists, stride / 4] @param counts u32[lists] */
  accumulateRows(
    rows: Pointer,
    stride: number,
    from: number,
    to: number,
    assigned: Pointer,
    sums: Pointer,
    counts: Pointer,
  ): void;

  /**
   * Orders byte codes so that near ones stand near each other, in runs of at most `leaf` unordered
   * ones. O(count · width · log(count / leaf)).
   * @param ids u32[count], positions of codes; left in the new order
   * @param scratch orderScratchBytes(count, width), 16-byte aligned
   */
  orderCodes(ids: Pointer, count: number, leaf: number, scratch: Pointer): void;

  /**
   * Inner products of each of `count` rows with each of `columnCount` rows, a multiple of 4.
   * @param out f32[count, columnCount]
   */
  multiplyRows(
    rows: Pointer,
    count: number,
    columns: Pointer,
    columnCount: number,
    stride: number,
    out: Pointer,
  ): void;

  /**
   * Inner products of float64 vectors with axes.
   * @param rows f64[count, floats], `floats` even @param axes f64[axisCount, floats], a multiple of 4
   * @param out f64[count, axisCount]
   */
  projectRows(
    rows: Pointer,
    count: number,
    axes: Pointer,
    axisCount: number,
    floats: number,
    out: Pointer,
  ): void;

  /**
   * Names the codes that give rows lower bounds. The bound of a row, in units, is its norm and the sum
   * of code times weight over its first components; with a tail, the tail's norm and sum are added.
   * @param blocks i8: for each 16 rows, for each of `pairs` pairs of components, both of each row
   * @param norms i32 by row, for whole blocks
   * @param tails i8[rows, tailBytes], a multiple of 8; `tailBytes` 0: there are none
   * @param tailNorms i32 by row
   * @param euclidean bounds are of squared distances; else of distances in the sense of SPACE.dot
   * @param perUnit units of a bound in 1 of a distance
   */
  setScreen(
    blocks: Pointer,
    norms: Pointer,
    pairs: number,
    tails: Pointer,
    tailNorms: Pointer,
    tailBytes: number,
    euclidean: boolean,
    perUnit: number,
  ): void;
  /**
   * Measures those of rows `from` (a multiple of 16) to `to` that a bound does not rule out, on the
   * table of setCodes(), for each of some queries. A row is ruled out when its bound is more than
   * f · perUnit + offset, with f = (sqrt(r) + spread + error)² of Euclidean bounds, r + spread · error of others,
   * and r = scale · d + added, d being the distance of the last key.
   *
   * A query's record, SCREEN_RECORD_BYTES: u32 weights (i16[pairs, 2]), u32 tail weights (i16[tailBytes],
   * 16-byte aligned), u32 query row, u32 best, u32 size, u32 limit, u32 within, u32 last key, 8 bytes of
   * scratch, f64 scale, added, spread, offset, tail offset.
   * within 0: best is a max-heap u64[limit] of `size` entries; the last key is that of its root when it is
   * full, NAN_KEY before. within 1: best is u32[to - from] more than `size`, and takes the positions of all
   * rows whose key is at most the last key.
   * @param firstError how far codes lie from rows in these rows, @param tailError with the tail
   * @param scratch screenScratchBytes(), 16-byte aligned
   */
  screenRows(
    queries: Pointer,
    count: number,
    from: number,
    to: number,
    firstError: number,
    tailError: number,
    scratch: Pointer,
  ): void;
}
