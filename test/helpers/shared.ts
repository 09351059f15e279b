import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Collections that stand beside the project on some machines. Tests that need one skip, and say so, where it is absent. */
const root = process.env.SHORTLIST_SHARED ?? fileURLToPath(new URL('../../../shared/', import.meta.url));

/** Absolute path of a file or folder under the shared data, or undefined (with one line on stderr) when it is absent. */
export function shared(path: string): string | undefined {
  const full = join(root, path);
  if (existsSync(full)) return full;
  process.stderr.write(`skipped: ../shared/${path} is not here\n`);
  return undefined;
}
