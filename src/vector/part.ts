import { metaCount, partMeta, type SegmentView } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { bitStride, byteStride, MAX_BYTE_DIMENSION, rowFloats, SPACE, type Space } from '../kernels/index.js';
import type { Metric, VectorField } from '../schema/index.js';
import type { DType, MsgMap, SegmentReader } from '../segment/index.js';
import { dropsFull } from './spec.js';

/** What the metadata says of rows that are not stored. */
export const CODES = 'codes';

/** Where a field's arrays and metadata stand in a segment. */
export function partName(field: string): string {
  return `vector/${field}`;
}

/** Cosine is the inner product of unit vectors, which is what is stored under it. */
export function spaceOf(metric: Metric): Space {
  return { l2: SPACE.l2, ip: SPACE.dot, cosine: SPACE.dot, hamming: SPACE.hamming }[metric];
}

/** True where the length of a row says something of its scores. */
export function hasLength(metric: Metric): boolean {
  return metric === 'ip' || metric === 'cosine';
}

/** Bytes from one row of bytes to the next. */
export function bytesStride({ metric, dim }: VectorField): number {
  return metric === 'hamming' ? bitStride(dim) : byteStride(dim);
}

/** The space two stored rows are compared in. */
export function rowSpaceOf({ field, bytes }: VectorPart): Space {
  const space = spaceOf(field.metric);
  if (!bytes || space === SPACE.hamming) return space;
  return space === SPACE.l2 ? SPACE.byteL2 : SPACE.byteDot;
}

/** A field's part of one segment, its metadata checked against the schema and the file. */
export interface VectorPart {
  reader: SegmentReader;
  /** Part name; arrays are `<name>/…`. */
  name: string;
  meta: MsgMap;
  field: VectorField;
  /** Vectors, and rows of the array `rows`. */
  count: number;
  /** Floats of a padded float32 row: a query, a centroid, or a row of `rows`. */
  floats: number;
  /** Rows are bytes: whole numbers from 0 to 255, stored without loss; eight packed bits each under hamming. */
  bytes: boolean;
  /** Bytes from one row of `rows` to the next. */
  rowBytes: number;
  /** There is no array `rows`: rows are float32, what codes stand for. */
  decoded: boolean;
  /** Longest row, before it was coded; undefined where lengths say nothing, for l2 and hamming. */
  maxNorm: number | undefined;
  /** Documents in the segment. */
  documents: number;
}

/**
 * @throws CorruptError when the part is missing, is of another shape than the schema says, or its
 * arrays are not of the size it says
 */
export function openPart(field: VectorField, segment: SegmentView): VectorPart {
  const { reader, documents } = segment;
  const name = partName(field.name);
  const meta = partMeta(reader, name);
  const count = metaCount(reader, meta, 'vectors', documents);
  for (const [key, wanted] of [
    ['kind', field.spec.kind],
    ['metric', field.metric],
    ['dim', field.dim],
  ]) {
    const found = meta.get(key as string);
    if (found !== wanted) {
      throw new CorruptError(reader.path, `'${name}' has ${key} ${String(found)}, the schema says ${wanted}`);
    }
  }
  let maxNorm: number | undefined;
  if (hasLength(field.metric)) {
    const longest = meta.get('maxNorm');
    if (!(typeof longest === 'number' && Number.isFinite(longest) && longest >= 0)) {
      throw new CorruptError(reader.path, `'${name}' has a longest row of ${String(longest)}`);
    }
    maxNorm = longest;
  }
  const stored = meta.get('rows');
  const bits = field.metric === 'hamming';
  const bytes = stored === 'u8' && (bits || (field.metric !== 'cosine' && field.dim <= MAX_BYTE_DIMENSION));
  const decoded = stored === CODES && !bits && dropsFull(field.spec);
  if (!bytes && !decoded && (bits || stored !== 'f32')) {
    throw new CorruptError(reader.path, `'${name}' has rows of ${String(stored)}, which can't be`);
  }
  const floats = rowFloats(field.dim);
  const part: VectorPart = {
    reader,
    name,
    meta,
    field,
    count,
    floats,
    bytes,
    decoded,
    rowBytes: bytes ? bytesStride(field) : floats * 4,
    maxNorm,
    documents,
  };
  if (!decoded) expectShape(part, 'rows', bytes ? 'u8' : 'f32', [count, bytes ? part.rowBytes : floats]);
  return part;
}

/** @throws CorruptError when an array is missing or not exactly of this type and shape */
export function expectShape(part: VectorPart, array: string, dtype: DType, shape: number[]): void {
  const info = part.reader.info(`${part.name}/${array}`, dtype);
  if (info.shape.length !== shape.length || info.shape.some((size, i) => size !== shape[i])) {
    throw new CorruptError(
      part.reader.path,
      `array '${info.name}' is ${info.shape.join(' x ')}, not ${shape.join(' x ')}`,
    );
  }
}

/**
 * Local document of each vector, in order.
 * @returns undefined when every document has a vector: then they are the same number
 * @throws CorruptError when they are not ascending documents of the segment
 */
export function loadDocs(part: VectorPart): Uint32Array | undefined {
  const array = `${part.name}/docs`;
  if (!part.reader.has(array)) {
    if (part.count === part.documents) return undefined;
    throw new CorruptError(
      part.reader.path,
      `'${part.name}' has ${part.count} vectors for ${part.documents} documents and no array '${array}'`,
    );
  }
  expectShape(part, 'docs', 'u32', [part.count]);
  const docs = part.reader.loadU32(array);
  for (let i = 0; i < docs.length; i++) {
    if (docs[i] >= part.documents || (i > 0 && docs[i] <= docs[i - 1])) {
      throw new CorruptError(part.reader.path, `array '${array}': document ${docs[i]} at ${i} can't be`);
    }
  }
  return docs;
}

/**
 * Vector number of each row of `rows`.
 * @returns undefined when they are the same
 * @throws CorruptError when it is no permutation
 */
export function loadOrder(part: VectorPart): Uint32Array | undefined {
  const array = `${part.name}/order`;
  if (!part.reader.has(array)) return undefined;
  expectShape(part, 'order', 'u32', [part.count]);
  const order = part.reader.loadU32(array);
  const met = new Uint8Array(part.count);
  for (const number of order) {
    if (number >= part.count || met[number]) {
      throw new CorruptError(part.reader.path, `array '${array}' has ${number} twice or out of range`);
    }
    met[number] = 1;
  }
  return order;
}
