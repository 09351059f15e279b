import { InputError, UsageError } from '../errors/index.js';
import { ByteReader } from './bytereader.js';
import { openBytes } from './bytes.js';
import { displayName } from './faults.js';
import { extension, type VectorFormat, vectorFormat } from './formats.js';
import { readNpyLayout } from './npy.js';
import type { ReadOptions } from './options.js';
import { readVecsLayout } from './vecs.js';
import type { VectorLayout, VectorType } from './vectorlayout.js';

/** Rows as they come; about one chunk (256 KiB) of the file, or one row where rows are larger. */
export interface VectorBatch {
  /** 0-based row of the first vector. */
  firstRow: number;
  count: number;
  /** count × dim, row-major. Values above 2^24 of wide integers and doubles are rounded; nothing is judged. */
  values: Float32Array;
  /** The exact values of an i32 file (ivecs, npy `<i4`): neighbour lists are row numbers, not coordinates. */
  integers?: Int32Array;
}

export interface VectorSource {
  name: string;
  /** 0 for an empty file. */
  dim: number;
  dtype: VectorType;
  /** Rows, where known without reading: npy, and uncompressed files. */
  count?: number;
  /**
   * The rows in order. A file can be read again and again, each call from its start; stdin and pipes once.
   * @throws InputError for a row of another dimension or a truncated one, naming it
   */
  batches(): AsyncGenerator<VectorBatch>;
}

/**
 * Opens a vectors file and reads its head. gzip is seen through.
 * @throws UsageError when no format is given and the extension says none; InputError where it isn't what it claims
 */
export async function openVectors(
  path: string,
  options: ReadOptions & { format?: VectorFormat } = {},
): Promise<VectorSource> {
  const name = displayName(path);
  const format = options.format ?? vectorFormat(extension(path));
  if (format === undefined) {
    throw new UsageError(
      `${name}: its name doesn't end in .fvecs, .bvecs, .ivecs or .npy (or these with .gz)`,
    );
  }
  const { onBytes, ...quiet } = options;
  const first = await openHead(path, name, format, path === '-' ? options : quiet);
  const { layout, repeatable } = first;
  if (repeatable) await first.reader.close();
  let once: ByteReader | undefined = repeatable ? undefined : first.reader;

  return {
    name,
    dim: layout.dim,
    dtype: layout.dtype,
    count: layout.count ?? countRows(layout, first.size),
    batches: async function* () {
      if (repeatable) {
        const reader = new ByteReader(await openBytes(path, options));
        await reader.fill(layout.headerBytes);
        reader.take(layout.headerBytes);
        yield* readRows(reader, layout, name);
        return;
      }
      if (once === undefined)
        throw new InputError({ file: name }, 'can be read only once', 'save it to a file first');
      const reader = once;
      once = undefined;
      yield* readRows(reader, layout, name);
    },
  };
}

async function openHead(path: string, name: string, format: VectorFormat, options: ReadOptions) {
  const source = await openBytes(path, options);
  const reader = new ByteReader(source);
  const size = source.compressed ? undefined : source.size;
  try {
    const layout =
      format === 'npy' ? await readNpyLayout(reader, name, size) : await readVecsLayout(reader, name, format);
    return { reader, layout, size, repeatable: source.size !== undefined };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** A size that is no whole number of rows says nothing: the reader will find out which row is at fault. */
function countRows(layout: VectorLayout, size: number | undefined): number | undefined {
  return size === undefined || size % layout.rowBytes !== 0 ? undefined : size / layout.rowBytes;
}

async function* readRows(
  reader: ByteReader,
  layout: VectorLayout,
  file: string,
): AsyncGenerator<VectorBatch> {
  const { rowBytes, count } = layout;
  let row = 0;
  try {
    while (rowBytes > 0 && (count === undefined || row < count)) {
      const held = await reader.fill(rowBytes);
      if (held < rowBytes) {
        if (held > 0) throw layout.partialRow(reader.take(held), row);
        break;
      }
      const rows = Math.min(
        Math.floor(held / rowBytes),
        count === undefined ? Number.POSITIVE_INFINITY : count - row,
      );
      yield { firstRow: row, count: rows, ...layout.decode(reader.take(rows * rowBytes), rows, row) };
      row += rows;
    }
    if (count === undefined) return;
    if (row < count)
      throw new InputError({ file }, `truncated: ${row} of ${count} vectors`, 'copy the file again');
    if ((await reader.fill(1)) > 0) throw new InputError({ file }, 'has more bytes than its header promises');
  } finally {
    await reader.close();
  }
}
