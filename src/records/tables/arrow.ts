import { InputError } from '../../errors/index.js';
import { ByteReader } from '../bytereader.js';
import { openBytes } from '../bytes.js';
import { displayName } from '../faults.js';
import { inflateLz4Frame } from '../lz4.js';
import type { ReadOptions } from '../options.js';
import { decodeUtf8 } from '../utf8.js';
import type { DataType, Field, RecordBatch, RecordBatchReader } from '../vendor/arrow.js';
import { checkBatch } from './arrow-check.js';
import { checkedMessages } from './arrow-messages.js';
import { checkColumns, NOT_TEXT, plain, type Table } from './table.js';

type ArrowPackage = typeof import('../vendor/arrow.js');

const FILE_MAGIC = 'ARROW1';
/** One buffer of a compressed record batch, inflated. */
const LARGEST_BUFFER = 1024 * 1024 * 1024;
const BATCH_ROWS = 1024;

/**
 * Arrow IPC, a stream or a file (Feather 2), plain, LZ4 or zstd. A file is read as the stream it holds, so stdin and
 * packed files will do. Holds one record batch.
 * @throws InputError where it is neither, for columns of types that have no JSON, and for damage
 */
export async function openArrow(path: string, options: ReadOptions): Promise<Table> {
  const name = displayName(path);
  const arrow = await loadArrow();
  const { onBytes: _, ...quiet } = options;
  const repeatable = path !== '-';
  const head = await openReader(path, arrow, repeatable ? quiet : options);
  let fields: Field[];
  try {
    fields = head.reader.schema.fields;
    checkColumns(
      fields.map((field) => field.name),
      { file: name },
    );
    if (fields.length === 0) throw new InputError({ file: name }, 'a table without columns');
    for (const field of fields) requireReadable(arrow, field, field.name, name);
  } finally {
    if (repeatable) await head.close();
  }
  return {
    name,
    columns: fields.map((field) => field.name),
    integerLists: fields
      .filter(({ type }) => type.children?.length === 1 && type.children[0].type.typeId === arrow.Type.Int)
      .map((field) => field.name),
    batches: async function* (columns) {
      const { reader, close } = repeatable ? await openReader(path, arrow, options) : head;
      try {
        for (;;) {
          const next = await attempt(name, async () => {
            const found = await reader.next();
            if (!found.done) checkBatch(arrow, found.value);
            return found;
          });
          if (next.done) return;
          const batch = next.value;
          for (let from = 0; from < batch.numRows; from += BATCH_ROWS) {
            yield await attempt(name, async () => rowsOf(arrow, batch, columns, from));
          }
        }
      } finally {
        await close();
      }
    },
  };
}

let loaded: ArrowPackage | undefined;

async function loadArrow(): Promise<ArrowPackage> {
  if (loaded !== undefined) return loaded;
  const arrow: ArrowPackage = await import('../vendor/arrow.js');
  const { Decompress } = await import('../vendor/fzstd.js');
  arrow.compressionRegistry.set(arrow.CompressionType.LZ4_FRAME, {
    decode: (bytes) => inflateLz4Frame(bytes, LARGEST_BUFFER),
  });
  arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, {
    decode: (bytes) => {
      const pieces: Uint8Array[] = [];
      let size = 0;
      const decoder = new Decompress((piece) => {
        size += piece.length;
        if (size > LARGEST_BUFFER) throw new RangeError(`a zstd frame above ${LARGEST_BUFFER} bytes`);
        pieces.push(piece.slice());
      });
      decoder.push(bytes, true);
      return Buffer.concat(pieces, size);
    },
  });
  loaded = arrow;
  return arrow;
}

async function openReader(path: string, arrow: ArrowPackage, options: ReadOptions) {
  const name = displayName(path);
  const source = await openBytes(path, options);
  const bytes = new ByteReader(source);
  try {
    const held = await bytes.fill(8);
    const start = Buffer.from(bytes.peek(Math.min(8, held)));
    const isFile = start.toString('latin1', 0, 6) === FILE_MAGIC;
    if (isFile) bytes.take(Math.min(8, held));
    else if (held < 8 || start.readUInt32LE(0) !== 0xffffffff) {
      throw new InputError({ file: name }, 'not Arrow IPC: it begins neither as a file nor as a stream');
    }
    const reader = await attempt(name, async () => {
      const found = await arrow.RecordBatchReader.from(checkedMessages(bytes, isFile, { file: name }));
      await found.open();
      if (found.schema === undefined) throw new Error('no schema');
      return found as unknown as RecordBatchReader & { next(): Promise<IteratorResult<RecordBatch>> };
    });
    return { reader, close: () => bytes.close() };
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** @throws InputError for a type without a JSON value */
function requireReadable(arrow: ArrowPackage, field: Field, column: string, file: string): void {
  const { Type } = arrow;
  const type = innermost(field.type);
  if ([Type.Decimal, Type.Interval, Type.Union, Type.DenseUnion, Type.SparseUnion].includes(type.typeId)) {
    throw new InputError({ file }, `column '${column}' is of type ${type}`, 'cast it to float64 or string');
  }
  for (const child of field.type.children ?? []) requireReadable(arrow, child, column, file);
}

function innermost(type: DataType): DataType {
  return 'dictionary' in type ? (type as unknown as { dictionary: DataType }).dictionary : type;
}

function rowsOf(
  arrow: ArrowPackage,
  batch: RecordBatch,
  columns: string[] | undefined,
  from: number,
): Record<string, unknown>[] {
  const wanted = batch.schema.fields.flatMap((field, i) =>
    (columns?.includes(field.name) ?? true) ? [{ field, vector: batch.getChildAt(i)! }] : [],
  );
  const rows: Record<string, unknown>[] = [];
  for (let r = from; r < Math.min(batch.numRows, from + BATCH_ROWS); r++) {
    const fields: Record<string, unknown> = {};
    for (const { field, vector } of wanted) fields[field.name] = toPlain(arrow, field.type, vector.get(r));
    rows.push(fields);
  }
  return rows;
}

function toPlain(arrow: ArrowPackage, declared: DataType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const { Type } = arrow;
  const type = innermost(declared);
  switch (type.typeId) {
    case Type.List:
    case Type.LargeList:
    case Type.FixedSizeList: {
      const inner = type.children[0].type;
      return Array.from(value as Iterable<unknown>, (item) => toPlain(arrow, inner, item));
    }
    case Type.Struct:
      return Object.fromEntries(
        type.children.map((field) => [
          field.name,
          toPlain(arrow, field.type, (value as Record<string, unknown>)[field.name]),
        ]),
      );
    case Type.Map:
      return plain((value as { toJSON(): unknown }).toJSON());
    case Type.Timestamp:
    case Type.Date:
      return plain(new Date(Number(value)));
    case Type.Binary:
    case Type.LargeBinary:
    case Type.BinaryView:
    case Type.FixedSizeBinary:
      return decodeUtf8(value as Uint8Array) ?? NOT_TEXT;
    default:
      return plain(value);
  }
}

async function attempt<T>(file: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { message } = error as Error;
    throw new InputError(
      { file },
      `can't be read as Arrow IPC (${message})`,
      'write it again, or copy it again',
    );
  }
}
