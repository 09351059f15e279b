import { type Place, RecordError } from '../errors/index.js';
import { openBytes } from './bytes.js';
import { invalidUtf8, protoField, tooLarge } from './faults.js';
import { idText, isIdFault, typeName } from './id.js';
import { jsonFault } from './jsonfault.js';
import { DEFAULT_MAX_RECORD_BYTES, type ReadOptions } from './options.js';
import type { SourceItem } from './source.js';
import { lineBoundary, readSlices, type Slice } from './split.js';
import { decodeUtf8 } from './utf8.js';

/** JSON Lines: one object a line; blank lines are counted and skipped. `row` counts records, also rejected ones. */
export async function* readJsonl(
  path: string,
  name: string,
  options: ReadOptions = {},
): AsyncGenerator<SourceItem[]> {
  const limit = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
  const source = await openBytes(path, options);
  let row = 0;
  for await (const slices of readSlices(source, lineBoundary, limit)) {
    const items: SourceItem[] = [];
    for (const slice of slices) {
      if (isBlank(slice)) continue;
      const place = { file: name, line: slice.line, row };
      const fields = parseObject(slice, place, limit);
      items.push(fields instanceof RecordError ? fields : withUsableId(fields, place, slice.size));
      row++;
    }
    if (items.length > 0) yield items;
  }
}

/** True for a line of white space only. */
export function isBlank(slice: Slice): boolean {
  if (slice.bytes === undefined) return false;
  for (const byte of slice.bytes) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}

/** A line as a JSON object, or what is wrong with it. */
export function parseObject(
  slice: Slice,
  place: Place,
  limit: number,
): Record<string, unknown> | RecordError {
  if (slice.bytes === undefined) return tooLarge(place, limit, slice.size);
  const text = decodeUtf8(slice.bytes);
  if (text === undefined) return invalidUtf8(place);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new RecordError(place, describeFault(text));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return new RecordError(place, `a record must be a JSON object, this is ${typeName(value)}`);
  }
  if (Object.hasOwn(value, '__proto__')) return protoField(place);
  return value as Record<string, unknown>;
}

function describeFault(text: string): string {
  const fault = jsonFault(text);
  if (fault === undefined) return 'not valid JSON';
  const found =
    fault.offset >= text.length
      ? 'the line ends'
      : `found ${JSON.stringify(String.fromCodePoint(text.codePointAt(fault.offset)!))}`;
  return `not valid JSON at column ${fault.offset + 1}: expected ${fault.expected}, ${found}`;
}

/** Digits that JSON.parse has already lost can't be told from the value, so such an id must not go further. */
function withUsableId(fields: Record<string, unknown>, place: Place, bytes: number): SourceItem {
  const name = fields._id !== undefined && fields._id !== null ? '_id' : 'id';
  const value = fields[name];
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    const id = idText(name, value);
    if (isIdFault(id)) return new RecordError(place, id.fault, id.mend);
  }
  return { place, bytes, fields };
}
