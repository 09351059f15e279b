import { InputError } from '../errors/index.js';
import type { ByteSource } from './bytes.js';
import { displayName } from './faults.js';
import type { ReadOptions } from './options.js';
import { RandomFile } from './randomfile.js';
import { readZipDirectory, readZipEntry } from './zip.js';

/**
 * The .npy file of one array of a .npz archive (numpy.savez, savez_compressed).
 * @param name the array, which may be left out where there is only one
 * @throws InputError
 */
export async function openNpzArray(
  path: string,
  name: string | undefined,
  options: ReadOptions = {},
): Promise<ByteSource> {
  const file = await RandomFile.open(path, 'npz', options);
  try {
    const arrays = (await readZipDirectory(file)).filter((entry) => entry.name.endsWith('.npy'));
    const names = arrays.map((entry) => entry.name.slice(0, -'.npy'.length));
    const at = name === undefined && arrays.length === 1 ? 0 : names.indexOf(name ?? '');
    if (at < 0) throw noSuchPart(path, name, names, 'array');
    return {
      size: arrays[at].size,
      compressed: false,
      chunks: readZipEntry(file, arrays[at]),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

const LISTED = 10;

/** The error for a part that a file does not have, or that must be named because it has several. */
export function noSuchPart(
  path: string,
  name: string | undefined,
  names: string[],
  what: string,
): InputError {
  const more = names.length > LISTED ? `, … ${names.length - LISTED} more` : '';
  const list = names.length === 0 ? 'none' : names.slice(0, LISTED).join(', ') + more;
  const place = { file: displayName(path) };
  return name === undefined
    ? new InputError(place, `holds ${names.length} ${what}s (${list})`, `name one: ${displayName(path)}#NAME`)
    : new InputError(place, `has no ${what} '${name}'`, `it has ${list}`);
}
