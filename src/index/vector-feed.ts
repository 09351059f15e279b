import { InputError, UsageError } from '../errors/index.js';
import {
  openVectors,
  type ReadOptions,
  readIds,
  untilAborted,
  type VectorBatch,
  type VectorSource,
  type VectorsArgument,
} from '../records/index.js';
import { type SpillDirectory, type SpillFile, SpillingIdMap } from '../storage/index.js';

/** Vectors of one field that come from a file of their own. */
export interface VectorFeed {
  field: string;
  dim: number;
  integers: boolean;
  /**
   * The vector of a record, rejected ones included: called once for every record, in order.
   * @param id undefined when the record has none
   */
  take(row: number, id: string | undefined): Promise<Float32Array | undefined>;
  /**
   * Called after the last record.
   * @param rows records there were
   * @returns a line a person should know, or undefined
   * @throws InputError when rows of the file are left over
   */
  finish(rows: number): Promise<string | undefined>;
}

/** @param memoryBytes for the id table, where vectors are joined by id */
export async function openFeed(
  argument: VectorsArgument,
  spills: SpillDirectory,
  memoryBytes: number,
  options: ReadOptions,
): Promise<VectorFeed> {
  const source = await openVectors(argument.path, options);
  if (source.dim === 0)
    throw new InputError({ file: source.name }, 'holds no vectors', 'name a file that does');
  return argument.ids === undefined
    ? new AlignedFeed(argument.field, source)
    : await JoinedFeed.open(argument.field, source, argument.ids, spills, memoryBytes);
}

export function isIntegerType(dtype: VectorSource['dtype']): boolean {
  return !/^(f|bf)/.test(dtype);
}

/** Row i of the file belongs to record i. Streams: one batch is held. */
class AlignedFeed implements VectorFeed {
  readonly field: string;
  readonly dim: number;
  readonly integers: boolean;
  private readonly source: VectorSource;
  private readonly batches: AsyncGenerator<VectorBatch>;
  private batch: VectorBatch | undefined;
  private at = 0;

  constructor(field: string, source: VectorSource) {
    this.field = field;
    this.dim = source.dim;
    this.integers = isIntegerType(source.dtype);
    this.source = source;
    this.batches = source.batches();
  }

  async take(row: number): Promise<Float32Array | undefined> {
    if (!(await this.more())) {
      throw new InputError(
        { file: this.source.name },
        `has ${row} vectors, but the documents go on`,
        'the file must have one vector for each record; or join by id with ,ids=FILE',
      );
    }
    const batch = this.batch as VectorBatch;
    const start = this.at++ * this.dim;
    return batch.values.subarray(start, start + this.dim);
  }

  async finish(rows: number): Promise<undefined> {
    if (await this.more()) {
      throw new InputError(
        { file: this.source.name },
        `has more vectors than the ${rows} records`,
        'the file must have one vector for each record; or join by id with ,ids=FILE',
      );
    }
    return undefined;
  }

  private async more(): Promise<boolean> {
    while (this.batch === undefined || this.at === this.batch.count) {
      const next = await this.batches.next();
      if (next.done) return false;
      this.batch = next.value;
      this.at = 0;
    }
    return true;
  }
}

/** Line i of an ids file names the record that row i belongs to. Vectors wait in a spill file. */
class JoinedFeed implements VectorFeed {
  readonly field: string;
  readonly dim: number;
  readonly integers: boolean;
  private readonly rows: SpillFile;
  private readonly ids: SpillingIdMap;
  private readonly count: number;
  private readonly name: string;
  private used = 0;

  private constructor(
    field: string,
    source: VectorSource,
    rows: SpillFile,
    ids: SpillingIdMap,
    count: number,
  ) {
    this.field = field;
    this.dim = source.dim;
    this.integers = isIntegerType(source.dtype);
    this.name = source.name;
    this.rows = rows;
    this.ids = ids;
    this.count = count;
  }

  static async open(
    field: string,
    source: VectorSource,
    idsPath: string,
    spills: SpillDirectory,
    memoryBytes: number,
  ) {
    const ids = new SpillingIdMap(spills, memoryBytes);
    let names = 0;
    for await (const batch of readIds(idsPath)) {
      for (const id of batch) {
        const known = ids.putIfAbsent(id, names);
        if (known !== undefined) {
          throw new InputError(
            { file: idsPath, line: names + 1 },
            `id '${id}' stands on line ${known + 1} already`,
            'every id may have one vector',
          );
        }
        names++;
      }
    }
    const rows = spills.create('vectors');
    let count = 0;
    for await (const { values, count: n } of source.batches()) {
      rows.append(new Uint8Array(values.buffer, values.byteOffset, n * source.dim * 4));
      count += n;
    }
    if (names !== count) {
      throw new InputError(
        { file: idsPath },
        `names ${names} ids, but ${source.name} has ${count} vectors`,
        'give one id a line for each vector',
      );
    }
    return new JoinedFeed(field, source, rows, ids, count);
  }

  async take(_row: number, id: string | undefined): Promise<Float32Array | undefined> {
    const row = id === undefined ? undefined : this.ids.get(id);
    if (row === undefined) return undefined;
    this.used++;
    const vector = new Float32Array(this.dim);
    this.rows.read(new Uint8Array(vector.buffer), row * this.dim * 4);
    return vector;
  }

  async finish(rows: number): Promise<string | undefined> {
    this.rows.delete();
    this.ids.close();
    if (this.used === 0 && this.count > 0 && rows > 0) {
      throw new InputError(
        { file: this.name },
        `none of its ${this.count} vectors belongs to a document: no id matches`,
        'check the file of ids',
      );
    }
    const unused = this.count - this.used;
    return unused > 0
      ? `${this.field}: ${unused} of the ${this.count} vectors of ${this.name} belong to no document`
      : undefined;
  }
}

/** Rows of vector files as records of their own, when there are no documents. */
export async function* vectorRows(
  sources: VectorSource[],
  signal: AbortSignal | undefined,
): AsyncGenerator<{ vector: Float32Array; file: string; row: number }> {
  const dim = sources.find((source) => source.dim > 0)?.dim ?? 0;
  for (const source of sources) {
    if (source.dim !== 0 && source.dim !== dim) {
      throw new UsageError(
        `${source.name}: ${source.dim} dimensions, but ${sources[0].name} has ${dim}; index them apart`,
      );
    }
    for await (const batch of untilAborted(source.batches(), signal)) {
      for (let i = 0; i < batch.count; i++) {
        yield {
          vector: batch.values.subarray(i * dim, (i + 1) * dim),
          file: source.name,
          row: batch.firstRow + i,
        };
      }
    }
  }
}
