import { InputError, UsageError } from '../errors/index.js';
import { type BinFormat, readBinLayout } from './bins.js';
import { ByteReader } from './bytereader.js';
import { type ByteSource, openBytes } from './bytes.js';
import { displayName } from './faults.js';
import { extension, splitAddress, tableFormat, type VectorFormat, vectorFormat } from './formats.js';
import { readNpyLayout } from './npy.js';
import type { ReadOptions } from './options.js';
import { readVecsLayout } from './vecs.js';
import type { VectorLayout } from './vectorlayout.js';
import type { VectorBatch, VectorSource } from './vectorsource.js';

export interface VectorsOptions extends ReadOptions {
  /** Where the extension does not say it. */
  format?: VectorFormat;
  /** The dataset of an HDF5 file where the path names none: by default `train`, as ann-benchmarks has it. */
  dataset?: string;
}

const ENDINGS = '.fvecs, .bvecs, .ivecs, .npy, .npz, .fbin, .u8bin, .i8bin, .ibin or .hdf5';

/**
 * Opens a vectors file and reads its head. `FILE#NAME` is an array of an npz or HDF5 file or a column of a Parquet or
 * Arrow file. gzip and zstd are seen through, but for npz, HDF5 and Parquet, which are read at positions.
 * @throws UsageError when no format is given and the extension says none; InputError where it isn't what it claims
 */
export async function openVectors(address: string, options: VectorsOptions = {}): Promise<VectorSource> {
  const { format: wanted, dataset, ...rest } = options;
  const { path, part } = splitAddress(address, wanted);
  const ending = extension(path);
  const format = wanted ?? vectorFormat(ending) ?? tableFormat(ending);
  if (format === undefined) {
    throw new UsageError(
      `${displayName(path)}: its name doesn't end in ${ENDINGS}, and it is no column FILE.parquet#NAME`,
    );
  }
  // Loaded when they are met: most files are a head and rows.
  if (format === 'hdf5') return (await import('./hdf5.js')).openHdf5(path, part ?? dataset ?? 'train', rest);
  if (format === 'parquet' || format === 'arrow') {
    return (await import('./tables/column.js')).openColumn(path, part, format, rest);
  }
  return openLaidOut(path, part, format, rest);
}

/** Formats that are a head and then rows of one size. */
async function openLaidOut(
  path: string,
  part: string | undefined,
  format: LaidOutFormat,
  options: ReadOptions,
): Promise<VectorSource> {
  const name = part === undefined ? displayName(path) : `${displayName(path)}#${part}`;
  const open = async (with_: ReadOptions) =>
    format === 'npz' ? (await import('./npz.js')).openNpzArray(path, part, with_) : openBytes(path, with_);
  const { onBytes: _, ...quiet } = options;
  const first = await openHead(await open(path === '-' ? options : quiet), name, format);
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
        yield* readRows(new ByteReader(await open(options)), layout, name, layout.headerBytes);
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

type LaidOutFormat = Exclude<VectorFormat, 'hdf5' | 'parquet' | 'arrow'>;

async function openHead(source: ByteSource, name: string, format: LaidOutFormat) {
  const reader = new ByteReader(source);
  const size = source.compressed ? undefined : source.size;
  try {
    const layout = await readLayout(reader, name, format, size);
    return { reader, layout, size, repeatable: source.size !== undefined };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function readLayout(
  reader: ByteReader,
  name: string,
  format: LaidOutFormat,
  size: number | undefined,
): Promise<VectorLayout> {
  if (format === 'npy' || format === 'npz') return readNpyLayout(reader, name, size);
  if (format.endsWith('bin')) return readBinLayout(reader, name, format as BinFormat, size);
  return readVecsLayout(reader, name, format as 'fvecs' | 'bvecs' | 'ivecs');
}

/** A size that is no whole number of rows says nothing: the reader will find out which row is at fault. */
function countRows(layout: VectorLayout, size: number | undefined): number | undefined {
  return size === undefined || size % layout.rowBytes !== 0 ? undefined : size / layout.rowBytes;
}

async function* readRows(
  reader: ByteReader,
  layout: VectorLayout,
  file: string,
  skip = 0,
): AsyncGenerator<VectorBatch> {
  const { rowBytes, count } = layout;
  let row = 0;
  try {
    await reader.fill(skip);
    reader.take(skip);
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
    if (!layout.trailing && (await reader.fill(1)) > 0)
      throw new InputError({ file }, 'has more bytes than its header promises');
  } finally {
    await reader.close();
  }
}
