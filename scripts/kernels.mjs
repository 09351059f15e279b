// Compiles src/kernels/assembly to kernels.wasm. The same sources give the same bytes.
//   node scripts/kernels.mjs [folder]     (default: dist)
import { mkdirSync, renameSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param {string} outDir created if need be
 * @returns {Promise<string>} path of the file written
 */
export async function buildKernels(outDir) {
  mkdirSync(outDir, { recursive: true });
  const file = join(resolve(outDir), 'kernels.wasm');
  // Renamed into place, so that nobody who runs meanwhile reads half of it.
  const scratch = join(resolve(outDir), `kernels.${process.pid}.wasm`);
  const { error, stderr } = await asc.main([
    'src/kernels/assembly/index.ts',
    ...['--baseDir', root],
    // The compiler joins this with baseDir, so it has to be relative to it.
    ...['--outFile', relative(root, scratch)],
    ...['-O3', '--noAssert', '--runtime', 'stub'],
    ...['--enable', 'simd', '--enable', 'threads'],
    // Shared memory costs nothing measurable and lets one build serve workers too. All 65,536 pages:
    // a memory may be created with any smaller initial size, but must name the same maximum.
    ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
  ]);
  if (error) throw new Error(`kernels.wasm could not be built\n${stderr}`, { cause: error });
  renameSync(scratch, file);
  return file;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await buildKernels(process.argv[2] ?? join(root, 'dist')));
}
