import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '../errors/index.js';

/** Longest line of a judgment or run file; longer means that the file is something else. */
const LONGEST_LINE = 1 << 20;

/**
 * Calls `visit` with each line of a text file, in order, without its line end (LF or CRLF).
 *
 * @param path a file, gzip or plain (told by the first two bytes, not the name), or '-' for standard input
 * @param visit gets the text and its 1-based number; what it throws ends the reading
 * @throws InputError when the file can't be read, is damaged gzip, is not UTF-8 or has a line over 1 MiB
 */
export async function eachLine(path: string, visit: (text: string, line: number) => void): Promise<void> {
  const file = path === '-' ? 'standard input' : path;
  let carry: Buffer[] = [];
  let carried = 0;
  let line = 1;

  const flush = (block: Buffer): void => {
    if (!isUtf8(block)) throw notUtf8(file, block, line);
    let text = block.toString('utf8');
    if (line === 1 && text.startsWith('\ufeff')) text = text.slice(1);
    let start = 0;
    while (start < text.length) {
      let end = text.indexOf('\n', start);
      if (end < 0) end = text.length;
      visit(text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end), line);
      line++;
      start = end + 1;
    }
  };

  try {
    for await (const chunk of unzipped(path)) {
      const end = chunk.lastIndexOf(10) + 1;
      if (end > 0) {
        flush(Buffer.concat([...carry, chunk.subarray(0, end)]));
        carry = [];
        carried = 0;
      }
      if (end < chunk.length) {
        carry.push(chunk.subarray(end));
        carried += chunk.length - end;
        if (carried > LONGEST_LINE) {
          throw new InputError(
            { file, line },
            'line longer than 1 MiB',
            'give a text file of judgments or results',
          );
        }
      }
    }
    if (carried > 0) flush(Buffer.concat(carry));
  } catch (error) {
    throw asInputError(file, error);
  }
}

/** The file's bytes, gunzipped when they begin as gzip does. */
async function* unzipped(path: string): AsyncGenerator<Buffer> {
  const source = path === '-' ? process.stdin : createReadStream(path);
  const chunks: AsyncIterator<Buffer> = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const whole = (async function* () {
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  })();
  try {
    if (head[0] === 0x1f && head[1] === 0x8b) {
      const gunzip = createGunzip();
      // The callback is empty because a failure also destroys gunzip, and reading it below throws.
      pipeline(Readable.from(whole), gunzip, () => {});
      yield* gunzip as AsyncIterable<Buffer>;
    } else {
      yield* whole;
    }
  } finally {
    if (path !== '-') source.destroy();
  }
}

function notUtf8(file: string, block: Buffer, firstLine: number): InputError {
  let line = firstLine;
  let start = 0;
  for (let end = block.indexOf(10); end >= 0; end = block.indexOf(10, start)) {
    if (!isUtf8(block.subarray(start, end))) break;
    start = end + 1;
    line++;
  }
  return new InputError({ file, line }, 'not UTF-8 text', 'convert the file to UTF-8');
}

function asInputError(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error instanceof InputError) return error;
  const code = String(error.code);
  if (code === 'ENOENT') return new InputError({ file }, 'no such file', 'check the path');
  if (code === 'EISDIR') return new InputError({ file }, 'is a folder', 'name a file in it');
  if (code === 'EACCES') return new InputError({ file }, 'may not be read', 'check its permissions');
  if (code.startsWith('Z_')) {
    return new InputError({ file }, 'damaged or cut off gzip', 'copy it again from its source');
  }
  return error;
}

/** Splits at runs of spaces and tabs; other Unicode white space may be part of an id. */
export function columns(text: string): string[] {
  return text.split(/[ \t\v\f]+/).filter((column) => column !== '');
}
