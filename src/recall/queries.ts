import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Query } from '../branch/index.js';
import { InputError, UsageError } from '../errors/index.js';
import { type IndexReader, openFeed, type VectorFeed } from '../index/index.js';
import { parseVectorsArgument, readQueries, type SourceQuery } from '../records/index.js';
import { readSparse } from '../schema/index.js';
import { SpillDirectory } from '../storage/index.js';
import { checkFilter } from './filters.js';
import { soleVectorField } from './sole-field.js';

/** For the ids of query vectors joined by id. */
const JOIN_MEMORY_BYTES = 64 * 2 ** 20;

/** Queries of a file or of standard input, one by one, as the branches of an index take them. */
export interface QuerySource {
  queries: AsyncGenerator<Query>;
  close(): void;
}

export interface QueryRequest {
  /** File, or '-' for standard input. */
  path: string;
  format?: string;
  /** `field=path[,ids=path]`: vectors of the queries from files of their own. */
  vectors?: string[];
  /** Branches that will fire: says which field a file of vectors is for. */
  branches?: string[];
  stdin?: NodeJS.ReadableStream;
}

/** @throws UsageError, InputError */
export async function openQueries(index: IndexReader, request: QueryRequest): Promise<QuerySource> {
  const temporary =
    (request.vectors ?? []).length > 0 ? mkdtempSync(join(tmpdir(), 'shortlist-')) : undefined;
  const close = () => {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  };
  try {
    const feeds: VectorFeed[] = [];
    for (const text of request.vectors ?? []) {
      const spills = new SpillDirectory(temporary as string);
      feeds.push(
        await openFeed(parseVectorsArgument(text), spills, JOIN_MEMORY_BYTES, { stdin: request.stdin }),
      );
    }
    return { queries: generate(index, request, feeds), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function* generate(
  index: IndexReader,
  request: QueryRequest,
  feeds: VectorFeed[],
): AsyncGenerator<Query> {
  let row = 0;
  for await (const source of readQueries(request.path, { format: request.format, stdin: request.stdin })) {
    const query = toQuery(index, source, request.branches);
    for (const feed of feeds) {
      const vector = await feed.take(row, query.id);
      if (vector !== undefined) query.vectors[feed.field] = vector.slice();
    }
    row++;
    yield query;
  }
  for (const feed of feeds) await feed.finish(row);
}

/**
 * A source query with its vectors by field. Fields that are no vector field of the index are passed
 * over: query files carry much else.
 * @param branches branches that will fire: the row of a vectors file goes to the one vector field among them
 */
export function toQuery(index: IndexReader, source: SourceQuery, branches?: string[]): Query {
  const vectors: Record<string, Float32Array> = {};
  for (const field of index.manifest.schema.vectors) {
    if (!Object.hasOwn(source.fields, field.name)) continue;
    const value = source.fields[field.name];
    if (value === null) continue;
    if (!Array.isArray(value) || !value.every((v) => typeof v === 'number')) {
      throw new InputError(
        source.place,
        `'${field.name}' is not an array of numbers`,
        'it is a vector field of the index',
      );
    }
    vectors[field.name] = Float32Array.from(value);
  }
  let sparse: Query['sparse'];
  for (const { name } of index.manifest.schema.sparse ?? []) {
    const value = Object.hasOwn(source.fields, name) ? source.fields[name] : undefined;
    if (value === undefined || value === null) continue;
    const found = readSparse(value);
    if ('fault' in found) throw new InputError(source.place, `'${name}' ${found.fault}`, found.mend);
    sparse = { ...sparse, [name]: found };
  }
  if (source.vector !== undefined) vectors[soleVectorField(index, branches)] = source.vector;
  return { id: source.id, text: source.text, vectors, sparse, filter: filterOf(index, source) };
}

/** The filter a query brings along. @throws InputError */
function filterOf(index: IndexReader, { fields, place }: SourceQuery): string | undefined {
  const filter = Object.hasOwn(fields, 'filter') ? fields.filter : undefined;
  if (filter === undefined || filter === null || filter === '') return undefined;
  if (typeof filter !== 'string')
    throw new InputError(place, "'filter' is no text", 'write it as --filter takes it');
  try {
    checkFilter(index, filter);
  } catch (error) {
    if (error instanceof UsageError) throw new InputError(place, error.message);
    throw error;
  }
  return filter;
}
