import { readTexts } from './folder.js';
import type { Input } from './inputs.js';
import { readJsonl } from './jsonl.js';
import type { ReadOptions } from './options.js';
import type { SourceItem } from './source.js';
import { readTable } from './table.js';
import { openTable } from './tables/open.js';
import { readRows } from './tables/table.js';
import { readTrecDocuments } from './trecdocs.js';

/**
 * The documents of an input in its order, in batches of about one chunk (256 KiB). Memory is O(chunk + largest
 * record), of tables O(a page of each column) or O(a record batch). A record that can't be used is a RecordError among the items; an input that can't be read throws.
 * @throws InputError where the input as a whole is at fault (gzip, header, permissions)
 */
export async function* readDocuments(input: Input, options: ReadOptions = {}): AsyncGenerator<SourceItem[]> {
  if (input.format === 'parquet' || input.format === 'arrow') {
    yield* readRows(await openTable(input.path, input.format, options), options);
  } else yield* readTextFormat(input, options);
}

function readTextFormat(input: Input, options: ReadOptions): AsyncGenerator<SourceItem[]> {
  switch (input.format) {
    case 'jsonl':
      return readJsonl(input.path, input.name, options);
    case 'tsv':
    case 'csv':
      return readTable(input.path, input.name, input.format, options);
    case 'trec':
      return readTrecDocuments(input.path, input.name, options);
    case 'text':
      return readTexts(input.path, input.name, options);
    default:
      throw new TypeError(`${input.name}: ${input.format} holds vectors, not documents`);
  }
}
