/**
 * threads: worker threads, below whoever has work for them.
 *
 * Maps the name of a thread's bundle and its data to a running thread, and what ended one to an error for people. Good for:
 * anything that deals work among threads. Not for: what they are told and say, which each room settles with its own.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ResourceError } from '../errors/index.js';

/** Beside the bundle, or where the build puts it when this file runs as source. */
const PLACES = ['.', '../../dist'];
/** What Node says of a thread that could not have what it needed, at its start or later. */
const NO_MEMORY = ['ERR_WORKER_OUT_OF_MEMORY', 'ERR_WORKER_INIT_FAILED'];

/**
 * Starts a thread from dist/NAME.cjs.
 * @param workerData is cloned, shared memory shared
 * @throws Error when its bundle is missing, which is a broken installation
 */
export function startThread(name: 'worker' | 'build-worker' | 'text-worker', workerData: unknown): Worker {
  const paths = PLACES.map((place) => join(import.meta.dirname, place, `${name}.cjs`));
  const file = paths.find((path) => existsSync(path));
  if (file === undefined)
    throw new Error(`${name}.cjs is at none of ${paths.join(', ')}; run 'npm run build' or install again`);
  return new Worker(file, { workerData });
}

/** @param error that ended a thread, of memory it could not have or of a bug @param whose `a thread of the build` */
export function threadFault(error: Error, whose: string): Error {
  if (!NO_MEMORY.includes((error as NodeJS.ErrnoException).code ?? '')) return error;
  return new ResourceError(`${whose} had no memory; use fewer --threads`, { cause: error });
}
