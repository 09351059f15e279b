import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Builds dist/ when it is missing or older than what it is made of: tests run the tool as it is published. */
export default function setup(): void {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/prepare.mjs'], { cwd: root });
  if (status !== 0) throw new Error(`scripts/prepare.mjs failed:\n${stderr}`);
}
