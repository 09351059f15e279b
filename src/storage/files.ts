import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { ResourceError, ShortlistError, TruncatedError } from '../errors/index.js';

/** Largest single read or write asked of the system: Linux stops at 2 GiB - 4 KiB. */
const LARGEST_TRANSFER = 1 << 30;

/**
 * Fills `target` from `position` of an open file.
 * @throws TruncatedError when the file ends first
 */
export function readExactly(fd: number, target: Uint8Array, position: number, path: string): void {
  let done = 0;
  while (done < target.length) {
    const want = Math.min(LARGEST_TRANSFER, target.length - done);
    const got = readSync(fd, target, done, want, position + done);
    if (got === 0) throw new TruncatedError(path, position + target.length, position + done);
    done += got;
  }
}

/**
 * Writes all of `bytes` at `position`.
 * @throws ResourceError when the disk or quota is full
 */
export function writeExactly(fd: number, bytes: Uint8Array, position: number, path: string): void {
  let done = 0;
  try {
    while (done < bytes.length) {
      const want = Math.min(LARGEST_TRANSFER, bytes.length - done);
      done += writeSync(fd, bytes, done, want, position + done);
    }
  } catch (error) {
    throw fromSystem(error, path);
  }
}

/**
 * Makes renames and new names in `directory` survive a power cut. Systems that can't open a
 * directory (Windows) order this themselves; the refusal is ignored there.
 */
export function syncDirectory(directory: string): void {
  let fd: number;
  try {
    fd = openSync(directory, 'r');
  } catch (error) {
    if (process.platform === 'win32') return;
    throw fromSystem(error, directory);
  }
  try {
    fsyncSync(fd);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EINVAL' && code !== 'EPERM' && code !== 'ENOTSUP') throw fromSystem(error, directory);
  } finally {
    closeSync(fd);
  }
}

const RESOURCE_CODES: Record<string, string> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than the file system allows',
  ENOMEM: 'out of memory',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this machine',
};

/** Turns a system error about a full machine into a ResourceError; anything else comes back as it is. */
export function fromSystem(error: unknown, path: string): unknown {
  if (error instanceof ShortlistError) return error;
  const what = RESOURCE_CODES[(error as NodeJS.ErrnoException)?.code ?? ''];
  return what === undefined ? error : new ResourceError(`${path}: ${what}`, { cause: error });
}
