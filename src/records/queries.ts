import { didYouMean, InputError, type Place, RecordError, UsageError } from '../errors/index.js';
import { openBytes } from './bytes.js';
import { displayName, invalidUtf8, tooLarge } from './faults.js';
import {
  extension,
  splitAddress,
  type TableFormat,
  tableFormat,
  type VectorFormat,
  vectorFormat,
} from './formats.js';
import { idText, isIdFault, typeName } from './id.js';
import { isBlank, parseObject } from './jsonl.js';
import { DEFAULT_MAX_RECORD_BYTES, type ReadOptions } from './options.js';
import type { QueryFormat, SourceQuery } from './query.js';
import { lineBoundary, readSlices } from './split.js';
import { openTable } from './tables/open.js';
import { readRows } from './tables/table.js';
import { readTopics } from './topics.js';
import { decodeUtf8 } from './utf8.js';
import { openVectors } from './vectors.js';

const TEXT_FORMATS: Record<string, QueryFormat> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  tsv: 'tsv',
  trec: 'trec',
  topics: 'trec',
  xml: 'trec',
  text: 'text',
  txt: 'text',
};
const NAMES = [
  ...['jsonl', 'tsv', 'trec', 'text', 'parquet', 'arrow', 'fvecs', 'bvecs', 'ivecs'],
  ...['npy', 'npz', 'fbin', 'u8bin', 'i8bin', 'ibin', 'hdf5'],
];
const ID_FIELDS = ['_id', 'id', 'query_id', 'qid'];
const TEXT_FIELDS = ['text', 'query'];

/**
 * The queries of a file or of stdin ('-', JSONL unless `format` says otherwise), in order. Each is yielded as soon as
 * its line end (a topic: its closing tag; a vector: its last byte) has arrived, and nothing is read while the caller
 * works on one.
 *
 * TSV has a header when its first line names `text` or `query` and, beside other columns, an id; else its lines are
 * `id <tab> text`, or just `text`. Tables are read by row, with columns named as the fields of JSONL. A blank line of `text` is an empty query, so that ids stay row numbers.
 * @throws UsageError for an unknown format or extension; InputError for the first line that is no query
 */
export async function* readQueries(
  path: string,
  options: ReadOptions & { format?: string } = {},
): AsyncGenerator<SourceQuery> {
  const { format: wanted, ...rest } = options;
  const format = queryFormat(path, wanted);
  const name = displayName(path);
  const table = tableFormat(format);
  const { part } = splitAddress(path, format);
  if (format === 'trec') yield* readTopics(path, name, rest);
  else if (table !== undefined && part === undefined) yield* readTableQueries(path, table, rest);
  else if (table !== undefined || vectorFormat(format) !== undefined)
    yield* readVectorQueries(path, format as VectorFormat, rest);
  else yield* readLines(path, name, format as 'jsonl' | 'tsv' | 'text', rest);
}

function queryFormat(path: string, wanted: string | undefined): QueryFormat {
  if (wanted !== undefined) {
    const format = formatNamed(wanted.toLowerCase());
    if (format !== undefined) return format;
    throw new UsageError(
      `${displayName(path)}: unknown query format '${wanted}'${didYouMean(wanted, NAMES) || `; one of ${NAMES.join(', ')}`}`,
    );
  }
  if (path === '-') return 'jsonl';
  const ending = extension(splitAddress(path).path);
  const format = formatNamed(ending);
  if (format !== undefined) return format;
  const what = ending === '' ? 'no extension to tell its format by' : `unknown extension '.${ending}'`;
  throw new UsageError(`${path}: ${what}; queries are one of ${NAMES.join(', ')}`);
}

function formatNamed(name: string): QueryFormat | undefined {
  if (Object.hasOwn(TEXT_FORMATS, name)) return TEXT_FORMATS[name];
  return tableFormat(name) ?? vectorFormat(name);
}

/** The rows of a table as queries, their columns as in JSONL. */
async function* readTableQueries(
  path: string,
  format: TableFormat,
  options: ReadOptions,
): AsyncGenerator<SourceQuery> {
  let row = 0;
  for await (const items of readRows(await openTable(path, format, options), options)) {
    for (const item of items) {
      if (item instanceof RecordError) throw item;
      yield toQuery(item.fields, item.place, row++);
    }
  }
}

async function* readLines(
  path: string,
  name: string,
  format: 'jsonl' | 'tsv' | 'text',
  options: ReadOptions,
): AsyncGenerator<SourceQuery> {
  const limit = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
  const source = await openBytes(path, options);
  let header: TsvHeader | undefined;
  let row = 0;
  for await (const slices of readSlices(source, lineBoundary, limit)) {
    for (const slice of slices) {
      const place = { file: name, line: slice.line, row };
      if (format !== 'text' && isBlank(slice)) continue;
      if (format === 'jsonl') {
        const fields = parseObject(slice, place, limit);
        if (fields instanceof RecordError) throw fields;
        yield toQuery(fields, place, row++);
        continue;
      }
      if (slice.bytes === undefined) throw tooLarge(place, limit, slice.size);
      const line = decodeUtf8(slice.bytes);
      if (line === undefined) throw invalidUtf8(place);
      if (format === 'text') {
        yield { place, id: String(row++), text: line, fields: {} };
        continue;
      }
      const values = line.split('\t');
      if (header === undefined) {
        header = tsvHeader(values, place);
        if (header.named) continue;
      }
      if (values.length !== header.columns.length) {
        const count = `${values.length - 1} tabs instead of ${header.columns.length - 1}`;
        throw new InputError(place, count, 'every line needs as many');
      }
      yield toQuery(Object.fromEntries(values.map((value, i) => [header!.columns[i], value])), place, row++);
    }
  }
}

interface TsvHeader {
  columns: string[];
  /** False where the first line is a query already. */
  named: boolean;
}

function tsvHeader(first: string[], place: Place): TsvHeader {
  const hasText = TEXT_FIELDS.some((field) => first.includes(field));
  const hasId = ID_FIELDS.some((field) => first.includes(field));
  if (hasText && (hasId || first.length === 1)) {
    if (first.includes('__proto__')) {
      throw new InputError(place, "'__proto__' can't be a column name", 'rename the column');
    }
    const twice = first.find((column, i) => first.indexOf(column) !== i);
    if (twice !== undefined)
      throw new InputError(place, `two columns are named '${twice}'`, 'rename one of them');
    return { columns: first, named: true };
  }
  if (first.length > 2) {
    const mend = "name the columns in the first line, 'id' and 'text' among them";
    throw new InputError(place, `${first.length} columns and no header`, mend);
  }
  return { columns: first.length === 1 ? ['text'] : ['id', 'text'], named: false };
}

function toQuery(record: Record<string, unknown>, place: Place, row: number): SourceQuery {
  const fields = { ...record };
  const idField = ID_FIELDS.find((field) => record[field] !== undefined && record[field] !== null);
  const textField = TEXT_FIELDS.find((field) => record[field] !== undefined && record[field] !== null);
  let id = String(row);
  if (idField !== undefined) {
    const found = idText(idField, record[idField]);
    if (isIdFault(found)) throw new InputError(place, found.fault, found.mend);
    id = found;
    delete fields[idField];
  }
  if (textField === undefined) return { place, id, fields };
  const text = record[textField];
  if (typeof text !== 'string') {
    throw new InputError(place, `'${textField}' is ${typeName(text)}`, "a query's text is a string");
  }
  delete fields[textField];
  return { place, id, text, fields };
}

async function* readVectorQueries(
  path: string,
  format: VectorFormat,
  options: ReadOptions,
): AsyncGenerator<SourceQuery> {
  const source = await openVectors(path, { ...options, format, dataset: 'test' });
  for await (const { firstRow, count, values } of source.batches()) {
    for (let i = 0; i < count; i++) {
      const row = firstRow + i;
      // A copy, so that a caller who keeps one vector does not keep the batch.
      const vector = values.slice(i * source.dim, (i + 1) * source.dim);
      yield { place: { file: source.name, row }, id: String(row), fields: {}, vector };
    }
  }
}
