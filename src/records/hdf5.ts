import type { Dataset, File } from 'h5wasm/node';
import { InputError } from '../errors/index.js';
import { displayName } from './faults.js';
import { noSuchPart } from './npz.js';
import type { ReadOptions } from './options.js';
import { RandomFile } from './randomfile.js';
import { exactIntegers, MAX_DIMENSION, type VectorType } from './vectorlayout.js';
import type { VectorBatch, VectorSource } from './vectorsource.js';

const BATCH_BYTES = 1024 * 1024;
const LARGEST_CHUNK_BYTES = 64 * 1024 * 1024;
const MAGIC = '\x89HDF\r\n\x1a\n';
const INTEGER_CLASS = 0;
const FLOAT_CLASS = 1;

/**
 * A two-dimensional dataset of an HDF5 file, such as `train`, `test` and `neighbors` of ann-benchmarks. Read by the
 * HDF5 library itself, compiled to WebAssembly (package h5wasm), a few rows at a time.
 * @param dataset path inside the file: `train`, `group/emb`
 * @throws InputError
 */
export async function openHdf5(path: string, dataset: string, options: ReadOptions): Promise<VectorSource> {
  await requireMagic(path);
  const name = `${displayName(path)}#${dataset}`;
  const { dim, dtype, count, step } = await withFile(path, async (file) =>
    describe(find(file, path, dataset), name),
  );
  return {
    name,
    dim,
    dtype,
    count,
    batches: async function* () {
      const file = await openFile(path);
      try {
        const found = find(file, path, dataset);
        for (let row = 0; row < count; row += step) {
          const end = Math.min(count, row + step);
          const batch = readRows(found, row, end, dim, dtype, name);
          options.onBytes?.(Math.floor(batch.values.length * found.metadata.size));
          yield batch;
        }
      } finally {
        file.close();
      }
    },
  };
}

/** Refused here, the message is better than the library's. */
async function requireMagic(path: string): Promise<void> {
  const file = await RandomFile.open(path, 'HDF5');
  try {
    const head = await file.read(0, Math.min(file.size, MAGIC.length));
    if (Buffer.from(head).toString('latin1') === MAGIC) return;
    const packed = (head[0] === 0x1f && head[1] === 0x8b) || (head[0] === 0x28 && head[1] === 0xb5);
    throw packed
      ? new InputError(file.place, 'a compressed HDF5 file', 'unpack it first: HDF5 is read at positions')
      : new InputError(file.place, 'not an HDF5 file: its first bytes are not the HDF5 magic');
  } finally {
    await file.close();
  }
}

async function withFile<T>(path: string, use: (file: File) => Promise<T>): Promise<T> {
  const file = await openFile(path);
  try {
    return await use(file);
  } finally {
    file.close();
  }
}

async function openFile(path: string): Promise<File> {
  const hdf5 = await import('./vendor/h5wasm.js');
  const library = await hdf5.ready;
  // Else the library prints its stack of errors and goes on.
  library.activate_throwing_error_handler();
  return attempt(displayName(path), () => new hdf5.File(path, 'r'));
}

function find(file: File, path: string, dataset: string): Dataset {
  const parts = dataset.split('/').filter((part) => part !== '');
  const names = attempt(displayName(path), () => file.keys());
  if (parts.length === 0) throw noSuchPart(path, undefined, names, 'dataset');
  let known = names;
  let at = '';
  for (const [i, part] of parts.entries()) {
    if (!known.includes(part)) throw noSuchPart(path, dataset, names, 'dataset');
    at = `${at}/${part}`;
    if (isExternal(file, at)) {
      throw new InputError(
        { file: displayName(path) },
        `'${dataset}' is a link to another file`,
        'name that file',
      );
    }
    const found = attempt(displayName(path), () => file.get(at)) as Partial<Dataset> & {
      keys?: () => string[];
    };
    if (i === parts.length - 1) {
      if (found?.shape !== undefined && found.metadata !== undefined) return found as Dataset;
      throw new InputError(
        { file: displayName(path) },
        `'${dataset}' is a group, not a dataset`,
        'name one in it',
      );
    }
    if (found?.keys === undefined) throw noSuchPart(path, dataset, names, 'dataset');
    known = attempt(displayName(path), () => (found as { keys: () => string[] }).keys());
  }
  throw noSuchPart(path, dataset, names, 'dataset');
}

function isExternal(file: File, path: string): boolean {
  try {
    return file.get_external_link(path).filename !== undefined;
  } catch {
    return false;
  }
}

function describe(dataset: Dataset, name: string) {
  const place = { file: name };
  const { shape, metadata } = dataset;
  if (shape === null || shape.length !== 2) {
    const found = shape === null ? 'no' : String(shape.length);
    throw new InputError(
      place,
      `an array of ${found} dimensions`,
      'vectors are one array of two: count x dimension',
    );
  }
  const dtype = typeOf(metadata);
  if (dtype === undefined) {
    throw new InputError(place, 'its values are no numbers of 1, 2, 4 or 8 bytes', 'store it as float32');
  }
  if (dtype === 'f16')
    throw new InputError(place, "values of 16-bit floats can't be read", 'store it as float32');
  const [count, dim] = shape;
  if (!Number.isSafeInteger(count) || dim > MAX_DIMENSION || (dim < 1 && count > 0)) {
    throw new InputError(place, `dimension ${dim} is not between 1 and ${MAX_DIMENSION}`);
  }
  // Whole chunks at a time, so that none is inflated twice.
  const { chunks } = metadata;
  const chunkBytes = chunks === null ? 0 : chunks.reduce((product, n) => product * n, metadata.size);
  if (chunkBytes > LARGEST_CHUNK_BYTES) {
    throw new InputError(
      place,
      `chunks of ${chunkBytes} bytes, above ${LARGEST_CHUNK_BYTES}`,
      'store it in smaller chunks',
    );
  }
  const chunkRows = chunks?.[0] ?? 1;
  const rows = Math.max(1, Math.floor(BATCH_BYTES / Math.max(1, dim * metadata.size)));
  return { dim: count === 0 ? 0 : dim, dtype, count, step: rows - (rows % chunkRows) || rows };
}

function typeOf({ type, size, signed }: Dataset['metadata']): VectorType | undefined {
  if (type === FLOAT_CLASS) return ({ 2: 'f16', 4: 'f32', 8: 'f64' } as const)[size];
  if (type !== INTEGER_CLASS) return undefined;
  return signed
    ? ({ 1: 'i8', 2: 'i16', 4: 'i32', 8: 'i64' } as const)[size]
    : ({ 1: 'u8', 2: 'u16', 4: 'u32', 8: 'u64' } as const)[size];
}

function readRows(
  dataset: Dataset,
  from: number,
  to: number,
  dim: number,
  dtype: VectorType,
  name: string,
): VectorBatch {
  const raw = attempt(name, () =>
    dataset.slice([
      [from, to],
      [0, dim],
    ]),
  ) as ArrayLike<number> | BigInt64Array;
  if (raw?.length !== (to - from) * dim)
    throw new InputError({ file: name, row: from }, 'its rows are cut off');
  const wide = raw instanceof BigInt64Array || raw instanceof BigUint64Array;
  const numbers = wide ? Float64Array.from(raw as BigInt64Array, Number) : (raw as ArrayLike<number>);
  const integers = /^[iu](32|64)$/.test(dtype) ? exactIntegers(numbers) : undefined;
  return { firstRow: from, count: to - from, values: Float32Array.from(numbers), integers };
}

/** The library throws its whole stack of errors; the last line of it says what is wrong. */
function attempt<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const lines = String((error as Error).message ?? error)
      .split('\n')
      .filter((line) => line.trim() !== '');
    const cause =
      lines.findLast((line) => /#\d+:/.test(line))?.replace(/^.*in \w+\(\): /, '') ?? lines[0] ?? '';
    throw new InputError({ file }, `can't be read as HDF5 (${cause.trim()})`, 'copy the file again');
  }
}
