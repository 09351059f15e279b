import type { FileMetaData, SchemaTree } from 'hyparquet';
import { InputError } from '../../errors/index.js';
import { displayName } from '../faults.js';
import type { ReadOptions } from '../options.js';
import { RandomFile } from '../randomfile.js';
import { decodeUtf8 } from '../utf8.js';
import type { ColumnDecoder } from '../vendor/parquet.js';
import type { ParquetPackage } from './parquet-check.js';
import { ColumnPages } from './parquet-pages.js';
import { checkColumns, NOT_TEXT, plain, type Table } from './table.js';

const LARGEST_FOOTER = 256 * 1024 * 1024;
const BATCH_ROWS = 1024;
const MAGIC = 'PAR1';

/**
 * A Parquet file (github.com/apache/parquet-format), flat and nested columns, every codec but LZO. Holds the footer
 * and a page of each column, whatever the size of the row groups.
 * @throws InputError where it is not one, is encrypted, or is damaged
 */
export async function openParquet(path: string, options: ReadOptions): Promise<Table> {
  const name = displayName(path);
  const parquet: ParquetPackage = await import('../vendor/parquet.js');
  const { onBytes: _, ...quiet } = options;
  const head = await RandomFile.open(path, 'Parquet', quiet);
  let metadata: FileMetaData;
  let tree: SchemaTree;
  try {
    metadata = await readFooter(head, parquet);
    tree = attempt(name, () => parquet.parquetSchema(metadata));
    checkColumns(
      tree.children.map(({ element }) => element.name),
      { file: name },
    );
  } finally {
    await head.close();
  }
  return {
    name,
    columns: tree.children.map(({ element }) => element.name),
    integerLists: tree.children.filter(isIntegerList).map(({ element }) => element.name),
    rows: Number(metadata.num_rows),
    batches: async function* (columns) {
      const file = await RandomFile.open(path, 'Parquet', options);
      try {
        const wanted = tree.children.filter(({ element }) => columns?.includes(element.name) ?? true);
        for (const group of metadata.row_groups) yield* readGroup(file, parquet, tree, wanted, group);
      } finally {
        await file.close();
      }
    },
  };
}

function isIntegerList(node: SchemaTree): boolean {
  const { type, converted_type: converted } = node.element;
  if (node.children.length > 0) return node.children.length === 1 && isIntegerList(node.children[0]);
  return (type === 'INT32' || type === 'INT64') && (converted === undefined || converted.includes('INT_'));
}

async function readFooter(file: RandomFile, parquet: ParquetPackage): Promise<FileMetaData> {
  const fail = (reason: string, mend = 'copy the file again') => new InputError(file.place, reason, mend);
  if (file.size < 12) throw fail('not a Parquet file: too short to be one');
  const tail = Buffer.from((await file.read(file.size - 8, 8)).buffer);
  const magic = tail.toString('latin1', 4);
  if (magic === 'PARE') throw fail('an encrypted Parquet file', 'write it without encryption');
  if (magic !== MAGIC) {
    const first = Buffer.from((await file.read(0, 4)).buffer);
    if (first.toString('latin1') === MAGIC) throw fail('truncated: its footer is missing');
    const packed = (first[0] === 0x1f && first[1] === 0x8b) || first.readUInt32LE(0) === 0xfd2fb528;
    throw packed
      ? fail(
          'a compressed Parquet file',
          'unpack it first: Parquet is read at positions, and packs its pages itself',
        )
      : fail("not a Parquet file: it doesn't end in PAR1");
  }
  const length = tail.readUInt32LE(0);
  if (length > LARGEST_FOOTER) throw fail(`a footer of ${length} bytes, above ${LARGEST_FOOTER}`);
  if (length > file.size - 12) throw fail(`its footer of ${length} bytes is larger than the file`);
  const footer = await file.read(file.size - 8 - length, length + 8);
  return attempt(file.place.file, () => parquet.parquetMetadata(footer.buffer, { geoparquet: false }));
}

async function* readGroup(
  file: RandomFile,
  parquet: ParquetPackage,
  tree: SchemaTree,
  wanted: SchemaTree[],
  group: FileMetaData['row_groups'][number],
): AsyncGenerator<Record<string, unknown>[]> {
  const total = Number(group.num_rows);
  if (total === 0) return;
  const name = file.place.file;
  const parsers = {
    ...parquet.DEFAULT_PARSERS,
    stringFromBytes: (bytes: Uint8Array) => bytes && (decodeUtf8(bytes) ?? NOT_TEXT),
    jsonFromBytes: (bytes: Uint8Array) => bytes && (decodeUtf8(bytes) ?? NOT_TEXT),
  };
  const leaves = group.columns.map((column) => {
    const { meta_data: meta } = column;
    if (meta === undefined || column.file_path) {
      throw new InputError(
        file.place,
        'its columns are in other files, or encrypted',
        'write it as one plain file',
      );
    }
    return meta;
  });
  const columns = wanted.map((node) => ({
    node,
    pages: leaves
      .filter((meta) => meta.path_in_schema[0] === node.element.name)
      .map((meta) => {
        const schemaPath = attempt(name, () => parquet.getTreePath(tree, meta.path_in_schema));
        const element = schemaPath[schemaPath.length - 1].element;
        const decoder = {
          ...meta,
          pathInSchema: meta.path_in_schema,
          schemaPath,
          element,
          parsers,
        } as ColumnDecoder;
        return new ColumnPages(file, parquet, meta, decoder);
      }),
  }));
  const all = columns.flatMap(({ pages }) => pages);
  if (columns.some(({ pages }) => pages.length === 0))
    throw new InputError(file.place, 'a column of it is missing');
  for (let row = 0; row < total; ) {
    let ready = Math.min(BATCH_ROWS, total - row);
    for (const pages of all) ready = Math.min(ready, await attemptLater(name, () => pages.fill(ready)));
    if (ready === 0) {
      throw new InputError(file.place, `a row group has fewer than its ${total} rows`, 'copy the file again');
    }
    const values = attempt(name, () =>
      columns.map(({ node, pages }) => {
        const parts = new Map(pages.map((leaf) => [leaf.path, leaf.take(ready)]));
        if (node.children.length > 0) parquet.assembleNested(parts, node, parsers);
        const made = parts.get(node.element.name);
        if (made === undefined || made.length !== ready)
          throw new Error('rows of a nested column do not match');
        return made;
      }),
    );
    const rows: Record<string, unknown>[] = new Array(ready);
    for (let r = 0; r < ready; r++) {
      const fields: Record<string, unknown> = {};
      for (let c = 0; c < columns.length; c++) fields[columns[c].node.element.name] = plain(values[c][r]);
      rows[r] = fields;
    }
    row += ready;
    yield rows;
  }
}

function attempt<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw asInputError(file, error);
  }
}

async function attemptLater<T>(file: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asInputError(file, error);
  }
}

/** What the package throws at damage is an Error of many kinds. */
function asInputError(file: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const { message } = error as Error;
  return new InputError(
    { file },
    `can't be read as Parquet (${message})`,
    'write it again, or copy it again',
  );
}
