import type { TableFormat } from '../formats.js';
import type { ReadOptions } from '../options.js';
import { openArrow } from './arrow.js';
import { openParquet } from './parquet.js';
import type { Table } from './table.js';

/** @throws InputError where the file is not what its format says */
export function openTable(path: string, format: TableFormat, options: ReadOptions): Promise<Table> {
  return format === 'parquet' ? openParquet(path, options) : openArrow(path, options);
}
