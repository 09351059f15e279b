import type { Query } from '../branch/index.js';
import { didYouMean, UsageError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import { type PoolAnswer, type Recaller, type RecallSettings, soleVectorField } from '../recall/index.js';
import { readSparse, type SparseVector } from '../schema/index.js';
import type { Format } from './answers.js';
import type { SearchFlags } from './search-flags.js';

/** Options of `query`, as parsed. */
export interface QueryFlags extends SearchFlags {
  queries?: string;
  queryFormat?: string;
  vectors?: string[];
  vectorFile?: string;
  like?: string;
  sparse?: string[];
  k?: number;
  offset?: number;
  minScore?: number;
  exact?: boolean;
  fusion?: string;
  fields?: string[];
  explain?: boolean;
  format?: Format;
  output?: string[];
  json?: boolean;
  tag: string;
  threads: number;
}

export function answer(
  recaller: Recaller,
  query: Query,
  settings: RecallSettings,
  explain: boolean,
): PoolAnswer {
  // Not performance.now(): Node loads that first, 1 ms of a start.
  const started = process.hrtime();
  const result = recaller.search(query, settings);
  const [seconds, nanoseconds] = process.hrtime(started);
  const ms = seconds * 1e3 + nanoseconds / 1e6;
  return { result, explanations: explain ? result.hits.map((hit) => recaller.explain(hit)) : [], ms };
}

/** The query that the arguments make. */
export async function singleQuery(
  index: IndexReader,
  text: string | undefined,
  options: QueryFlags,
): Promise<Query> {
  const query: Query = { id: '0', text, vectors: {} };
  if (options.vectorFile !== undefined || options.like !== undefined) {
    // A text needs none of this code, and starts the quicker.
    const { vectorInFile, vectorOfDocument } = await import('./one-vector.js');
    const field = soleVectorField(index, options.branches);
    query.vectors[field] =
      options.like === undefined
        ? await vectorInFile(options.vectorFile!)
        : vectorOfDocument(index, field, options.like);
  }
  for (const written of options.sparse ?? []) {
    const { field, vector } = sparseArgument(index, written);
    query.sparse = { ...query.sparse, [field]: vector };
  }
  return query;
}

/** `[field=]{"term": weight}`. @throws UsageError */
function sparseArgument(index: IndexReader, written: string): { field: string; vector: SparseVector } {
  const names = (index.manifest.schema.sparse ?? []).map(({ name }) => name);
  const brace = written.indexOf('{');
  const named = written.slice(0, Math.max(0, brace)).replace(/=$/, '');
  const bad = (what: string) => new UsageError(`--sparse ${written.slice(0, 60)}: ${what}`);
  if (names.length === 0) throw bad('the index has no sparse field');
  if (named === '' && names.length > 1) throw bad(`which field? Write ${names[0]}={…}`);
  const field = named === '' ? names[0] : named;
  if (!names.includes(field)) throw bad(`no sparse field '${field}'${didYouMean(field, names)}`);
  let value: unknown;
  try {
    value = JSON.parse(written.slice(brace));
  } catch {
    throw bad('that is no JSON; write {"term": weight, …}');
  }
  const vector = readSparse(value);
  if ('fault' in vector) throw bad(`${vector.fault}; ${vector.mend}`);
  return { field, vector };
}
