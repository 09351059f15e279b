import { readTexts } from './folder.js';
import type { Input } from './inputs.js';
import { readJsonl } from './jsonl.js';
import type { ReadOptions } from './options.js';
import type { SourceItem } from './source.js';
import { readTable } from './table.js';

/**
 * The documents of an input in its order, in batches of about one chunk (256 KiB). Memory is O(chunk + largest
 * record). A record that can't be used is a RecordError among the items; an input that can't be read throws.
 * @throws InputError where the input as a whole is at fault (gzip, header, permissions)
 */
export function readDocuments(input: Input, options: ReadOptions = {}): AsyncGenerator<SourceItem[]> {
  switch (input.format) {
    case 'jsonl':
      return readJsonl(input.path, input.name, options);
    case 'tsv':
    case 'csv':
      return readTable(input.path, input.name, input.format, options);
    case 'text':
      return readTexts(input.path, input.name, options);
    default:
      throw new TypeError(`${input.name}: ${input.format} holds vectors, not documents`);
  }
}
