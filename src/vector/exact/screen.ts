import { metaCount } from '../../branch/index.js';
import { CorruptError } from '../../errors/index.js';
import {
  type Arena,
  NAN_KEY,
  type Pointer,
  SCREEN_BLOCK_ROWS,
  SCREEN_RECORD_BYTES,
  SCREEN_ROWS,
  screenScratchBytes,
} from '../../kernels/index.js';
import { expectShape, type VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import type { VectorRows } from '../rows.js';
import { codeSizes, headPairs, Projector, type ScreenTables, tailBytes } from './coder.js';
import { type ScreenQuery, screenQuery } from './query.js';

/** What kernels want of vectors of weights, and more than records want. */
const ALIGNED = 16;

/** A query that codes can bound, and where its answer is to stand. */
export interface Screened {
  query: QueryVector;
  weighed: ScreenQuery;
}

/** Codes of a segment's rows that give lower bounds, in the arena of the rows. */
export class Screen {
  private readonly part: VectorPart;
  private readonly rows: VectorRows;
  private readonly projector: Projector;
  private readonly errors: Float64Array;
  private readonly blocksAt: Pointer;
  private readonly normsAt: Pointer;
  private readonly tailsAt: Pointer;
  private readonly tailNormsAt: Pointer;

  /** @throws CorruptError, ResourceError */
  constructor(part: VectorPart, rows: VectorRows, tables: ScreenTables) {
    this.part = part;
    this.rows = rows;
    this.projector = new Projector(tables, rows.arena);
    this.errors = loadF64(part, 'boundErrors');
    if (!this.errors.every((error) => error >= 0 && Number.isFinite(error)))
      throw new CorruptError(part.reader.path, `'${part.name}' has bounds of an error that can't be`);
    const place = (array: string, bytes: number) => {
      const at = rows.arena.allocate(bytes);
      part.reader.readInto(`${part.name}/${array}`, rows.arena.bytes(at, bytes));
      return at;
    };
    const whole = Math.ceil(part.count / SCREEN_BLOCK_ROWS) * SCREEN_BLOCK_ROWS;
    this.blocksAt = place('boundBlocks', whole * headPairs(tables) * 2);
    this.normsAt = place('boundNorms', whole * 4);
    const staged = tables.tail > 0;
    this.tailsAt = staged ? place('boundTails', part.count * tailBytes(tables)) : 0;
    this.tailNormsAt = staged ? place('boundTailNorms', part.count * 4) : 0;
  }

  /** @returns undefined when the query lies too far out to be bounded */
  weigh(query: QueryVector): Screened | undefined {
    const { metric } = this.part.field;
    const weighed = screenQuery(this.projector, query, { metric, maxNorm: this.part.maxNorm });
    return weighed && { query, weighed };
  }

  /**
   * The nearest `limit` rows of each query by key, with ties by position: what a scan of all rows keeps.
   * Chunks of rows are the outer loop, so that their codes stay in the cache for all queries.
   * @param queries at least one, all of which the rows are compared with in one space
   * @returns heap entries of each
   */
  nearest(queries: Screened[], limit: number): Uint32Array[] {
    const batch = this.open(queries, limit, limit * 8);
    const { count } = this.part;
    for (let from = 0; from < count; from += SCREEN_ROWS) this.pass(batch, from);
    const { arena } = this.rows;
    return queries.map((_, i) => {
      const size = arena.u32(batch.records + i * SCREEN_RECORD_BYTES + 16, 1)[0];
      return arena.u32(batch.answers + i * batch.answerBytes, size * 2).slice();
    });
  }

  /**
   * Positions of all rows with a key of at most `mostKey`, a chunk of rows after the other.
   * @param each takes positions, which are valid during the call; it may use the tail of the arena
   */
  within(query: Screened, mostKey: number, each: (positions: Uint32Array) => void): void {
    const { count } = this.part;
    const { arena } = this.rows;
    const found: Uint32Array[] = [];
    const batch = this.open([query], 0, SCREEN_ROWS * 4, mostKey);
    for (let from = 0; from < count; from += SCREEN_ROWS) {
      arena.u32(batch.records + 16, 1)[0] = 0;
      this.pass(batch, from);
      const size = arena.u32(batch.records + 16, 1)[0];
      if (size > 0) found.push(arena.u32(batch.answers, size).slice());
    }
    for (const positions of found) each(positions);
  }

  private pass({ records, count, scratch }: Batch, from: number): void {
    const { errors } = this;
    const chunk = 2 * (from / SCREEN_ROWS);
    const to = Math.min(this.part.count, from + SCREEN_ROWS);
    const { kernels } = this.rows.arena;
    kernels.screenRows(records, count, from, to, errors[chunk], errors[chunk + 1], scratch);
  }

  /** Lays out queries at the tail of the arena, and names the codes and the rows to the kernels. */
  private open(queries: Screened[], limit: number, answerBytes: number, mostKey?: number): Batch {
    const { rows } = this;
    const { tables } = this.projector;
    const { arena } = rows;
    rows.load();
    const round = (bytes: number) => Math.ceil(bytes / ALIGNED) * ALIGNED;
    const headBytes = round(headPairs(tables) * 4);
    const weightBytes = headBytes + round(tailBytes(tables) * 2);
    const queryBytes = round(rows.queryBytes);
    const ownAnswer = round(answerBytes);
    const recordBytes = round(queries.length * SCREEN_RECORD_BYTES);
    const scratchBytes = round(screenScratchBytes(limit, headPairs(tables)));
    const records = arena.tail(
      recordBytes + scratchBytes + queries.length * (weightBytes + queryBytes + ownAnswer),
    );
    const scratch = records + recordBytes;
    const weights = scratch + scratchBytes;
    const vectors = weights + queries.length * weightBytes;
    const answers = vectors + queries.length * queryBytes;
    queries.forEach(({ query, weighed }, i) => {
      rows.setQuery(query);
      const own = rows.selectRows();
      const at = vectors + i * queryBytes;
      arena.bytes(at, rows.queryBytes).set(arena.bytes(own, rows.queryBytes));
      const weightsAt = weights + i * weightBytes;
      place(arena, weightsAt, weighed.weights);
      place(arena, weightsAt + headBytes, weighed.tailWeights);
      const record = records + i * SCREEN_RECORD_BYTES;
      const within = mostKey === undefined ? 0 : 1;
      const key = mostKey ?? NAN_KEY;
      const fields = [weightsAt, weightsAt + headBytes, at, answers + i * ownAnswer, 0, limit, within, key];
      arena.u32(record, fields.length).set(fields);
      const { scale, added, spread, offset, tailOffset } = weighed;
      const bounds = rows.bounds(query);
      const numbers = [scale * bounds.scale, added + scale * bounds.added, spread, offset, tailOffset];
      arena.f64(record + 40, numbers.length).set(numbers);
    });
    arena.kernels.setScreen(
      this.blocksAt,
      this.normsAt,
      headPairs(tables),
      this.tailsAt,
      this.tailNormsAt,
      tailBytes(tables),
      tables.euclidean,
      1 / tables.unit,
    );
    return { records, count: queries.length, scratch, answers, answerBytes: ownAnswer };
  }
}

/** Where the kernels find the queries of a call. */
interface Batch {
  records: Pointer;
  count: number;
  scratch: Pointer;
  answers: Pointer;
  answerBytes: number;
}

function place(arena: Arena, at: Pointer, weights: Int16Array): void {
  arena.bytes(at, weights.byteLength).set(new Uint8Array(weights.buffer, 0, weights.byteLength));
}

/** The tables a part was written with, undefined when it has none. @throws CorruptError */
export function loadScreenTables(part: VectorPart): ScreenTables | undefined {
  const { reader, name, meta, field, floats, count } = part;
  if (field.metric === 'hamming' || meta.get('boundAxes') === undefined) return undefined;
  const first = metaCount(reader, meta, 'boundAxes', floats);
  const tail = metaCount(reader, meta, 'boundTailAxes', floats);
  const unit = meta.get('boundUnit');
  const euclidean = field.metric !== 'ip';
  const length = euclidean ? 0 : meta.get('boundLength');
  const positive = (value: unknown) => typeof value === 'number' && value > 0 && Number.isFinite(value);
  if (first === 0 || !positive(unit) || !(euclidean || positive(length)))
    throw new CorruptError(
      reader.path,
      `'${name}' has bounds of ${first} axes in units of ${String(unit)}, which can't be`,
    );
  const stages = { first, tail };
  const { all } = codeSizes(stages);
  const columns = Math.ceil((first + tail) / 4) * 4;
  const blocks = Math.ceil(count / SCREEN_BLOCK_ROWS);
  expectShape(part, 'boundMean', 'f64', [floats]);
  expectShape(part, 'boundAxes', 'f64', [columns, floats]);
  expectShape(part, 'boundOrigins', 'f64', [all]);
  expectShape(part, 'boundSteps', 'f64', [all]);
  expectShape(part, 'boundErrors', 'f64', [Math.ceil(count / SCREEN_ROWS), 2]);
  expectShape(part, 'boundBlocks', 'i8', [blocks, headPairs(stages), SCREEN_BLOCK_ROWS, 2]);
  expectShape(part, 'boundNorms', 'i32', [blocks * SCREEN_BLOCK_ROWS]);
  if (tail > 0) {
    expectShape(part, 'boundTails', 'i8', [count, tailBytes(stages)]);
    expectShape(part, 'boundTailNorms', 'i32', [count]);
  }
  return {
    ...stages,
    euclidean,
    unit: unit as number,
    length: length as number,
    mean: loadF64(part, 'boundMean'),
    axes: loadF64(part, 'boundAxes'),
    origins: loadF64(part, 'boundOrigins'),
    steps: loadF64(part, 'boundSteps'),
  };
}

function loadF64(part: VectorPart, array: string): Float64Array {
  const bytes = part.reader.load(`${part.name}/${array}`);
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
}
