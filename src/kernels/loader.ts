import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelExports } from './exports.js';
import { type CompiledModule, Instance, Module, type SharedMemory } from './webassembly.js';

/** Beside the bundle, or where the build puts it when this file runs as source. */
const PLACES = ['.', '../../dist'];

const compiled = new Map<string, CompiledModule>();

/**
 * A compiled module, one for the process; it may be posted to workers.
 * @throws Error when its file is missing, which is a broken installation
 */
export function loadModule(name: 'kernels' | 'bytes'): CompiledModule {
  let module = compiled.get(name);
  if (module === undefined) {
    const paths = PLACES.map((place) => join(import.meta.dirname, place, `${name}.wasm`));
    const path = paths.find((candidate) => existsSync(candidate));
    if (path === undefined) {
      throw new Error(`${name}.wasm is at none of ${paths.join(', ')}; run 'npm run build' or install again`);
    }
    module = new Module(readFileSync(path));
    compiled.set(name, module);
  }
  return module;
}

/** The kernels over vectors. */
export function kernelModule(): CompiledModule {
  return loadModule('kernels');
}

/**
 * An instance over a memory: instances share its data and have scratch of their own.
 * @param module one that was posted, in a worker
 */
export function instantiate(memory: SharedMemory, module = kernelModule()): KernelExports {
  const instance = new Instance(module, { env: { memory } });
  return instance.exports as unknown as KernelExports;
}
