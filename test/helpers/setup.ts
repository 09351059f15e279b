import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Builds dist/ when it is missing or older than what it is made of: tests run the tool as it is published. */
export default function setup(): void {
  const sources = ['src', 'scripts', 'package.json'].flatMap((name) => {
    const path = join(root, name);
    if (!statSync(path).isDirectory()) return [path];
    const entries = readdirSync(path, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  });
  const newest = Math.max(...sources.map((path) => statSync(path).mtimeMs));
  const built = statSync(join(root, 'dist/cli.cjs'), { throwIfNoEntry: false });
  if (built !== undefined && built.mtimeMs >= newest) return;
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root });
  if (status !== 0) throw new Error(`scripts/build.mjs failed:\n${stderr}`);
}
