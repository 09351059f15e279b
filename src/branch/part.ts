import { CorruptError } from '../errors/index.js';
import type { MsgMap, SegmentReader } from '../segment/index.js';

/**
 * Metadata a structure left in a segment.
 * @param part the structure's part name
 * @throws CorruptError when the segment has no such part
 */
export function partMeta(reader: SegmentReader, part: string): MsgMap {
  const parts = reader.meta.get('parts');
  const meta = parts instanceof Map ? parts.get(part) : undefined;
  if (!(meta instanceof Map)) throw new CorruptError(reader.path, `part '${part}' is missing`);
  return meta;
}

/**
 * A whole number of a part's metadata.
 * @throws CorruptError when it is missing, not whole, negative or above `max`
 */
export function metaCount(
  reader: SegmentReader,
  meta: MsgMap,
  key: string,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const value = meta.get(key);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > max) {
    throw new CorruptError(reader.path, `'${key}' is ${String(value)}, which can't be`);
  }
  return value;
}
