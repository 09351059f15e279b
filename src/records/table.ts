import { InputError, type Place, RecordError } from '../errors/index.js';
import { openBytes } from './bytes.js';
import { type CsvRow, parseCsv } from './csv.js';
import { CsvBoundary } from './csvboundary.js';
import { invalidUtf8, tooLarge } from './faults.js';
import { DEFAULT_MAX_RECORD_BYTES, type ReadOptions } from './options.js';
import type { SourceItem } from './source.js';
import { lineBoundary, readSlices, type Slice } from './split.js';
import { decodeUtf8 } from './utf8.js';

/**
 * TSV and CSV with a header line. TSV values are what stands between tabs, quotes included; CSV is RFC 4180 with LF
 * or CRLF. Empty lines are skipped; values stay strings.
 * @throws InputError for a missing or unusable header
 */
export async function* readTable(
  path: string,
  name: string,
  format: 'tsv' | 'csv',
  options: ReadOptions = {},
): AsyncGenerator<SourceItem[]> {
  const limit = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
  const source = await openBytes(path, options);
  const boundary = format === 'csv' ? new CsvBoundary() : lineBoundary;
  let header: string[] | undefined;
  let row = 0;
  for await (const all of readSlices(source, boundary, limit)) {
    const slices = all.filter((slice) => slice.size > 0);
    const rows = await parseRows(slices, format, name, limit);
    const items: SourceItem[] = [];
    for (const [i, slice] of slices.entries()) {
      const values = rows[i];
      if (header === undefined) {
        if (values instanceof RecordError) throw new InputError(values.place, `the header: ${values.reason}`);
        header = checkHeader(values, { file: name, line: slice.line });
        continue;
      }
      const place = { file: name, line: slice.line, row: row++ };
      items.push(values instanceof RecordError ? values : toItem(header, values, place, slice, format));
    }
    if (items.length > 0) yield items;
  }
  if (header === undefined)
    throw new InputError({ file: name }, 'is empty', 'its first line must name the columns');
}

async function parseRows(
  slices: Slice[],
  format: 'tsv' | 'csv',
  file: string,
  limit: number,
): Promise<(string[] | RecordError)[]> {
  const texts = slices.map((slice) => {
    const place = { file, line: slice.line };
    if (slice.bytes === undefined) return tooLarge(place, limit, slice.size);
    return decodeUtf8(slice.bytes) ?? invalidUtf8(place);
  });
  if (format === 'tsv') return texts.map((text) => (typeof text === 'string' ? text.split('\t') : text));

  const decoded = slices.flatMap(({ quoted }, i) => {
    const text = texts[i];
    return typeof text === 'string' ? [{ text, quoted }] : [];
  });
  const parsed: CsvRow[] = await parseCsv(decoded);
  let next = 0;
  return texts.map((text, i) => {
    if (typeof text !== 'string') return text;
    const found = parsed[next++];
    return Array.isArray(found)
      ? found
      : new RecordError({ file, line: slices[i].line }, found.fault, found.mend);
  });
}

function checkHeader(names: string[], place: Place): string[] {
  const seen = new Set<string>();
  for (const [i, name] of names.entries()) {
    if (name === '')
      throw new InputError(place, `column ${i + 1} has no name`, 'name every column in the first line');
    if (name === '__proto__')
      throw new InputError(place, "'__proto__' can't be a column name", 'rename the column');
    if (seen.has(name)) throw new InputError(place, `two columns are named '${name}'`, 'rename one of them');
    seen.add(name);
  }
  return names;
}

function toItem(
  header: string[],
  values: string[],
  place: Place,
  slice: Slice,
  format: 'tsv' | 'csv',
): SourceItem {
  if (values.length !== header.length) {
    const mend = format === 'csv' ? "quote a value that has a ',' in it" : "a value can't have a tab in it";
    return new RecordError(place, `${columns(values.length)} where the header has ${header.length}`, mend);
  }
  const fields: Record<string, unknown> = {};
  for (let i = 0; i < header.length; i++) fields[header[i]] = values[i];
  return { place, bytes: slice.size, fields };
}

function columns(count: number): string {
  return count === 1 ? '1 column' : `${count} columns`;
}
