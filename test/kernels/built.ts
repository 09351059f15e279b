import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Compiles dist/kernels.wasm and bytes.wasm when one is missing or older than its sources, so that no test runs against old code. */
export async function kernelsBuilt(): Promise<void> {
  const folder = join(root, 'src/kernels/assembly');
  const sources = readdirSync(folder, { recursive: true }) as string[];
  const newest = Math.max(...sources.map((name) => statSync(join(folder, name)).mtimeMs));
  const built = ['kernels', 'bytes'].map((name) =>
    statSync(join(root, `dist/${name}.wasm`), { throwIfNoEntry: false }),
  );
  if (built.every((file) => file !== undefined && file.mtimeMs >= newest)) return;
  const script: string = join(root, 'scripts/kernels.mjs');
  const { buildKernels } = await import(script);
  await buildKernels(join(root, 'dist'));
}
