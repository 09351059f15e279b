// Compiles src/kernels/assembly to kernels.wasm and bytes.wasm. The same sources give the same bytes.
//   node scripts/kernels.mjs [folder]     (default: dist)
import { mkdirSync, renameSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));

// Shared memory costs nothing measurable and lets one build serve workers too. All 65,536 pages:
// a memory may be created with any smaller initial size, but must name the same maximum.
const SHARED = '--enable threads --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536'.split(
  ' ',
);
const MODULES = [
  { name: 'bytes', source: 'src/kernels/assembly/bytes/index.ts', flags: ['--initialMemory', '2'] },
  { name: 'kernels', source: 'src/kernels/assembly/index.ts', flags: ['--enable', 'simd', ...SHARED] },
];

/**
 * @param {string} outDir created if need be
 * @returns {Promise<string[]>} paths of the files written
 */
export async function buildKernels(outDir) {
  mkdirSync(outDir, { recursive: true });
  const files = [];
  for (const { name, source, flags } of MODULES) {
    const file = join(resolve(outDir), `${name}.wasm`);
    // Renamed into place, so that nobody who runs meanwhile reads half of it.
    const scratch = join(resolve(outDir), `${name}.${process.pid}.wasm`);
    const { error, stderr } = await asc.main([
      source,
      ...['--baseDir', root],
      // The compiler joins this with baseDir, so it has to be relative to it.
      ...['--outFile', relative(root, scratch)],
      ...['-O3', '--noAssert', '--runtime', 'stub'],
      ...flags,
    ]);
    if (error) throw new Error(`${name}.wasm could not be built\n${stderr}`, { cause: error });
    renameSync(scratch, file);
    files.push(file);
  }
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log((await buildKernels(process.argv[2] ?? join(root, 'dist'))).join('\n'));
}
