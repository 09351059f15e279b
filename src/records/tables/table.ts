import { InputError, type Place, RecordError } from '../../errors/index.js';
import { protoField, tooLarge } from '../faults.js';
import { DEFAULT_MAX_RECORD_BYTES, type ReadOptions } from '../options.js';
import type { SourceItem } from '../source.js';

/** Stands for a string or bytes that are not UTF-8, where JSON has nothing for them. */
export const NOT_TEXT = Symbol('not text');

/** A file of columns. Values are what JSON has, or {@link NOT_TEXT}; a row that lacks a value has null. */
export interface Table {
  name: string;
  columns: string[];
  /** Those of them that are lists of whole numbers by their type. */
  integerLists: string[];
  /** Where known without reading. */
  rows?: number;
  /**
   * The rows in order, a page or record batch at a time.
   * @param columns those to read, by default all
   */
  batches(columns?: string[]): AsyncGenerator<Record<string, unknown>[]>;
}

/** @throws InputError for names that a record can't have */
export function checkColumns(names: string[], place: Place): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new InputError(place, `two columns are named '${twice}'`, 'rename one of them');
  if (names.includes('__proto__')) {
    throw new InputError(place, "'__proto__' can't be a column name", 'rename the column');
  }
}

/** The rows of a table as documents; a row's bytes are what its values take as text and binary numbers. */
export async function* readRows(table: Table, options: ReadOptions): AsyncGenerator<SourceItem[]> {
  const limit = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
  let row = 0;
  for await (const batch of table.batches()) {
    yield batch.map((fields) => toItem(fields, { file: table.name, row: row++ }, limit));
  }
}

function toItem(fields: Record<string, unknown>, place: Place, limit: number): SourceItem {
  let bytes = 0;
  for (const [name, value] of Object.entries(fields)) {
    const found = valueBytes(value);
    if (found === undefined) {
      return new RecordError(
        place,
        `column '${name}' holds bytes that are not UTF-8 text`,
        'leave that column out',
      );
    }
    if (found === null) return protoField(place);
    bytes += found;
  }
  return bytes > limit ? tooLarge(place, limit, bytes) : { place, bytes, fields };
}

/** @returns undefined for bytes that are no text, null for a `__proto__` among the keys */
function valueBytes(value: unknown): number | undefined | null {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value === NOT_TEXT) return undefined;
  if (typeof value !== 'object' || value === null) return 8;
  // Numbers are the many: a vector is not looked at value by value.
  if (Array.isArray(value) && typeof value[0] === 'number' && typeof value.at(-1) === 'number')
    return value.length * 8;
  let bytes = 0;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__') return null;
    const found = valueBytes(inner);
    if (found === undefined || found === null) return found;
    bytes += found + (Array.isArray(value) ? 0 : Buffer.byteLength(key));
  }
  return bytes;
}

/**
 * A value of a column as JSON has it: whole numbers above 2^53 become strings (JSON's numbers would lose digits), times
 * ISO 8601.
 */
export function plain(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint': {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : String(value);
    }
    case 'undefined':
      return null;
    case 'object':
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return NOT_TEXT;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number | bigint>, plain);
  if (Array.isArray(value)) return typeof value[0] === 'number' ? value : value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
