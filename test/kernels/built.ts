import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Compiles dist/kernels.wasm when it is missing or older than its sources, so that no test runs against old code. */
export async function kernelsBuilt(): Promise<void> {
  const folder = join(root, 'src/kernels/assembly');
  const newest = Math.max(...readdirSync(folder).map((name) => statSync(join(folder, name)).mtimeMs));
  const built = statSync(join(root, 'dist/kernels.wasm'), { throwIfNoEntry: false });
  if (built !== undefined && built.mtimeMs >= newest) return;
  const script: string = join(root, 'scripts/kernels.mjs');
  const { buildKernels } = await import(script);
  await buildKernels(join(root, 'dist'));
}
