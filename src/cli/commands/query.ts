import { analyzerWarnings } from '../../analysis/index.js';
import type { Query } from '../../branch/index.js';
import { UsageError } from '../../errors/index.js';
import { type IndexReader, openReader } from '../../index/index.js';
import {
  checkFilter,
  DEFAULT_K,
  parseFusion,
  type QueryEmbedder,
  Recaller,
  type RecallSettings,
} from '../../recall/index.js';
import type { AnswerFiles } from '../answer-files/index.js';
import { type AnswerOptions, answerWriter, isLines } from '../answers.js';
import type { Context } from '../context.js';
import type { Terminal } from '../io.js';
import { answer, type QueryFlags, singleQuery } from '../one-query.js';
import { searchSettings } from '../search-flags.js';

export async function query(
  [path, ...words]: string[],
  options: QueryFlags,
  context: Context,
): Promise<number> {
  const { terminal } = context;
  const text = words.length > 0 ? words.join(' ') : undefined;
  const single = [text, options.vectorFile, options.like, options.sparse].some(
    (input) => input !== undefined,
  );
  if (single === (options.queries !== undefined)) {
    throw new UsageError(
      single
        ? 'one query and a batch at once; leave out --queries, or the text, --vector-file, --like and --sparse'
        : 'nothing to look for: give a text, --vector-file, --like, --sparse, or a batch with --queries FILE',
    );
  }
  if (options.vectorFile !== undefined && options.like !== undefined)
    throw new UsageError('give --vector-file or --like, not both');
  if (options.vectors && !options.queries)
    throw new UsageError('--vectors goes with --queries; the vector of one query comes with --vector-file');
  const usual = single ? 'text' : 'jsonl';
  const settings: RecallSettings = {
    ...searchSettings(options),
    k: options.k,
    offset: options.offset,
    minScore: options.minScore,
    exact: options.exact,
    fusion: options.fusion === undefined ? undefined : parseFusion(options.fusion),
  };
  const index = openReader(path);
  let files: AnswerFiles | undefined;
  let embedder: QueryEmbedder | undefined;
  try {
    // Before a batch is begun, and its files are read.
    if (options.filter !== undefined) checkFilter(index, options.filter);
    if (index.manifest.schema.analyzer)
      for (const warning of analyzerWarnings(index.manifest.schema.analyzer, text)) terminal.warn(warning);
    if (options.embed || options.embedCommand !== undefined || options.embedCache !== undefined) {
      const { openQueryEmbedder } = await import('../batch.js');
      embedder = openQueryEmbedder(index, options, options.branches, context);
    }
    // Within a radius, or above a score, it is no surprise that there are few.
    const limited =
      options.minScore !== undefined || (options.radius !== undefined && options.k === undefined);
    files = await openOutput(options, usual, terminal, index, {
      k: limited ? 0 : (options.k ?? DEFAULT_K) + (options.offset ?? 0),
      width: options.radius === undefined ? (options.k ?? DEFAULT_K) : (options.k ?? 0),
      fields: options.fields,
      explain: options.explain === true,
      tag: options.tag,
      headings: !single,
    });
    const { writer } = files;
    if (single) {
      const recaller = new Recaller(index);
      const query = await singleQuery(index, text, options);
      await embedder?.fill([query], true);
      if (embedder === undefined) noteOfCommand(index, query, terminal);
      await writer.write(query, answer(recaller, query, settings, options.explain === true));
    } else {
      // One query needs none of this code, and starts the quicker.
      const { answerBatch } = await import('../batch.js');
      await answerBatch(index, settings, options, files, embedder, context);
    }
    await embedder?.close();
    await writer.end();
    await files.commit();
    return 0;
  } finally {
    files?.abandon();
    embedder?.kill();
    index.close();
  }
}

/** Of vectors that wait for a command: it is not run because an index says so. */
function noteOfCommand(index: IndexReader, { text, vectors }: Query, terminal: Terminal): void {
  const made = index.manifest.schema.vectors.find(({ embed }) => embed !== undefined);
  if (made === undefined || text === undefined || vectors[made.name] !== undefined || !terminal.interactive)
    return;
  terminal.note(`'${made.name}' is not searched: --embed runs the command its vectors were made with`);
}

/** Text on standard output, or whatever else is asked for: the code for that is loaded then. */
async function openOutput(
  options: QueryFlags,
  usual: 'text' | 'jsonl',
  terminal: Terminal,
  index: IndexReader,
  about: AnswerOptions,
): Promise<AnswerFiles> {
  const asked = options.format ?? (options.json ? 'json' : undefined);
  const format = asked ?? usual;
  if (options.output === undefined && options.queries === undefined && isLines(format)) {
    const print = async (text: string) => {
      await terminal.print(text);
    };
    return {
      writer: answerWriter(format, terminal, index, about, print),
      flush: async () => {},
      commit: async () => {},
      abandon: () => {},
    };
  }
  const { openAnswerFiles } = await import('../batch.js');
  return openAnswerFiles(options.output ?? ['-'], asked, usual, terminal, index, about);
}
