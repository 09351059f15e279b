import type { Query } from '../branch/index.js';
import { InputError, UsageError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import {
  answerMany,
  openQueries,
  type PoolAnswer,
  QUERIES_TOGETHER,
  type QueryEmbedder,
  Recaller,
  RecallPool,
  type RecallSettings,
} from '../recall/index.js';
import { untilAborted } from '../records/index.js';
import type { AnswerFiles } from './answer-files/index.js';
import type { Context } from './context.js';
import { groupsOf, Pace } from './groups.js';
import { answer, type QueryFlags } from './one-query.js';

// What few queries need, and no query that prints for a person: it comes with the batch.
export { openAnswerFiles } from './answer-files/index.js';
export { openQueryEmbedder } from './query-embedder.js';

/** Groups of queries that a thread has waiting. */
const WAITING_PER_THREAD = 4;

/**
 * Answers the queries of a file, or of standard input, many together. All answers are out before standard input is waited
 * for, since a caller may wait for them. Those that are explained go one by one.
 */
export async function answerBatch(
  index: IndexReader,
  settings: RecallSettings,
  options: QueryFlags,
  files: AnswerFiles,
  embedder: QueryEmbedder | undefined,
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
  const pace = new Pace(options.explain ? 1 : QUERIES_TOGETHER, options.queries !== '-');
  const groups = embedded(groupsOf(untilAborted(source.queries, signal), pace), embedder);
  try {
    if (options.threads === 1) await answerInOrder(index, groups, pace, settings, options, files);
    else await answerInThreads(index, groups, pace, settings, options, files);
  } finally {
    source.close();
  }
}

/** Groups with the vectors of their texts. */
async function* embedded(
  groups: AsyncGenerator<Query[]>,
  embedder: QueryEmbedder | undefined,
): AsyncGenerator<Query[]> {
  for await (const some of groups) {
    await embedder?.fill(some);
    yield some;
  }
}

/** Each group is answered before the next is read. */
async function answerInOrder(
  index: IndexReader,
  groups: AsyncGenerator<Query[]>,
  pace: Pace,
  settings: RecallSettings,
  options: QueryFlags,
  { writer, flush }: AnswerFiles,
) {
  const recaller = new Recaller(index);
  recaller.warm(options.branches);
  for await (const some of groups) {
    const started = performance.now();
    if (some.length === 1) {
      await writer.write(some[0], answer(recaller, some[0], settings, options.explain === true));
    } else if (some.length > 1) {
      for (const [i, found] of answersOf(recaller, some, settings).entries())
        await writer.write(some[i], found());
    }
    await flush();
    pace.took(performance.now() - started);
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

/** Several queries are on their way at once; answers are written in the order of the queries. */
async function answerInThreads(
  index: IndexReader,
  groups: AsyncGenerator<Query[]>,
  pace: Pace,
  settings: RecallSettings,
  options: QueryFlags,
  { writer, flush }: AnswerFiles,
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
      let ms = 0;
      for (const [i, found] of answers.entries()) {
        const known = 'result' in found ? found : await pool.search(found, settings);
        ms += known.ms;
        await writer.write(first.queries[i], known);
      }
      pace.took(ms);
      await flush();
    };
    try {
      for await (const some of groups) {
        if (some.length === 0) {
          while (waiting.length > 0) await writeFirst();
          continue;
        }
        const answers =
          some.length === 1
            ? pool.search(some[0], settings, options.explain).then((found) => [found])
            : pool.searchMany(some, settings);
        // Awaited in order below; until then a failure must not count as unhandled.
        answers.catch(() => {});
        waiting.push({ queries: some, answers });
        if (waiting.length >= options.threads * WAITING_PER_THREAD) await writeFirst();
      }
    } catch (error) {
      // A bad line: what was asked before it is answered.
      if (error instanceof InputError) while (waiting.length > 0) await writeFirst();
      throw error;
    }
    while (waiting.length > 0) await writeFirst();
  } finally {
    await pool.close();
  }
}
