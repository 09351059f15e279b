import type { Data, DataType, RecordBatch } from '../vendor/arrow.js';

type ArrowPackage = typeof import('../vendor/arrow.js');

/** Rows of a batch whose columns take no bytes. */
const LARGEST_EMPTY = 2 ** 24;
/** What Utf8View and BinaryView have of each value: its length, and where it is. */
const VIEW_BYTES = 16;

/**
 * Holds the lengths that a record batch claims against the bytes it has: the package reads as far as it is told, and
 * what is not there reads as 0.
 * @throws Error
 */
export function checkBatch(arrow: ArrowPackage, batch: RecordBatch): void {
  const { children } = batch.data;
  for (const [i, child] of children.entries()) {
    if (child.length < batch.numRows) throw new Error(`column '${batch.schema.fields[i].name}' is cut off`);
    check(arrow, child);
  }
}

function check(arrow: ArrowPackage, data: Data<DataType>): void {
  const { length, offset, type, valueOffsets, values, nullBitmap } = data;
  const { Type } = arrow;
  const end = offset + length;
  if (!(length >= 0 && Number.isSafeInteger(end))) throw new Error('a column of no length');
  if (data.nullCount > 0 && (nullBitmap?.length ?? 0) < Math.ceil(end / 8))
    throw new Error('a null bitmap is cut off');
  if (type.typeId === Type.Null && length > LARGEST_EMPTY) throw new Error(`${length} nulls without a value`);
  const offsets = valueOffsets as Int32Array | BigInt64Array | undefined;
  if (offsets !== undefined && offsets.length > 0 && hasOffsets(arrow, type)) {
    if (offsets.length < length + 1) throw new Error('the offsets of a column are cut off');
    const most =
      data.children.length > 0 ? data.children[0].length : ((values as Uint8Array | undefined)?.length ?? 0);
    for (let i = 0; i < length; i++) {
      if (!(offsets[i] >= 0 && offsets[i] <= offsets[i + 1]))
        throw new Error('the offsets of a column go back');
    }
    if (Number(offsets[length]) > most) throw new Error('the offsets of a column lead beyond its values');
  } else if (hasOffsets(arrow, type)) {
    if (length > 0) throw new Error('a column has no offsets');
  } else if (type.typeId === Type.Bool) {
    if (((values as Uint8Array | undefined)?.length ?? 0) * 8 < end)
      throw new Error('the values of a column are cut off');
  } else if (type.typeId === Type.FixedSizeList) {
    const { listSize } = type as unknown as { listSize: number };
    if (data.children[0].length < length * listSize) throw new Error('the values of a column are cut off');
  } else if (type.typeId === Type.Struct) {
    if (data.children.some((child) => child.length < length))
      throw new Error('the values of a column are cut off');
  } else if (type.typeId === Type.Utf8View || type.typeId === Type.BinaryView) {
    if (((values as Uint8Array | undefined)?.byteLength ?? 0) < length * VIEW_BYTES) {
      throw new Error('the values of a column are cut off');
    }
  } else if (type.typeId !== Type.Null) {
    const found = (values as { length: number } | undefined)?.length ?? 0;
    if (found < length * data.stride) throw new Error('the values of a column are cut off');
  }
  for (const child of data.children) check(arrow, child);
}

function hasOffsets({ Type }: ArrowPackage, { typeId }: DataType): boolean {
  return [
    Type.Utf8,
    Type.LargeUtf8,
    Type.Binary,
    Type.LargeBinary,
    Type.List,
    Type.LargeList,
    Type.Map,
  ].includes(typeId);
}
