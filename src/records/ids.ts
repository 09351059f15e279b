import { InputError } from '../errors/index.js';
import { openBytes } from './bytes.js';
import { displayName, invalidUtf8, tooLarge } from './faults.js';
import type { ReadOptions } from './options.js';
import { lineBoundary, readSlices } from './split.js';
import { decodeUtf8 } from './utf8.js';

/** No id is longer than this; a file whose lines are is not a list of ids. */
const MAX_ID_BYTES = 65_536;

/**
 * A list of ids, one a line as it stands there (LF or CRLF, gzip seen through), in batches.
 * @throws InputError for an empty line, naming it, for one above 64 KiB and for invalid UTF-8
 */
export async function* readIds(path: string, options: ReadOptions = {}): AsyncGenerator<string[]> {
  const file = displayName(path);
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
