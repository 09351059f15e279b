import type { SegmentView } from '../branch/index.js';
import type { Schema } from '../schema/index.js';
import { openRows } from './codes/index.js';
import { FiledDocuments } from './documents.js';
import { openPart } from './part.js';

/**
 * A document's vector as it is stored, of length 1 under cosine, or what its code stands for where that is all there is;
 * read by range, without loading.
 * @returns undefined when the document has none
 */
export function readVector(
  name: string,
  schema: Schema,
  segment: SegmentView,
  doc: number,
): Float32Array | undefined {
  const field = schema.vectors.find((candidate) => candidate.name === name);
  if (field === undefined) return undefined;
  const part = openPart(field, segment);
  const position = new FiledDocuments(part).positionOf(doc);
  if (position === undefined) return undefined;
  const bytes = new Uint8Array(part.rowBytes);
  openRows(part).read(position, bytes);
  return part.bytes
    ? Float32Array.from(bytes.subarray(0, field.dim))
    : new Float32Array(bytes.buffer, 0, field.dim);
}
