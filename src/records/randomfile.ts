import { type FileHandle, open } from 'node:fs/promises';
import { InputError, type Place } from '../errors/index.js';
import { displayName, readFault } from './faults.js';
import type { ReadOptions } from './options.js';

/** A file read at positions: for formats whose directory stands at the end. */
export class RandomFile {
  readonly size: number;
  readonly place: Place;
  readonly #handle: FileHandle;
  readonly #onBytes: ReadOptions['onBytes'];

  private constructor(handle: FileHandle, size: number, place: Place, onBytes: ReadOptions['onBytes']) {
    this.#handle = handle;
    this.size = size;
    this.place = place;
    this.#onBytes = onBytes;
  }

  /** @param what the format, for the message that stdin, a pipe or a compressed file draws */
  static async open(path: string, what: string, options: ReadOptions = {}): Promise<RandomFile> {
    const place = { file: displayName(path) };
    const needsFile = () =>
      new InputError(
        place,
        `${what} can't be read from a pipe: its directory is at the end`,
        'save it to a file',
      );
    if (path === '-') throw needsFile();
    let handle: FileHandle | undefined;
    try {
      handle = await open(path);
      const found = await handle.stat();
      if (found.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
      if (!found.isFile()) throw needsFile();
      return new RandomFile(handle, found.size, place, options.onBytes);
    } catch (error) {
      await handle?.close();
      throw readFault(error, place);
    }
  }

  /** `length` bytes at `at`, at offset 0 of their buffer. @throws InputError where the file ends before */
  async read(at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (!(at >= 0 && length >= 0 && at + length <= this.size)) throw this.truncated();
    const bytes = new Uint8Array(length);
    let done = 0;
    try {
      while (done < length) {
        const { bytesRead } = await this.#handle.read(bytes, done, length - done, at + done);
        if (bytesRead === 0) throw this.truncated();
        done += bytesRead;
      }
    } catch (error) {
      throw readFault(error, this.place);
    }
    this.#onBytes?.(length);
    return bytes;
  }

  truncated(): InputError {
    return new InputError(this.place, 'truncated, or a length in it is wrong', 'copy the file again');
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
