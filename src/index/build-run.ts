import { availableParallelism } from 'node:os';
import type { AnalyzerSpec } from '../analysis/index.js';
import type { WriterEnvironment } from '../branch/index.js';
import type { Embedder } from '../embedding/index.js';
import { type Place, RecordError, UsageError } from '../errors/index.js';
import {
  DEFAULT_MAX_RECORD_BYTES,
  type Input,
  openVectors,
  parseVectorsArgument,
  type ReadOptions,
  readDocuments,
  type SourceItem,
  untilAborted,
  type VectorFormat,
  type VectorSource,
} from '../records/index.js';
import {
  checkVector,
  DocumentMapper,
  type IndexSpec,
  inferSchema,
  type Metric,
  type Schema,
  SOLE_VECTOR_FIELD,
  TEXT_BRANCH,
} from '../schema/index.js';
import { type SpillDirectory, SpillingIdMap } from '../storage/index.js';
import { type FinishedSegment, SEGMENT_BYTES, SegmentAssembler } from './assembler.js';
import { Embedding } from './embedding.js';
import type { BuildOptions } from './options.js';
import { LISTED_REJECTIONS, type RejectedRecord } from './report.js';
import { structuresOf } from './structures.js';
import { isIntegerType, openFeed, type VectorFeed, vectorRows } from './vector-feed.js';

/** Records looked at before the schema is decided: this many, or this many bytes of them. */
const SAMPLE_RECORDS = 1000;
const SAMPLE_BYTES = 8 * 2 ** 20;
/** Share of the memory budget for the table of ids seen, and for each table that joins vectors. */
const ID_SHARE = 0.1;
/** Document numbers and rows are 32 bits. */
const MAX_ROWS = 2 ** 32 - 2;
/** Documents between two looks at the clock for progress. */
const PROGRESS_EVERY = 256;

/** A document that was made of a record. */
interface Made {
  document: Parameters<SegmentAssembler['add']>[0];
  bytes: number;
}

interface OpenedInput {
  schema: Schema;
  notes: string[];
}

/**
 * One pass of a build: opens the inputs and decides the schema, then leads every record from its
 * source through the schema into the segment being assembled.
 */
export class BuildRun {
  documents = 0;
  /** Records seen, rejected ones included. */
  rows = 0;
  rejected = 0;
  readonly rejectedRecords: RejectedRecord[] = [];
  readonly warnings: string[] = [];

  private readonly options: BuildOptions;
  private readonly inputs: Input[];
  private readonly spills: SpillDirectory;
  private readonly memoryBytes: number;
  private readonly readOptions: ReadOptions;
  private readonly totalBytes: number | undefined;
  /** Records to come, where the inputs say so. */
  private expected: number | undefined;
  private bytesRead = 0;
  private embedder: Embedder | undefined;
  private assembler!: SegmentAssembler;
  private readonly finished: FinishedSegment[] = [];
  /** Feeds the assembler once the schema is known. */
  private feed!: (schema: Schema) => Promise<void>;

  constructor(options: BuildOptions, inputs: Input[], spills: SpillDirectory, memoryBytes: number) {
    this.options = options;
    this.inputs = inputs;
    this.spills = spills;
    this.memoryBytes = memoryBytes;
    this.totalBytes = sumOrUndefined(inputs.map((input) => input.bytes));
    this.readOptions = {
      maxRecordBytes: options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES,
      onBytes: (n) => {
        this.bytesRead += n;
      },
      stdin: options.stdin,
    };
  }

  /** Vectors alone: the rows of the inputs are the documents. */
  async openVectorRows(metric: Map<string, Metric>, structure: Map<string, IndexSpec>): Promise<OpenedInput> {
    const sources: VectorSource[] = [];
    for (const input of this.inputs) {
      sources.push(
        await openVectors(input.path, { ...this.readOptions, format: input.format as VectorFormat }),
      );
    }
    if ((this.options.vectors ?? []).length > 0) {
      throw new UsageError(
        '--vectors joins vectors to documents, but the inputs are vectors themselves; leave it out',
      );
    }
    const first = sources.find((source) => source.dim > 0);
    const { schema, notes } = inferSchema([], {
      store: 'none',
      text: this.options.text,
      fileVectors: [
        {
          name: SOLE_VECTOR_FIELD,
          dim: first?.dim ?? 1,
          integers: sources.every((s) => isIntegerType(s.dtype)),
        },
      ],
      metric,
      structure,
      untyped: false,
      analyzer: () => {
        throw new UsageError('--text names fields of documents, but the inputs are vectors; leave it out');
      },
    });
    this.expected = sumOrUndefined(sources.map((source) => (source.dim === 0 ? 0 : source.count)));
    this.feed = async (complete) => {
      const field = complete.vectors[0];
      for await (const { vector, file, row } of vectorRows(sources, this.options.signal)) {
        const place = { file, row };
        await this.accept(place, () => {
          checkVector(vector, field, place);
          return {
            document: { id: undefined, row: this.rows, texts: [], vectors: [vector], stored: undefined },
            bytes: 0,
          };
        });
      }
    };
    return { schema: { ...schema, ids: false }, notes };
  }

  /** Documents, with or without vectors of their own or from files. */
  async openDocuments(request: {
    metric: Map<string, Metric>;
    structure: Map<string, IndexSpec>;
    analyzer: (samples: string[]) => AnalyzerSpec;
  }): Promise<OpenedInput> {
    const { options } = this;
    const feeds: VectorFeed[] = [];
    for (const text of options.vectors ?? []) {
      const argument = parseVectorsArgument(text);
      if (feeds.some((feed) => feed.field === argument.field)) {
        throw new UsageError(`--vectors ${text}: field '${argument.field}' is given twice`);
      }
      // Its bytes are not the input's: progress counts those of the documents.
      feeds.push(
        await openFeed(argument, this.spills, this.memoryBytes * ID_SHARE, { stdin: options.stdin }),
      );
    }
    const formats = new Set(this.inputs.map((input) => input.format));
    const untyped = [...formats].every((format) => format === 'csv' || format === 'tsv');
    const batches = this.batches();
    const sample: SourceItem[][] = [];
    const sampled: Record<string, unknown>[] = [];
    let complete = false;
    for (let bytes = 0; sampled.length < SAMPLE_RECORDS && bytes < SAMPLE_BYTES; ) {
      const next = await batches.next();
      complete = next.done === true;
      if (next.done || next.value === undefined) break;
      sample.push(next.value);
      for (const item of next.value) {
        if (item instanceof RecordError) continue;
        if (sampled.length === SAMPLE_RECORDS || bytes >= SAMPLE_BYTES) break;
        sampled.push(item.fields);
        bytes += item.bytes;
      }
    }
    const embedding = options.embed && new Embedding(options.embed, options.signal);
    this.embedder = embedding?.embedder;
    const text = sampled.length === 0 && feeds.length === 0 ? (options.text ?? [TEXT_BRANCH]) : options.text;
    const fileVectors = feeds.map(({ field, dim, integers }) => ({ name: field, dim, integers }));
    const wanted = {
      text,
      keyword: options.keyword,
      number: options.number,
      vector: options.vector,
      sparse: options.sparse,
      store: options.store ?? 'all',
      positions: options.positions,
      fileVectors,
      idField: options.idField,
      untyped,
      ...request,
    };
    // What is embedded is known when the text fields are, and how long its vectors are when there is one.
    if (embedding)
      fileVectors.push(
        await embedding.open(sampled, complete, () => inferSchema(sampled, withoutNames(wanted)).schema),
      );
    const { schema, notes } = inferSchema(sampled, wanted);
    embedding?.record(schema);
    if (schema.analyzer)
      notes.push(
        `text is analysed as: ${schema.analyzer.lang}, stemmer ${schema.analyzer.stemmer}${schema.positions ? '' : ', without positions'}`,
      );
    const mapper = new DocumentMapper(schema, { idField: options.idField, untyped });
    const external = schema.vectors.map((field) => feeds.find((feed) => feed.field === field.name));

    this.feed = async () => {
      const ids = new SpillingIdMap(this.spills, this.memoryBytes * ID_SHARE);
      const made = schema.vectors.findIndex(({ embed }) => embed !== undefined);
      const joined = external.some((feed) => feed !== undefined);
      const add = (item: SourceItem, id?: string, vectors: (Float32Array | undefined)[] = []) =>
        this.accept(item.place, () => {
          if (item instanceof RecordError) throw item;
          const own = id ?? mapper.idOf(item);
          const document = mapper.map(item, this.rows, own, vectors);
          const known = ids.putIfAbsent(own, this.rows);
          if (known !== undefined) {
            throw new RecordError(
              item.place,
              `duplicate id '${own}' (record ${known + 1} has it already)`,
              'give every record an id of its own',
            );
          }
          return { document, bytes: item.bytes };
        });
      const addWithVectors = async (item: SourceItem, vector?: Float32Array) => {
        let id: string | undefined;
        let vectors: (Float32Array | undefined)[] = [];
        if (joined) {
          id = item instanceof RecordError ? undefined : attempt(() => mapper.idOf(item));
          vectors = await Promise.all(external.map((feed) => feed?.take(this.rows, id)));
        }
        if (vector !== undefined) vectors[made] = vector;
        await add(item, id, vectors);
      };
      const all = async function* () {
        yield* sample;
        sample.length = 0;
        yield* batches;
      };
      const single = async function* () {
        for await (const batch of all()) yield* batch;
      };
      if (embedding !== undefined) {
        for await (const { item, made: vector } of embedding.of(single())) await addWithVectors(item, vector);
      } else {
        // Most records need no waiting, and a promise for each took a seventh of the time of short ones.
        for await (const batch of all()) {
          for (const item of batch) {
            const waiting = joined ? addWithVectors(item) : add(item);
            if (waiting !== undefined) await waiting;
          }
        }
      }
      await embedding?.embedder.close();
      for (const feed of feeds) {
        const note = await feed.finish(this.rows);
        if (note !== undefined) this.warnings.push(note);
      }
      ids.close();
    };
    return { schema, notes };
  }

  /** Ends what was started beside, when a build fails. */
  abandon(): void {
    this.embedder?.kill();
  }

  /** Reads everything into segments. */
  async index(schema: Schema, segmentDocuments: number): Promise<FinishedSegment[]> {
    const environment: WriterEnvironment = {
      spills: this.spills,
      memoryBytes: this.memoryBytes,
      threads: this.options.threads ?? availableParallelism(),
      seed: this.options.seed ?? 0,
      calibrate: this.options.calibrate || this.options.targetRecall !== undefined,
      targetRecall: this.options.targetRecall,
      progress: (name, done, total) => {
        this.options.signal?.throwIfAborted();
        this.report('finishing', { name, done, total });
      },
    };
    if (this.expected !== undefined)
      requireMemory(schema, Math.min(this.expected, segmentDocuments), this.memoryBytes);
    this.assembler = new SegmentAssembler(this.options.output, schema, environment, {
      maxDocuments: segmentDocuments,
      reorder: this.options.reorder === true,
    });
    await this.feed(schema);
    if (!this.assembler.empty || this.finished.length === 0)
      this.finished.push(await this.assembler.finish());
    return this.finished;
  }

  private async *batches(): AsyncGenerator<SourceItem[], undefined> {
    for (const input of this.inputs)
      yield* untilAborted(readDocuments(input, this.readOptions), this.options.signal);
    return undefined;
  }

  /** Adds one record, or rejects it; either way it takes a row. @returns what to wait for before the next, if anything */
  private accept(place: Place, make: () => Made): Promise<unknown> | undefined {
    this.options.signal?.throwIfAborted();
    if (this.rows >= MAX_ROWS)
      throw new UsageError(`more than ${MAX_ROWS} records; split the input over several indexes`);
    if (!this.assembler.full) return this.addNow(place, make);
    return this.assembler.finish().then((segment) => {
      this.finished.push(segment);
      return this.addNow(place, make);
    });
  }

  private addNow(place: Place, make: () => Made): Promise<unknown> | undefined {
    try {
      const { document, bytes } = make();
      this.assembler.add(document, bytes);
      this.documents++;
    } catch (error) {
      if (!(error instanceof RecordError) || this.options.onError !== 'skip') throw error;
      this.rejected++;
      if (this.rejectedRecords.length < LISTED_REJECTIONS) {
        this.rejectedRecords.push({
          file: place.file,
          line: place.line,
          row: place.row,
          reason: error.reason,
        });
      }
    }
    this.rows++;
    if (this.rows % PROGRESS_EVERY === 0) this.report('reading');
    return this.assembler.room();
  }

  private report(phase: 'reading' | 'finishing', step?: { name: string; done: number; total: number }): void {
    const { bytesRead: bytes, totalBytes, documents } = this;
    this.options.onProgress?.({ phase, bytes, totalBytes, documents, step });
  }
}

/** What was asked for without what is said of single vector fields. */
function withoutNames<T extends { metric: Map<string, Metric>; structure: Map<string, IndexSpec> }>(
  request: T,
): T {
  const usual = <V>(map: Map<string, V>) => new Map([...map].filter(([name]) => name === ''));
  return { ...request, metric: usual(request.metric), structure: usual(request.structure) };
}

/** The sum, undefined when a part of it is. */
function sumOrUndefined(parts: (number | undefined)[]): number | undefined {
  return parts.reduce((sum, n) => (sum === undefined || n === undefined ? undefined : sum + n), 0);
}

/** Refuses at once a build whose first full segment would be refused hours later. */
function requireMemory(schema: Schema, documents: number, memoryBytes: number): void {
  const vectorBytes = schema.vectors.reduce((sum, field) => sum + field.dim * 4, 0);
  const most = vectorBytes === 0 ? documents : Math.min(documents, Math.ceil(SEGMENT_BYTES / vectorBytes));
  for (const { structure, name } of structuresOf(schema))
    structure.requireMemory?.(name, schema, most, memoryBytes);
}

function attempt<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch (error) {
    if (error instanceof RecordError) return undefined;
    throw error;
  }
}
