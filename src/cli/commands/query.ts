import { analyzerWarnings } from '../../analysis/index.js';
import type { Query } from '../../branch/index.js';
import { InputError, UsageError } from '../../errors/index.js';
import { type IndexReader, openReader } from '../../index/index.js';
import {
  answerMany,
  checkFilter,
  DEFAULT_K,
  openQueries,
  type PoolAnswer,
  parseFusion,
  QUERIES_TOGETHER,
  Recaller,
  RecallPool,
  type RecallSettings,
  soleVectorField,
} from '../../recall/index.js';
import { openVectors, untilAborted } from '../../records/index.js';
import { readVector } from '../../vector/index.js';
import { type AnswerWriter, answerWriter, type Format } from '../answers.js';
import type { Context } from '../context.js';
import { type SearchFlags, searchSettings } from '../search-flags.js';

interface Options extends SearchFlags {
  queries?: string;
  queryFormat?: string;
  vectors?: string[];
  vectorFile?: string;
  like?: string;
  k?: number;
  exact?: boolean;
  fusion?: string;
  fields?: string[];
  explain?: boolean;
  format?: Format;
  json?: boolean;
  tag: string;
  threads: number;
}

/** Queries a thread has waiting; with one thread, each is answered before the next is read. */
const WAITING_PER_THREAD = 4;

export async function query(
  [path, ...words]: string[],
  options: Options,
  { terminal, signal }: Context,
): Promise<number> {
  const text = words.length > 0 ? words.join(' ') : undefined;
  const single = [text, options.vectorFile, options.like].some((input) => input !== undefined);
  if (single === (options.queries !== undefined)) {
    throw new UsageError(
      single
        ? 'one query and a batch at once; leave out --queries, or the text, --vector-file and --like'
        : 'nothing to look for: give a text, --vector-file, --like, or a batch with --queries FILE',
    );
  }
  if (options.vectorFile !== undefined && options.like !== undefined)
    throw new UsageError('give --vector-file or --like, not both');
  if (options.vectors && !options.queries)
    throw new UsageError('--vectors goes with --queries; the vector of one query comes with --vector-file');
  const format = options.format ?? (options.json ? 'json' : single ? 'text' : 'jsonl');
  const settings: RecallSettings = {
    ...searchSettings(options),
    k: options.k,
    exact: options.exact,
    fusion: options.fusion === undefined ? undefined : parseFusion(options.fusion),
  };
  const index = openReader(path);
  try {
    // Before a batch is begun, and its files are read.
    if (options.filter !== undefined) checkFilter(index, options.filter);
    if (index.manifest.schema.analyzer)
      for (const warning of analyzerWarnings(index.manifest.schema.analyzer)) terminal.warn(warning);
    const writer = answerWriter(format, terminal, index, {
      // Within a radius it is no surprise that there are few.
      k: options.k ?? (options.radius === undefined ? DEFAULT_K : 0),
      fields: options.fields,
      explain: options.explain === true,
      tag: options.tag,
      headings: !single,
    });
    if (single) {
      const recaller = new Recaller(index);
      const query = await singleQuery(index, text, options);
      await writer.write(query, answer(recaller, query, settings, options.explain === true));
    } else {
      const request = {
        path: options.queries as string,
        format: options.queryFormat,
        vectors: options.vectors,
        branches: options.branches,
        stdin: options.queries === '-' ? terminal.io.stdin : undefined,
      };
      const source = await openQueries(index, request);
      try {
        if (options.threads === 1)
          await answerInOrder(index, source.queries, settings, options, writer, signal);
        else await answerInThreads(index, source.queries, settings, options, writer, signal);
      } finally {
        source.close();
      }
    }
    await writer.end();
    return 0;
  } finally {
    index.close();
  }
}

function answer(recaller: Recaller, query: Query, settings: RecallSettings, explain: boolean): PoolAnswer {
  const started = performance.now();
  const result = recaller.search(query, settings);
  const ms = performance.now() - started;
  return { result, explanations: explain ? result.hits.map((hit) => recaller.explain(hit)) : [], ms };
}

/**
 * Queries of a file are answered many together. From standard input, and where answers are explained, one
 * by one: an answer is written before the next query is read, since a caller may wait for it.
 */
async function answerInOrder(
  index: IndexReader,
  queries: AsyncGenerator<Query>,
  settings: RecallSettings,
  options: Options,
  writer: AnswerWriter,
  signal: AbortSignal,
) {
  const recaller = new Recaller(index);
  recaller.warm(options.branches);
  const together = togetherOf(options);
  for await (const some of batches(untilAborted(queries, signal), together)) {
    if (together === 1) {
      await writer.write(some[0], answer(recaller, some[0], settings, options.explain === true));
      continue;
    }
    for (const [i, found] of answersOf(recaller, some, settings).entries())
      await writer.write(some[i], found());
  }
}

function togetherOf(options: Options): number {
  return options.explain || options.queries === '-' ? 1 : QUERIES_TOGETHER;
}

/** Answers in order; of queries among which one is refused, those before it are answered. */
function answersOf(recaller: Recaller, queries: Query[], settings: RecallSettings): (() => PoolAnswer)[] {
  try {
    return answerMany(recaller, queries, settings).map((found) => () => found);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return queries.map((query) => () => answer(recaller, query, settings, false));
  }
}

/** Groups of up to `size`. What is thrown between comes after the group before it. */
async function* batches<T>(source: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  try {
    for await (const item of source) {
      batch.push(item);
      if (batch.length < size) continue;
      const full = batch;
      batch = [];
      yield full;
    }
  } catch (error) {
    if (batch.length > 0) yield batch;
    throw error;
  }
  if (batch.length > 0) yield batch;
}

/** Several queries are on their way at once; answers are written in the order of the queries. */
async function answerInThreads(
  index: IndexReader,
  queries: AsyncGenerator<Query>,
  settings: RecallSettings,
  options: Options,
  writer: AnswerWriter,
  signal: AbortSignal,
) {
  const pool = new RecallPool(index, options.threads);
  try {
    await pool.warm(options.branches);
    const waiting: { queries: Query[]; answers: Promise<PoolAnswer[]> }[] = [];
    const writeFirst = async () => {
      const first = waiting.shift();
      if (first === undefined) return;
      const answers = await first.answers.catch(async (error) => {
        if (!(error instanceof UsageError) || first.queries.length === 1) throw error;
        // One is refused: those before it are answered.
        return first.queries;
      });
      for (const [i, found] of answers.entries()) {
        const known = 'result' in found ? found : await pool.search(found, settings);
        await writer.write(first.queries[i], known);
      }
    };
    const together = togetherOf(options);
    for await (const some of batches(untilAborted(queries, signal), together)) {
      const answers =
        together === 1
          ? pool.search(some[0], settings, options.explain).then((found) => [found])
          : pool.searchMany(some, settings);
      // Awaited in order below; until then a failure must not count as unhandled.
      answers.catch(() => {});
      waiting.push({ queries: some, answers });
      if (waiting.length >= options.threads * WAITING_PER_THREAD) await writeFirst();
    }
    while (waiting.length > 0) await writeFirst();
  } finally {
    await pool.close();
  }
}

async function singleQuery(index: IndexReader, text: string | undefined, options: Options): Promise<Query> {
  const query: Query = { id: '0', text, vectors: {} };
  if (options.vectorFile !== undefined) {
    const field = soleVectorField(index, options.branches);
    query.vectors[field] = await readOne(options.vectorFile);
  }
  if (options.like !== undefined) {
    const field = soleVectorField(index, options.branches);
    const doc = index.documents.find(options.like);
    if (doc === undefined) throw new UsageError(`--like ${options.like}: no document of that id`);
    const segment = index.segments.findLastIndex((view) => view.base <= doc);
    const vector = readVector(
      field,
      index.manifest.schema,
      index.segments[segment],
      doc - index.segments[segment].base,
    );
    if (vector === undefined)
      throw new UsageError(`--like ${options.like}: the document has no vector '${field}'`);
    query.vectors[field] = vector;
  }
  return query;
}

async function readOne(path: string): Promise<Float32Array> {
  const source = await openVectors(path);
  let only: Float32Array | undefined;
  for await (const { values, count } of source.batches()) {
    if (only !== undefined || count > 1)
      throw new InputError(
        { file: path },
        'holds more than one vector',
        'give them as a batch with --queries',
      );
    only = values.slice(0, source.dim);
  }
  if (only === undefined) throw new InputError({ file: path }, 'holds no vector', 'give a file with one');
  return only;
}
