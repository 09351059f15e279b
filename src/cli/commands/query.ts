import { analyzerWarnings } from '../../analysis/index.js';
import { UsageError } from '../../errors/index.js';
import { openReader } from '../../index/index.js';
import { checkFilter, DEFAULT_K, parseFusion, Recaller, type RecallSettings } from '../../recall/index.js';
import { answerWriter } from '../answers.js';
import type { Context } from '../context.js';
import { answer, type QueryFlags, singleQuery } from '../one-query.js';
import { searchSettings } from '../search-flags.js';

export async function query(
  [path, ...words]: string[],
  options: QueryFlags,
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
    offset: options.offset,
    minScore: options.minScore,
    exact: options.exact,
    fusion: options.fusion === undefined ? undefined : parseFusion(options.fusion),
  };
  const index = openReader(path);
  try {
    // Before a batch is begun, and its files are read.
    if (options.filter !== undefined) checkFilter(index, options.filter);
    if (index.manifest.schema.analyzer)
      for (const warning of analyzerWarnings(index.manifest.schema.analyzer)) terminal.warn(warning);
    // Within a radius, or above a score, it is no surprise that there are few.
    const limited =
      options.minScore !== undefined || (options.radius !== undefined && options.k === undefined);
    const writer = answerWriter(format, terminal, index, {
      k: limited ? 0 : (options.k ?? DEFAULT_K) + (options.offset ?? 0),
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
      // One query needs none of this code, and starts the quicker.
      const { answerBatch } = await import('../batch.js');
      await answerBatch(index, settings, options, writer, { terminal, signal });
    }
    await writer.end();
    return 0;
  } finally {
    index.close();
  }
}
