import { type Candidates, type DocSet, topK } from '../branch/index.js';
import {
  Arena,
  byteKeyOf,
  byteWidth,
  distanceIn,
  NAN_KEY,
  type Pointer,
  RESERVOIR_HEADER_BYTES,
  reservoirBytes,
  SPACE,
  type Space,
} from '../kernels/index.js';
import { type ErrorBounds, errorBounds, exactBounds } from './bounds.js';
import { LoadedDocuments, type RowDocuments } from './documents.js';
import { type Matches, matchesOf } from './matches.js';
import { spaceOf, type VectorPart } from './part.js';
import type { QueryVector } from './query.js';
import { FiledRows, type RowStore } from './row-store.js';
import { SortedTop } from './sorted-top.js';

/**
 * Rows per call of a scan. WebAssembly code is not replaced while it runs: a call that begins in
 * the quick compiler's code ends in it, so the first scan must not be one long call.
 */
const SCAN_ROWS = 8192;
/** Rows scored per call. */
const SCORE_ROWS = 1024;
/** Candidates beyond the depth that are scored in float64: enough for rounding to reorder. */
export const SLACK = 8;
/** Candidates that are ranked as they come: more are put in order by float32 keys before. */
const SORTED_MOST = 32;
/** Bytes of rows in memory while rows that are not kept are scanned. */
const WINDOW_BYTES = 4 << 20;
/** Searches that read single rows before all are loaded: by then a batch is under way. */
const SINGLE_READS = 8;
/** Rows read one by one before all are loaded: a few milliseconds. */
const SINGLE_MOST = 256;

/**
 * One segment's rows, float32 or bytes, in an arena, and what all kinds do with them: score
 * candidates in float64, and scan exactly. They are loaded when that is asked for; until then a few
 * candidates are read one by one. A position is a row of the file; documents are told by it.
 */
export class VectorRows {
  readonly arena: Arena;
  readonly part: VectorPart;
  /** The rows as a table of codes, with a float32 query; with one of bits under hamming. */
  readonly space: Space;
  readonly stride: number;
  /** Bytes of a row that are compared. */
  readonly width: number;
  /** float32 query; the same in float64; the same in bytes. */
  readonly query: Pointer;
  private readonly queryDouble: Pointer;
  private readonly byteQuery: Pointer;
  private readonly singleView: Float32Array;
  private readonly doubleView: Float64Array;
  /** True when rows are bytes and the query fits bytes too: distances are whole numbers. */
  private whole = false;
  private base: Pointer | undefined;
  private reads = 0;
  /** Where rows are read to that are not kept. */
  private window: Pointer | undefined;
  private readonly documents: RowDocuments;
  private readonly store: RowStore;
  /** Rows are read one by one for good: searches load nothing. */
  private readonly cold: boolean;
  /** Searches that may read rows one by one; the next loads them all. */
  singleReads = SINGLE_READS;
  private readonly top = new SortedTop();
  /** A filter is used for many queries. */
  private readonly matching = new WeakMap<DocSet, Matches>();
  private maskAt: Pointer | undefined;
  private masked: Matches | undefined;

  /**
   * @param order a permutation of the vectors; or documents left in the file, and the rows with them
   * @param store where rows come from, the array `rows` unless it is another
   * @throws CorruptError, ResourceError
   */
  constructor(part: VectorPart, order?: Uint32Array | RowDocuments, store: RowStore = new FiledRows(part)) {
    this.part = part;
    this.store = store;
    this.cold = order !== undefined && 'docOf' in order;
    this.documents =
      order !== undefined && 'docOf' in order
        ? order
        : new LoadedDocuments(part, order as Uint32Array | undefined);
    this.arena = new Arena();
    this.stride = part.rowBytes;
    this.width = part.bytes ? byteWidth(part.field.dim) : part.rowBytes;
    const space = spaceOf(part.field.metric);
    const mixed = space === SPACE.l2 ? SPACE.mixedL2 : SPACE.mixedDot;
    this.space = part.bytes && space !== SPACE.hamming ? mixed : space;
    this.query = this.arena.allocate(this.components * 4);
    this.queryDouble = this.arena.allocate(this.components * 8);
    this.byteQuery = this.arena.allocate(this.queryBytes);
    this.singleView = this.arena.f32(this.query, part.floats);
    this.doubleView = this.arena.f64(this.queryDouble, part.floats);
  }

  /** Brings all rows into memory, once. @throws CorruptError, ResourceError */
  load(): void {
    if (this.base !== undefined) return;
    const { part, arena } = this;
    const bytes = part.count * this.stride;
    const base = arena.allocate(bytes);
    this.store.read(0, arena.bytes(base, bytes));
    this.base = base;
  }

  /** The same for many searches, but where rows are made from codes: these few are made as they are needed. */
  warm(): void {
    if (!this.part.decoded) this.load();
  }

  /** Puts a query where the kernels find it. May load the rows: what was at the tail of the arena is lost. */
  setQuery(query: QueryVector): void {
    if (this.base === undefined && !this.cold && this.reads++ >= this.singleReads) this.warm();
    const { kernels } = this.arena;
    this.singleView.set(query.single);
    if (query.isSingle) kernels.widenQuery(this.query, this.components, this.queryDouble);
    else this.doubleView.set(query.double);
    this.whole = this.part.bytes && kernels.narrowQuery(this.query, this.components, this.byteQuery) === 1;
  }

  /**
   * Makes the rows, loaded now, what the kernels compare with.
   * @returns the query to hand them, which setQuery() has put there
   */
  selectRows(): Pointer {
    this.load();
    return this.select(this.base!);
  }

  /** Puts a query anywhere in the arena, for the walk alone. @param at queryBytes @returns the space it is compared in */
  place(query: QueryVector, at: Pointer): Space {
    this.singleView.set(query.single);
    const { part, arena, components } = this;
    this.whole = part.bytes && arena.kernels.narrowQuery(this.query, components, at) === 1;
    if (!this.whole) arena.f32(at, components).set(arena.f32(this.query, components));
    return this.ownSpace;
  }

  /** Makes the rows, loaded now, what the kernels compare queries of a space with. */
  name(space: Space): void {
    this.load();
    this.arena.kernels.setCodes(this.base!, this.stride, this.width, space);
  }

  /** Bytes of a query, as floats or as bytes. */
  get queryBytes(): number {
    return this.components * 4;
  }

  /** How rows are compared with the set query, wherever they are read to. */
  compared(): { query: Pointer; stride: number; width: number; space: Space } {
    const query = this.whole ? this.byteQuery : this.query;
    return { query, stride: this.stride, width: this.width, space: this.ownSpace };
  }

  /** The rows, loaded now, as a table of codes for the set query: what setCodes() takes. */
  table(): { base: Pointer; stride: number; width: number; space: Space } {
    this.load();
    return { base: this.base!, stride: this.stride, width: this.width, space: this.ownSpace };
  }

  /** The distance of a key that was computed on selected rows. */
  distanceOf(key: number): number {
    return distanceIn(this.ownSpace, key);
  }

  /** True when keys on the rows are the distances themselves, not rounded. */
  get keysAreExact(): boolean {
    return this.whole;
  }

  /** Local document of a position. */
  docOf(position: number): number {
    return this.documents.docOf(position);
  }

  /** Position of a document's vector, undefined when it has none. */
  positionOf(doc: number): number | undefined {
    return this.documents.positionOf(doc);
  }

  /** What a filter leaves of them. */
  matches(filter: DocSet): Matches {
    let matches = this.matching.get(filter);
    if (matches === undefined) {
      matches = matchesOf(filter, this.part.count, (position) => this.docOf(position));
      this.matching.set(filter, matches);
    }
    return matches;
  }

  /** The mask of a filter for the kernels, until the next one is asked for. What was at the tail of the arena is lost. */
  maskOf(matches: Matches): Pointer {
    const { mask } = matches;
    this.maskAt ??= this.arena.allocate(mask.byteLength);
    if (this.masked !== matches) this.arena.u32(this.maskAt, mask.length).set(mask);
    this.masked = matches;
    return this.maskAt;
  }

  /** The best `depth` of some positions by float64 score. The query must be set. */
  rank(positions: Uint32Array, depth: number): Candidates {
    const list = this.arena.tail(positions.length * 4);
    this.arena.u32(list, positions.length).set(positions);
    return this.rankList(list, positions.length, depth);
  }

  /**
   * The same of the first `keep` entries of a pool.
   * @param pool `size` entries at the tail of the arena @param free what is behind is scratch
   */
  rankPool(pool: Pointer, size: number, keep: number, depth: number, free: Pointer): Candidates {
    const count = Math.min(size, keep);
    const list = Math.ceil(free / 4) * 4;
    this.arena.tail(list + count * 4 - this.arena.used);
    this.arena.kernels.listPositions(pool, count, 1, list);
    return this.rankList(list, count, depth);
  }

  /**
   * The same of entries of a heap or reservoir.
   * @param entries near the tail of the arena, `size` of them
   */
  rankEntries(entries: Pointer, size: number, depth: number): Candidates {
    const { arena } = this;
    const list = entries + size * 8;
    arena.tail(list + size * 4 - arena.used);
    arena.kernels.listPositions(entries, size, 0, list);
    return this.rankList(list, size, depth);
  }

  /** The same, where keys are distances on the rows, exact. @param space that they were computed in */
  rankExact(entries: Pointer, size: number, depth: number, space: Space): Candidates {
    const { top } = this;
    const words = this.arena.u32(entries, size * 2);
    top.clear();
    for (let i = 0; i < size; i++) {
      top.push(this.docOf(words[2 * i]), 0 - distanceIn(space, words[2 * i + 1]));
    }
    return top.take(depth);
  }

  /** The best `depth` of a pool whose keys are distances on the rows, exact. */
  rankKeys(pool: Pointer, size: number, depth: number): Candidates {
    const { top } = this;
    const words = this.arena.u32(pool, size * 2);
    top.clear();
    for (let i = 0; i < size; i++) {
      // Where more than the depth are as near, lower documents come first.
      if (i >= depth && words[2 * i + 1] !== words[2 * i - 1]) break;
      top.push(this.docOf(words[2 * i] >>> 1), 0 - this.distanceOf(words[2 * i + 1]));
    }
    return top.take(depth);
  }

  /** The best `depth` of u32[count] positions near the tail of the arena; what is behind them is overwritten. */
  private rankList(list: Pointer, count: number, depth: number): Candidates {
    const { arena, top } = this;
    top.clear();
    const { kernels } = arena;
    const gathered = this.base === undefined ? this.gather(list, count) : undefined;
    const at = gathered === undefined ? this.selectRows() : this.select(gathered.base);
    const docOf = (row: number) => this.docOf(gathered === undefined ? row : gathered.positions[row]);
    const scores = Math.ceil((gathered?.end ?? list + count * 4) / 16) * 16;
    arena.tail(scores + count * 8 + 32 - arena.used);
    let left = count;
    if (this.whole || count > Math.max(SORTED_MOST, depth + SLACK)) {
      left = kernels.refine(at, list, count, scores, Math.min(count, depth + SLACK));
      if (this.whole) {
        const words = arena.u32(scores, left * 2);
        for (let i = 0; i < left; i++) top.push(docOf(words[2 * i]), 0 - this.distanceOf(words[2 * i + 1]));
        return top.take(depth);
      }
      kernels.listPositions(scores, left, 0, list);
    }
    kernels.scoreRows(this.queryDouble, list, left, scores);
    const positions = arena.u32(list, left);
    const found = arena.f64(scores, left);
    for (let i = 0; i < left; i++) top.push(docOf(positions[i]), found[i]);
    return top.take(depth);
  }

  /**
   * Reads the rows of u32[count] positions behind them, in the order of the file, so that equally near ones
   * are kept as they are where all rows are loaded; the positions become numbers of these rows.
   */
  private gather(list: Pointer, count: number): { base: Pointer; end: Pointer; positions: Uint32Array } {
    const { arena, stride } = this;
    const positions = arena.u32(list, count).slice().sort();
    const base = Math.ceil((list + count * 4) / 64) * 64;
    const end = base + count * stride;
    arena.tail(end - arena.used);
    positions.forEach((position, i) => {
      this.store.read(position, arena.bytes(base + i * stride, stride));
    });
    const numbers = arena.u32(list, count);
    for (let i = 0; i < count; i++) numbers[i] = i;
    return { base, end, positions };
  }

  /**
   * The best `depth` of all rows, proven: a scan finds somewhat more, float64 scores rank them, and
   * when a row that was left out could still belong by the error bound of float32, all rows within
   * that bound are gathered and ranked. O(rows · dim), twice at worst.
   */
  exact(query: QueryVector, depth: number): Candidates {
    const { count } = this.part;
    const { kernels } = this.arena;
    this.setQuery(query);
    const step = this.scanStep();
    const wanted = Math.min(depth, count);
    const limit = Math.min(count, wanted + SLACK + (wanted >> 3));
    const heap = this.arena.tail(limit * 8);
    let size = 0;
    for (let from = 0; from < count; from += step) {
      const to = Math.min(count, from + step);
      size = kernels.scanRows(this.selectRange(from, to), from, to, heap, size, limit);
    }
    return this.proven(query, this.arena.u32(heap, size * 2).slice(), wanted);
  }

  /**
   * The best of all rows from the nearest by key: the query, which need not be set, and more entries
   * than are wanted, or all.
   * @param entries of a heap: the furthest first
   */
  proven(query: QueryVector, entries: Uint32Array, wanted: number): Candidates {
    const { count } = this.part;
    this.setQuery(query);
    if (!this.cold) this.load();
    const furthest = this.distanceOf(entries[1]);
    const found = this.best(
      entries.filter((_, i) => i % 2 === 0),
      wanted,
    );
    if (entries.length === 2 * count) return found;

    const bounds = this.bounds(query);
    const last = -found.scores[wanted - 1];
    if (bounds.least(furthest) > last) return found;
    const best = topK(wanted);
    this.within(bounds.mostKey(last), (positions) => {
      this.scoreEach(positions, (position, score) => best.push(this.docOf(position), score));
    });
    return best.take();
  }

  /**
   * Positions of all rows with keys of at most `mostKey`, some at a time, for the query that is set.
   * @param each may use the tail of the arena
   */
  within(mostKey: number, each: (positions: Uint32Array) => void): void {
    const { count } = this.part;
    const step = this.scanStep();
    for (let from = 0; from < count; from += step) {
      const to = Math.min(count, from + step);
      const at = this.selectRange(from, to);
      const out = this.arena.tail((to - from) * 4);
      const size = this.arena.kernels.collectWithin(at, from, to, mostKey, out);
      if (size > 0) each(this.arena.u32(out, size).slice());
    }
  }

  /** The best `depth` of the rows that a filter leaves, proven in the same way. O(matches · dim), twice at worst. */
  exactAmong(query: QueryVector, depth: number, { positions }: Matches): Candidates {
    const { kernels } = this.arena;
    this.setQuery(query);
    const wanted = Math.min(depth, positions.length);
    const limit = Math.min(positions.length, wanted + SLACK + (wanted >> 3));
    if (this.base === undefined && positions.length <= SINGLE_MOST) return this.rank(positions, wanted);
    const at = this.selectRows();
    if (limit === positions.length) return this.best(positions, wanted);

    const reservoir = this.arena.tail(reservoirBytes(limit) + SCAN_ROWS * 4);
    const list = reservoir + reservoirBytes(limit);
    kernels.openReservoir(reservoir, limit);
    for (let from = 0; from < positions.length; from += SCAN_ROWS) {
      const piece = positions.subarray(from, from + SCAN_ROWS);
      this.arena.u32(list, piece.length).set(piece);
      kernels.scanPositions(at, list, piece.length, reservoir);
    }
    const size = kernels.closeReservoir(reservoir);
    const entries = this.arena.u32(reservoir + RESERVOIR_HEADER_BYTES, size * 2);
    let most = 0;
    for (let i = 1; i < entries.length; i += 2) most = Math.max(most, entries[i]);
    const found = this.best(
      entries.filter((_, i) => i % 2 === 0),
      wanted,
    );
    const last = -found.scores[wanted - 1];
    return this.bounds(query).least(this.distanceOf(most)) > last ? found : this.best(positions, wanted);
  }

  /** Rows per call of a scan. Loads all, or makes room for so many. */
  private scanStep(): number {
    if (!this.cold) this.load();
    if (this.base !== undefined) return SCAN_ROWS;
    const step = Math.max(1, Math.min(SCAN_ROWS, Math.floor(WINDOW_BYTES / this.stride)));
    this.window ??= this.arena.allocate(step * this.stride);
    return step;
  }

  /** Makes some rows what the kernels compare with, under their own positions. @returns the query */
  private selectRange(from: number, to: number): Pointer {
    if (this.base !== undefined) return this.select(this.base);
    const { arena, stride } = this;
    this.store.read(from, arena.bytes(this.window!, (to - from) * stride));
    // Where position 0 would stand: addresses wrap at 2^32.
    return this.select((this.window! - from * stride) >>> 0);
  }

  /** Components of a padded row. */
  private get components(): number {
    return this.part.bytes ? this.width : this.width / 4;
  }

  /** The space the set query is compared in. */
  private get ownSpace(): Space {
    if (!this.whole || this.space === SPACE.hamming) return this.space;
    return this.space === SPACE.mixedL2 ? SPACE.byteL2 : SPACE.byteDot;
  }

  private select(base: Pointer): Pointer {
    this.arena.kernels.setCodes(base, this.stride, this.width, this.ownSpace);
    return this.whole ? this.byteQuery : this.query;
  }

  /** How far keys on the rows may lie from true distances of the query, which is set. */
  bounds(query: QueryVector): ErrorBounds {
    if (this.whole) {
      // A distance may be between whole ones, or beyond all there are.
      return exactBounds((distance) => {
        const key = byteKeyOf(this.ownSpace, Math.floor(distance));
        return Math.min(Math.max(key, 0), NAN_KEY - 1);
      });
    }
    const metric = spaceOf(this.part.field.metric);
    return errorBounds(metric, this.components, this.store.longest ?? 0, query.norm);
  }

  private best(positions: Uint32Array, depth: number): Candidates {
    const best = topK(depth);
    this.scoreEach(positions, (position, score) => best.push(this.docOf(position), score));
    return best.take();
  }

  private scoreEach(positions: Uint32Array, each: (position: number, score: number) => void): void {
    if (this.base === undefined) this.scoreSingly(positions, each);
    else {
      this.selectRows();
      this.score(positions, each);
    }
  }

  /** Scores positions of the rows that are selected, for the query that is set. */
  score(positions: Uint32Array, each: (position: number, score: number) => void): void {
    const { arena } = this;
    const at = arena.tail(SCORE_ROWS * (4 + 8));
    const list = at + SCORE_ROWS * 8;
    for (let from = 0; from < positions.length; from += SCORE_ROWS) {
      const piece = positions.subarray(from, from + SCORE_ROWS);
      arena.u32(list, piece.length).set(piece);
      if (this.whole) {
        arena.kernels.refine(this.byteQuery, list, piece.length, at, piece.length);
        const words = arena.u32(at, piece.length * 2);
        for (let i = 0; i < piece.length; i++) each(words[2 * i], 0 - this.distanceOf(words[2 * i + 1]));
      } else {
        arena.kernels.scoreRows(this.queryDouble, list, piece.length, at);
        const scores = arena.f64(at, piece.length);
        for (let i = 0; i < piece.length; i++) each(piece[i], scores[i]);
      }
    }
  }

  /** The same, of rows that are read from the file one by one. */
  private scoreSingly(positions: Uint32Array, each: (position: number, score: number) => void): void {
    const { arena, stride } = this;
    const room = SCORE_ROWS * (4 + 8);
    for (let from = 0; from < positions.length; from += SCORE_ROWS) {
      const piece = positions.subarray(from, from + SCORE_ROWS);
      // Behind the scratch that score() takes, aligned as rows are.
      const base = Math.ceil((arena.tail(room + 64 + piece.length * stride) + room) / 64) * 64;
      piece.forEach((position, i) => {
        this.store.read(position, arena.bytes(base + i * stride, stride));
      });
      this.select(base);
      const local = Uint32Array.from(piece, (_, i) => i);
      this.score(local, (i, score) => each(piece[i], score));
    }
  }
}
