import { InputError } from '../errors/index.js';
import { openBytes } from './bytes.js';
import { displayName, invalidUtf8, tooLarge } from './faults.js';
import { extension, splitAddress, tableFormat } from './formats.js';
import { idText, isIdFault } from './id.js';
import { noSuchPart } from './npz.js';
import type { ReadOptions } from './options.js';
import { lineBoundary, readSlices } from './split.js';
import { openTable } from './tables/open.js';
import { decodeUtf8 } from './utf8.js';

/** No id is longer than this; a file whose lines are is not a list of ids. */
const MAX_ID_BYTES = 65_536;

/**
 * A list of ids, one a line as it stands there (LF or CRLF, gzip and zstd seen through), or a column of a Parquet or
 * Arrow file (`corpus.parquet#id`), in batches.
 * @throws InputError for an empty line, naming it, for one above 64 KiB and for invalid UTF-8
 */
export async function* readIds(path: string, options: ReadOptions = {}): AsyncGenerator<string[]> {
  const file = displayName(path);
  const address = splitAddress(path);
  const format = tableFormat(extension(address.path));
  if (format !== undefined) {
    const table = await openTable(address.path, format, options);
    const column = address.part ?? (table.columns.length === 1 ? table.columns[0] : undefined);
    if (column === undefined || !table.columns.includes(column)) {
      throw noSuchPart(address.path, address.part, table.columns, 'column');
    }
    let row = 0;
    for await (const rows of table.batches([column])) {
      yield rows.map((fields) => {
        const id = idText(column, fields[column]);
        if (isIdFault(id)) throw new InputError({ file, row }, id.fault, id.mend);
        row++;
        return id;
      });
    }
    return;
  }
  for await (const slices of readSlices(await openBytes(path, options), lineBoundary, MAX_ID_BYTES)) {
    yield slices.map(({ bytes, size, line }) => {
      const place = { file, line };
      if (bytes === undefined) {
        throw new InputError(place, tooLarge(place, MAX_ID_BYTES, size).reason, 'one id a line is expected');
      }
      if (size === 0)
        throw new InputError(place, 'an empty line where an id is expected', 'one id a line is expected');
      const id = decodeUtf8(bytes);
      if (id === undefined)
        throw new InputError(place, invalidUtf8(place).reason, 'convert the input to UTF-8');
      return id;
    });
  }
}
