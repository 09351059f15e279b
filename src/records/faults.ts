import { InputError, type Place, RecordError } from '../errors/index.js';

/** How a path is named in messages: '-' is `stdin`. */
export function displayName(path: string): string {
  return path === '-' ? 'stdin' : path;
}

/** Turns a failure of the operating system or of a decoder while reading `place` into an InputError; passes on our own errors. */
export function readFault(error: unknown, place: Place, compression = 'gzip'): Error {
  if (error instanceof InputError) return error;
  if (!(error instanceof Error)) return new InputError(place, String(error));
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT') return new InputError(place, 'no such file or directory', 'check the path');
  if (code === 'ENOTDIR')
    return new InputError(place, 'a part of the path is not a directory', 'check the path');
  if (code === 'EACCES' || code === 'EPERM') return new InputError(place, 'permission denied');
  if (code === 'EISDIR') return new InputError(place, 'is a directory, not a file', 'name a file in it');
  if (code === 'Z_BUF_ERROR')
    return new InputError(place, `truncated ${compression} data`, 'copy the file again');
  if (code.startsWith('Z_') || code.startsWith('ZSTD_')) {
    return new InputError(place, `corrupt ${compression} data (${error.message})`, 'copy the file again');
  }
  if (code !== '') return new InputError(place, `can't be read (${code})`);
  return error;
}

/** A record above the limit; `size` where it is known without reading on. */
export function tooLarge(place: Place, limit: number, size?: number): RecordError {
  const what =
    size === undefined
      ? `a record above the limit of ${limit} bytes`
      : `a record of ${size} bytes, above the limit of ${limit}`;
  return new RecordError(place, what, 'split it');
}

export function invalidUtf8(place: Place): RecordError {
  return new RecordError(place, 'not valid UTF-8', 'convert the input to UTF-8');
}

export function protoField(place: Place): RecordError {
  return new RecordError(place, "'__proto__' can't be a field name", 'rename the field');
}
