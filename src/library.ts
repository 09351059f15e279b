/**
 * shortlist as a library: `import { buildIndex, evaluate, openIndex } from 'shortlist'`.
 * The command line is glue over what is exported here.
 */
import type { Query } from './branch/index.js';
import { UsageError } from './errors/index.js';
import {
  type EvalOptions,
  type EvalReport,
  evaluate as evaluateIndex,
  openRunner,
} from './evaluation/index.js';
import { describeIndex, type IndexInfo, openReader } from './index/index.js';
import {
  type HitExplanation,
  type Nearest,
  type NearestSettings,
  nearest,
  parseFusion,
  Recaller,
  type RecallResult,
  type RecallSettings,
} from './recall/index.js';
import { readSparse } from './schema/index.js';

export type { Query, SearchOptions } from './branch/index.js';
export { ExitCode, ShortlistError, UsageError } from './errors/index.js';
export {
  alphaNdcg,
  checkDrops,
  compareRuns,
  compareSeveral,
  type EvalReport,
  evaluateDiversity,
  evaluateRun,
  parseMaxDrop,
  parseMeasure,
  type Qrels,
  type Run,
  readQrels,
  readRun,
  readSubtopics,
  toGithub,
  toJunit,
  toMarkdown,
} from './evaluation/index.js';
export {
  type BuildOptions,
  type BuildProgress,
  type BuildReport,
  buildIndex,
  type CheckReport,
  checkIndex,
  type IndexInfo,
} from './index/index.js';
export {
  type Fusion,
  type Hit,
  type HitExplanation,
  type Nearest,
  type NearestSettings,
  parseFusion,
  type RecallResult,
  type RecallSettings,
} from './recall/index.js';
export { VERSION } from './version.js';

/** A query of an open index: a text, vectors or weights by field name, or several of these. */
export interface QueryInput {
  id?: string;
  text?: string;
  vectors?: Record<string, Float32Array | number[]>;
  /** Terms with weights above 0, by field name. */
  sparse?: Record<string, Record<string, number>>;
  /** Only documents for which this holds are found: `year>=2000 and tag=news`. */
  filter?: string;
}

/** An open index. It stays the state it was when opened, until close(). */
export interface Index {
  /**
   * Answers one query.
   * @param query a text, or a text and vectors by field name
   */
  search(query: string | QueryInput, settings?: SearchSettings): Promise<RecallResult>;
  /**
   * The nearest documents of many query vectors, as tables: the fastest way to ask for many.
   * @param vectors float32, rows of the field's dimension, one behind the other
   */
  nearest(vectors: Float32Array, settings?: NearestSettings): Nearest;
  /** Id of a document number. */
  id(doc: number): string;
  /** Row of the input that a document number came from, 0-based. */
  row(doc: number): number;
  /** Explains a hit of the last search. */
  explain(hit: RecallResult['hits'][number]): HitExplanation;
  /** A stored document by id, `_id` included; undefined when there is none. */
  get(id: string): Record<string, unknown> | undefined;
  /** Loads what a batch of queries will touch; without it, parts are read as queries need them. */
  warm(branches?: string[]): void;
  info(): IndexInfo;
  close(): void;
}

/** RecallSettings, with the fusion as text if you like: 'rrf:k=60'. */
export type SearchSettings = Omit<RecallSettings, 'fusion'> & { fusion?: RecallSettings['fusion'] | string };

/** @throws IndexMissingError and the other errors of opening */
export async function openIndex(directory: string): Promise<Index> {
  const reader = openReader(directory);
  const recaller = new Recaller(reader);
  let closed = false;
  return {
    async search(query, settings = {}) {
      if (closed) throw new UsageError(`${directory}: this index was closed; open it again`);
      const input: QueryInput = typeof query === 'string' ? { text: query } : query;
      const { id = '0', text, vectors = {}, sparse: weights = {}, filter } = input ?? {};
      if (text !== undefined && typeof text !== 'string')
        throw new UsageError('the text of a query is a string');
      if (filter !== undefined && typeof filter !== 'string')
        throw new UsageError('the filter of a query is a string');
      const floats: Record<string, Float32Array> = {};
      for (const name of Object.keys(vectors)) floats[name] = Float32Array.from(vectors[name]);
      const sparse: Query['sparse'] = {};
      for (const name of Object.keys(weights)) {
        const found = readSparse(weights[name]);
        if ('fault' in found) throw new UsageError(`'${name}' ${found.fault}: ${found.mend}`);
        sparse[name] = found;
      }
      const { fusion } = settings;
      return recaller.search(
        { id, text, vectors: floats, sparse, filter },
        typeof fusion === 'string' ? { ...settings, fusion: parseFusion(fusion) } : { ...settings, fusion },
      );
    },
    nearest(vectors, settings) {
      if (closed) throw new UsageError(`${directory}: this index was closed; open it again`);
      return nearest(reader, vectors, settings);
    },
    id: (doc) => reader.documents.id(doc),
    row: (doc) => reader.documents.row(doc),
    explain: (hit) => recaller.explain(hit),
    get(id) {
      const doc = reader.documents.find(id);
      return doc === undefined ? undefined : { _id: id, ...reader.documents.stored(doc) };
    },
    warm: (branches) => recaller.warm(branches),
    info: () => describeIndex(reader),
    close() {
      closed = true;
      reader.close();
    },
  };
}

/** As EvalOptions, with the index by its directory, and fusions as text. */
export interface EvaluateOptions extends Omit<EvalOptions, 'index' | 'runner' | 'fusions'> {
  index?: string;
  fusions?: string[];
  threads?: number;
}

/** Measures an index, or runs made elsewhere; see EvalReport. */
export async function evaluate(options: EvaluateOptions): Promise<EvalReport> {
  const { index: directory, fusions, threads = 1, ...rest } = options;
  const index = directory === undefined ? undefined : openReader(directory);
  const runner = index && openRunner(index, threads);
  try {
    return await evaluateIndex({ ...rest, index, runner, fusions: fusions?.map(parseFusion) });
  } finally {
    await runner?.close();
    index?.close();
  }
}
