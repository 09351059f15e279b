import { type Candidates, topK } from '../branch/index.js';
import { Arena, distanceOf, type Pointer } from '../kernels/index.js';
import { errorBounds } from './bounds.js';
import { loadDocs, spaceOf, type VectorPart } from './part.js';
import type { QueryVector } from './query.js';

/**
 * Rows per call of a scan. WebAssembly code is not replaced while it runs: a call that begins in
 * the quick compiler's code ends in it, so the first scan must not be one long call.
 */
const SCAN_ROWS = 8192;
/** Rows scored per call. */
const SCORE_ROWS = 1024;
/** Candidates beyond the depth that are scored in float64: enough for rounding to reorder. */
export const SLACK = 8;

/**
 * One segment's float32 rows in an arena, and what all kinds do with them: score candidates in
 * float64, and scan exactly. A position is a row of the file; documents are told by it.
 */
export class VectorRows {
  readonly arena = new Arena();
  readonly part: VectorPart;
  readonly base: Pointer;
  readonly stride: number;
  readonly space: 0 | 1;
  /** float32 query, then the same in float64. */
  readonly query: Pointer;
  private readonly queryDouble: Pointer;
  private readonly docs: Uint32Array | undefined;
  /** Vector number of each position; undefined when they are the same. */
  private readonly order: Uint32Array | undefined;
  private positions: Map<number, number> | undefined;

  /** @param order of IVF, a permutation of the vectors @throws CorruptError, ResourceError */
  constructor(part: VectorPart, order?: Uint32Array) {
    this.part = part;
    this.order = order;
    this.docs = loadDocs(part);
    this.stride = part.floats * 4;
    this.space = spaceOf(part.field.metric);
    this.query = this.arena.allocate(this.stride);
    this.queryDouble = this.arena.allocate(this.stride * 2);
    const bytes = part.count * this.stride;
    this.base = this.arena.allocate(bytes);
    part.reader.readInto(`${part.name}/rows`, this.arena.bytes(this.base, bytes));
    this.selectRows();
  }

  /** Makes the rows what the kernels compare with. */
  selectRows(): void {
    this.arena.kernels.setCodes(this.base, this.stride, this.space);
  }

  /** Puts a query where the kernels find it. */
  setQuery(query: QueryVector): void {
    const { floats } = this.part;
    this.arena.f32(this.query, floats).set(query.single);
    this.arena.f64(this.queryDouble, floats).set(query.double);
  }

  /** Local document of a position. */
  docOf(position: number): number {
    const number = this.order === undefined ? position : this.order[position];
    return this.docs === undefined ? number : this.docs[number];
  }

  /** Position of a document's vector, undefined when it has none. */
  positionOf(doc: number): number | undefined {
    if (this.order === undefined && this.docs === undefined) return doc < this.part.count ? doc : undefined;
    if (this.positions === undefined) {
      this.positions = new Map();
      for (let position = 0; position < this.part.count; position++) {
        this.positions.set(this.docOf(position), position);
      }
    }
    return this.positions.get(doc);
  }

  /** The best `depth` of some positions by float64 score. The query must be set. */
  rank(positions: Uint32Array, depth: number): Candidates {
    const best = topK(depth);
    this.score(positions, (position, score) => best.push(this.docOf(position), score));
    return best.take();
  }

  /**
   * The best `depth` of all rows, proven: a float32 scan finds somewhat more, float64 scores rank
   * them, and when a row that was left out could still belong by the error bound of float32, all
   * rows within that bound are gathered and ranked. O(rows · dim), twice at worst.
   */
  exact(query: QueryVector, depth: number): Candidates {
    const { count, floats, maxNorm } = this.part;
    const { kernels } = this.arena;
    this.setQuery(query);
    this.selectRows();
    const wanted = Math.min(depth, count);
    const limit = Math.min(count, wanted + SLACK + (wanted >> 3));
    const heap = this.arena.tail(limit * 8);
    let size = 0;
    for (let from = 0; from < count; from += SCAN_ROWS) {
      size = kernels.scanRows(this.query, from, Math.min(count, from + SCAN_ROWS), heap, size, limit);
    }
    const entries = this.arena.u32(heap, size * 2);
    const furthest = distanceOf(entries[1]);
    const found = this.rank(
      entries.filter((_, i) => i % 2 === 0),
      wanted,
    );
    if (limit === count) return found;

    const bounds = errorBounds(this.space, floats, maxNorm ?? 0, query.norm);
    const last = -found.scores[wanted - 1];
    if (bounds.least(furthest) > last) return found;
    const best = topK(wanted);
    for (let from = 0; from < count; from += SCAN_ROWS) {
      const to = Math.min(count, from + SCAN_ROWS);
      const out = this.arena.tail((to - from) * 4);
      const within = kernels.collectWithin(this.query, from, to, bounds.mostKey(last), out);
      const positions = this.arena.u32(out, within).slice();
      this.score(positions, (position, score) => best.push(this.docOf(position), score));
    }
    return best.take();
  }

  private score(positions: Uint32Array, each: (position: number, score: number) => void): void {
    const at = this.arena.tail(SCORE_ROWS * (4 + 8));
    const out = at + SCORE_ROWS * 4;
    for (let from = 0; from < positions.length; from += SCORE_ROWS) {
      const piece = positions.subarray(from, from + SCORE_ROWS);
      this.arena.u32(at, piece.length).set(piece);
      this.arena.kernels.scoreRows(this.queryDouble, this.base, this.stride, at, piece.length, out);
      const scores = this.arena.f64(out, piece.length);
      for (let i = 0; i < piece.length; i++) each(piece[i], scores[i]);
    }
  }
}
