import { CorruptError } from '../../errors/index.js';
import type { VectorPart } from '../part.js';
import { loadLists } from './search.js';

/** Rows whose list is verified, spread over all. */
const SAMPLED = 256;
/**
 * How much nearer than its own list's centroid another may be, relative to the squared sizes
 * involved: rows were assigned in float32, relative to the mean.
 */
const TOLERANCE = 1e-4;

/**
 * Offsets ascend, the order is a permutation (ascending within a list), centroids are finite, and a
 * sample of rows is in the list of its nearest centroid.
 * @throws CorruptError
 */
export function checkIvf(part: VectorPart): void {
  const { reader, name, count, floats } = part;
  const { nlist, offsets, order } = loadLists(part);
  const centroids = reader.loadF32(`${name}/centroids`);
  if (!centroids.every((value) => Number.isFinite(value))) {
    throw new CorruptError(reader.path, `array '${name}/centroids' is not finite`);
  }
  for (let list = 0; list < nlist; list++) {
    for (let at = offsets[list] + 1; at < offsets[list + 1]; at++) {
      if (order[at] <= order[at - 1]) {
        throw new CorruptError(reader.path, `'${name}': list ${list} is not in document order`);
      }
    }
  }
  const middle = new Float64Array(floats);
  for (let i = 0; i < centroids.length; i++) middle[i % floats] += centroids[i] / nlist;
  const step = Math.max(1, Math.floor(count / SAMPLED));
  for (let position = 0; position < count; position += step) {
    const stored = reader.range(`${name}/rows`, position * part.rowBytes, part.rowBytes);
    const row = part.bytes ? Float32Array.from(stored.subarray(0, floats)) : new Float32Array(stored.buffer);
    const list = listOf(offsets, position);
    const size = squaredDistance(row, middle, 0);
    const own = squaredDistance(row, centroids, list * floats);
    for (let other = 0; other < nlist; other++) {
      const distance = squaredDistance(row, centroids, other * floats);
      if (own - distance > TOLERANCE * (size + own)) {
        throw new CorruptError(
          reader.path,
          `'${name}': row ${position} is in list ${list}, and list ${other} is nearer`,
        );
      }
    }
  }
}

/** The list a position is in: the last that begins at or before it. */
function listOf(offsets: Uint32Array, position: number): number {
  let low = 0;
  let high = offsets.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (offsets[middle] <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

function squaredDistance(row: Float32Array, table: Float32Array | Float64Array, start: number): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += (row[i] - table[start + i]) ** 2;
  return sum;
}
