import type { Query } from '../branch/index.js';
import { InputError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import { openQueries, QUERIES_TOGETHER, type QueryEmbedder, type RecallSettings } from '../recall/index.js';

/** Where the queries of an evaluation come from. */
export interface QueryInput {
  queries?: string;
  queryFormat?: string;
  /** `field=path[,ids=path]`. */
  vectors?: string[];
  settings?: RecallSettings;
  embedder?: QueryEmbedder;
  stdin?: NodeJS.ReadableStream;
}

/** All queries, in order. @throws InputError when there are none, or an id is there twice */
export async function collectQueries(index: IndexReader, options: QueryInput): Promise<Query[]> {
  const source = await openQueries(index, {
    path: options.queries as string,
    format: options.queryFormat,
    vectors: options.vectors,
    branches: options.settings?.branches,
    stdin: options.stdin,
  });
  try {
    const queries: Query[] = [];
    const seen = new Set<string>();
    for await (const query of source.queries) {
      if (seen.has(query.id)) {
        throw new InputError(
          { file: options.queries as string, row: queries.length },
          `query id '${query.id}' is there twice`,
          'give every query an id of its own',
        );
      }
      seen.add(query.id);
      queries.push(query);
    }
    if (queries.length === 0)
      throw new InputError({ file: options.queries as string }, 'holds no queries', 'name a file that does');
    for (let from = 0; options.embedder && from < queries.length; from += QUERIES_TOGETHER)
      await options.embedder.fill(
        queries.slice(from, from + QUERIES_TOGETHER),
        from + QUERIES_TOGETHER >= queries.length,
      );
    return queries;
  } finally {
    source.close();
  }
}
