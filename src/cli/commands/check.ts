import { checkIndex } from '../../index/index.js';
import type { Context } from '../context.js';
import { describeBytes, Progress } from '../progress.js';
import { formatBytes, plural } from '../values.js';

export async function check(
  [path]: string[],
  options: { json?: boolean },
  { terminal }: Context,
): Promise<number> {
  const progress = new Progress(terminal);
  try {
    const report = checkIndex(path, (done, total) =>
      progress.update((seconds) => describeBytes(done, total, seconds)),
    );
    progress.stop();
    const { documents, segments, bytes } = report;
    await terminal.print(
      options.json
        ? `${JSON.stringify(report)}\n`
        : `${path}: sound: ${plural(documents, 'document')} in ${plural(segments, 'segment')}, every one of ${formatBytes(bytes)} verified\n`,
    );
    return 0;
  } finally {
    progress.stop();
  }
}
