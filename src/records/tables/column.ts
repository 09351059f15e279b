import { InputError, RecordError } from '../../errors/index.js';
import type { TableFormat } from '../formats.js';
import { noSuchPart } from '../npz.js';
import type { ReadOptions } from '../options.js';
import { MAX_DIMENSION } from '../vectorlayout.js';
import type { VectorBatch, VectorSource } from '../vectorsource.js';
import { openTable } from './open.js';
import type { Table } from './table.js';

/**
 * A column of lists of numbers as vectors. Its dimension is that of the first row.
 * @param column may be left out where there is only one
 * @throws InputError for a row that is no vector, or one of another dimension, naming it
 */
export async function openColumn(
  path: string,
  column: string | undefined,
  format: TableFormat,
  options: ReadOptions,
): Promise<VectorSource> {
  const { onBytes: _, ...quiet } = options;
  const head = await openTable(path, format, path === '-' ? options : quiet);
  const only = column ?? (head.columns.length === 1 ? head.columns[0] : undefined);
  if (only === undefined || !head.columns.includes(only))
    throw noSuchPart(path, column, head.columns, 'column');
  const name = `${head.name}#${only}`;
  const peeked = head.batches([only]);
  let kept: Record<string, unknown>[] | undefined;
  let dim = 0;
  try {
    const batch = await peeked.next();
    if (!batch.done) kept = batch.value;
    if (kept !== undefined) dim = numbers(kept[0][only], name, 0).length;
    if (dim > MAX_DIMENSION) {
      throw new InputError(
        { file: name },
        `dimension ${dim} is above ${MAX_DIMENSION}`,
        'name another column',
      );
    }
  } catch (error) {
    await peeked.return(undefined);
    throw error;
  }
  const repeatable = path !== '-';
  if (repeatable) await peeked.return(undefined);
  let once = repeatable ? undefined : peeked;

  return {
    name,
    dim,
    dtype: head.integerLists.includes(only) ? 'i32' : 'f32',
    count: head.rows,
    batches: async function* () {
      let firstRow = 0;
      const make = (rows: Record<string, unknown>[]): VectorBatch => {
        const made = toBatch(rows, only, dim, firstRow, name);
        firstRow += rows.length;
        return made;
      };
      if (!repeatable) {
        if (once === undefined) {
          throw new InputError({ file: name }, 'can be read only once', 'save it to a file first');
        }
        const rest = once;
        once = undefined;
        if (kept !== undefined) yield make(kept);
        for await (const rows of rest) yield make(rows);
        return;
      }
      const table: Table = await openTable(path, format, options);
      for await (const rows of table.batches([only])) yield make(rows);
    },
  };
}

function toBatch(
  rows: Record<string, unknown>[],
  column: string,
  dim: number,
  firstRow: number,
  name: string,
): VectorBatch {
  const values = new Float32Array(rows.length * dim);
  const integers = new Int32Array(values.length);
  let whole = true;
  for (let r = 0; r < rows.length; r++) {
    const row = firstRow + r;
    const vector = numbers(rows[r][column], name, row);
    if (vector.length !== dim) {
      throw new InputError(
        { file: name, row },
        `dimension ${vector.length}, but the rows before have ${dim}`,
        'rows must agree',
      );
    }
    for (let i = 0; i < dim; i++) {
      const value = vector[i];
      if (typeof value !== 'number')
        throw notVector(
          name,
          row,
          `a list with ${value === null ? 'null' : 'other things than numbers'} in it`,
        );
      values[r * dim + i] = value;
      integers[r * dim + i] = value;
      whole &&= integers[r * dim + i] === value;
    }
  }
  return { firstRow, count: rows.length, values, integers: whole ? integers : undefined };
}

function numbers(value: unknown, name: string, row: number): number[] {
  if (Array.isArray(value) && value.length > 0) return value as number[];
  const what = value === null ? 'null' : Array.isArray(value) ? 'an empty list' : `a ${typeof value}`;
  throw notVector(name, row, what);
}

function notVector(name: string, row: number, what: string): RecordError {
  return new RecordError(
    { file: name, row },
    `${what} where a list of numbers is expected`,
    'name another column',
  );
}
