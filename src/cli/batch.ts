import type { Query } from '../branch/index.js';
import { UsageError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import {
  answerMany,
  openQueries,
  type PoolAnswer,
  QUERIES_TOGETHER,
  Recaller,
  RecallPool,
  type RecallSettings,
} from '../recall/index.js';
import { untilAborted } from '../records/index.js';
import type { AnswerWriter } from './answers.js';
import type { Context } from './context.js';
import { answer, type QueryFlags } from './one-query.js';

// What few queries need, and no query that prints for a person: it comes with the batch.
export { openAnswerFiles } from './answer-files/index.js';

/** Queries a thread has waiting; with one thread, each is answered before the next is read. */
const WAITING_PER_THREAD = 4;

/**
 * Answers the queries of a file, many together, or of standard input. These, and those whose answers are
 * explained, go one by one: with one thread an answer is written before the next query is read, since a caller may
 * wait for it.
 */
export async function answerBatch(
  index: IndexReader,
  settings: RecallSettings,
  options: QueryFlags,
  writer: AnswerWriter,
  { terminal, signal }: Context,
): Promise<void> {
  const request = {
    path: options.queries as string,
    format: options.queryFormat,
    vectors: options.vectors,
    branches: options.branches,
    stdin: options.queries === '-' ? terminal.io.stdin : undefined,
  };
  const source = await openQueries(index, request);
  const together = options.explain || options.queries === '-' ? 1 : QUERIES_TOGETHER;
  const groups = batches(untilAborted(source.queries, signal), together);
  try {
    if (options.threads === 1) await answerInOrder(index, groups, settings, options, writer);
    else await answerInThreads(index, groups, settings, options, writer);
  } finally {
    source.close();
  }
}

/** Each group is answered before the next is read. */
async function answerInOrder(
  index: IndexReader,
  groups: AsyncGenerator<Query[]>,
  settings: RecallSettings,
  options: QueryFlags,
  writer: AnswerWriter,
) {
  const recaller = new Recaller(index);
  recaller.warm(options.branches);
  for await (const some of groups) {
    if (some.length === 1) {
      await writer.write(some[0], answer(recaller, some[0], settings, options.explain === true));
      continue;
    }
    for (const [i, found] of answersOf(recaller, some, settings).entries())
      await writer.write(some[i], found());
  }
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
  groups: AsyncGenerator<Query[]>,
  settings: RecallSettings,
  options: QueryFlags,
  writer: AnswerWriter,
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
    for await (const some of groups) {
      const answers =
        some.length === 1
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
