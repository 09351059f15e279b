import { UsageError } from '../../errors/index.js';
import { exportCiff, openReader } from '../../index/index.js';
import type { Context } from '../context.js';
import { LineFile } from '../line-file.js';
import { describeSteps, Progress } from '../progress.js';
import { formatCount } from '../values.js';

/** Bytes gathered before they are written. */
const PIECE_BYTES = 1 << 18;

export async function exportIndex(
  [path]: string[],
  options: { output?: string },
  { terminal, signal }: Context,
): Promise<number> {
  const { output } = options;
  if (output === undefined)
    throw new UsageError('where to? Name the file with -o FILE.ciff; - is standard output');
  if (/\.(gz|zst)$/i.test(output))
    throw new UsageError(`-o ${output}: nothing is compressed here; pipe it: … -o - | gzip > ${output}`);
  if (output === '-' && terminal.io.stdout.isTTY)
    throw new UsageError('CIFF is not for a terminal; name a file: -o index.ciff');
  const index = openReader(path);
  const progress = new Progress(terminal);
  let file: LineFile | undefined;
  try {
    file = output === '-' ? undefined : new LineFile(output, terminal);
    let pieces: Uint8Array[] = [];
    let gathered = 0;
    const flush = (): Promise<void> | undefined => {
      const piece = Buffer.concat(pieces);
      pieces = [];
      gathered = 0;
      return file === undefined ? terminal.print(piece) : file.write(piece);
    };
    const done = await exportCiff(
      index,
      (bytes) => {
        pieces.push(bytes);
        gathered += bytes.length;
        return gathered < PIECE_BYTES ? undefined : flush();
      },
      {
        signal,
        onProgress: (terms, total) =>
          progress.update((seconds) => `terms: ${describeSteps(terms, total, seconds)}`),
      },
    );
    await flush();
    await file?.commit();
    progress.stop();
    terminal.note(
      `${formatCount(done.documents)} documents, ${formatCount(done.terms)} terms, ${formatCount(done.postings)} postings`,
    );
    return 0;
  } finally {
    progress.stop();
    file?.abandon();
    index.close();
  }
}
