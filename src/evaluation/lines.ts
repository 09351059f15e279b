import { isUtf8 } from 'node:buffer';
import { InputError } from '../errors/index.js';
import { openBytes } from '../records/index.js';

/** Longest line of a judgment or run file; longer means that the file is something else. */
const LONGEST_LINE = 1 << 20;

/**
 * Calls `visit` with each line of a text file, in order, without its line end (LF or CRLF).
 *
 * @param path a file, plain, gzip or zstd (told by the first bytes, not the name), or '-' for standard input
 * @param visit gets the text and its 1-based number; what it throws ends the reading
 * @throws InputError when the file can't be read, is damaged, is not UTF-8 or has a line over 1 MiB
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

  for await (const chunk of (await openBytes(path)).chunks) {
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

/** Splits at runs of spaces and tabs; other Unicode white space may be part of an id. */
export function columns(text: string): string[] {
  return text.split(/[ \t\v\f]+/).filter((column) => column !== '');
}
