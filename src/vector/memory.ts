import { ResourceError } from '../errors/index.js';
import { formatBytes } from '../kernels/index.js';

const MIB = 2 ** 20;

/**
 * Refuses a build that the budget can't hold, before it begins.
 * @param what for the message: "hnsw over 1000 vectors of 'emb'"
 * @throws ResourceError saying which --memory would do
 */
export function requireMemory(what: string, bytes: number, budget: number): void {
  if (bytes <= budget) return;
  throw new ResourceError(
    `${what} needs ${formatBytes(bytes)} of memory at once and has ${formatBytes(budget)}; give --memory ${Math.ceil(bytes / MIB)}MiB, or use 'flat', which needs none`,
  );
}
