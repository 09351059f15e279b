import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { KernelExports } from './exports.js';
import { type CompiledModule, Instance, Module, type SharedMemory } from './webassembly.js';

/** Beside the bundle, or where the build puts it when this file runs as source. */
const PLACES = ['./kernels.wasm', '../../dist/kernels.wasm'];

let compiled: CompiledModule | undefined;

/**
 * The compiled module, one for the process; it may be posted to workers.
 * @throws Error when kernels.wasm is missing, which is a broken installation
 */
export function kernelModule(): CompiledModule {
  if (compiled === undefined) {
    const paths = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
    const path = paths.find((candidate) => existsSync(candidate));
    if (path === undefined) {
      throw new Error(`kernels.wasm is at none of ${paths.join(', ')}; run 'npm run build' or install again`);
    }
    compiled = new Module(readFileSync(path));
  }
  return compiled;
}

/**
 * An instance over a memory: instances share its data and have scratch of their own.
 * @param module one that was posted, in a worker
 */
export function instantiate(memory: SharedMemory, module = kernelModule()): KernelExports {
  const instance = new Instance(module, { env: { memory } });
  return instance.exports as unknown as KernelExports;
}
