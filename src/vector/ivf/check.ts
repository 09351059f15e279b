import { CorruptError } from '../../errors/index.js';
import { centreCodes, loadCoder } from '../codes/index.js';
import type { VectorPart } from '../part.js';
import { loadLists } from './lists.js';

/** Rows whose list is verified, spread over all. */
const SAMPLED = 256;
/**
 * How much nearer than its own list's centroid another may be, relative to the squared sizes
 * involved: rows were assigned in float32, relative to the mean.
 */
const TOLERANCE = 1e-4;

/**
 * Offsets ascend, the order is a permutation (ascending within a list), centroids are finite, lists
 * are in the groups of their nearest centres, and a sample of rows is in lists none of whose
 * group's is nearer. Rows are compared with the lists near their group, its own among them.
 * @throws CorruptError
 */
export function checkIvf(part: VectorPart): void {
  const { reader, name, count, floats } = part;
  const { nlist, offsets, order, groups, groupOffsets } = loadLists(part);
  for (let list = 0; list < nlist; list++) {
    for (let at = offsets[list] + 1; at < offsets[list + 1]; at++) {
      if (order[at] <= order[at - 1]) {
        throw new CorruptError(reader.path, `'${name}': list ${list} is not in document order`);
      }
    }
  }
  const centroids = loadFinite(part, 'centroids');
  const centres = groups > 1 ? loadFinite(part, 'groups') : undefined;
  const middle = new Float64Array(floats);
  for (let i = 0; i < centroids.length; i++) middle[i % floats] += centroids[i] / nlist;
  const groupStep = Math.max(1, Math.floor(nlist / SAMPLED));
  for (let list = 0; centres !== undefined && list < nlist; list += groupStep) {
    const row = centroids.subarray(list * floats, (list + 1) * floats);
    const nearest = nearestGroups(row, middle, centres);
    const own = sliceOf(groupOffsets, list);
    if (!nearest.includes(own)) {
      throw new CorruptError(
        reader.path,
        `'${name}': list ${list} is in group ${own}, and another is nearer`,
      );
    }
  }
  const distanceOf = part.field.metric === 'hamming' ? differingBits : squaredDistance;
  const step = Math.max(1, Math.floor(count / SAMPLED));
  // Rows made from codes may be nearer to another list than they were.
  for (let position = 0; position < count && !part.decoded; position += step) {
    const stored = reader.range(`${name}/rows`, position * part.rowBytes, part.rowBytes);
    const row = part.bytes ? Float32Array.from(stored.subarray(0, floats)) : new Float32Array(stored.buffer);
    const list = sliceOf(offsets, position);
    // Bits are counted, not measured.
    const size = part.field.metric === 'hamming' ? 0 : squaredDistance(row, middle, 0);
    const own = distanceOf(row, centroids, list * floats);
    const near = centres === undefined ? [0] : nearestGroups(row, middle, centres);
    // Which of several groups equally far was the row's can't be told.
    if (near.length > 1) continue;
    for (let other = groupOffsets[near[0]]; other < groupOffsets[near[0] + 1]; other++) {
      const distance = distanceOf(row, centroids, other * floats);
      if (own - distance > TOLERANCE * (size + own)) {
        throw new CorruptError(
          reader.path,
          `'${name}': row ${position} is in list ${list}, and list ${other} is nearer`,
        );
      }
    }
  }
  checkCentreCodes(part, centres === undefined ? [centroids] : [centres, centroids]);
}

/** Lists are chosen by what their centroids are coded as. */
function checkCentreCodes(part: VectorPart, tables: Float32Array[]): void {
  const { reader, name, floats } = part;
  const array = `${name}/centreCodes`;
  if (!reader.has(array)) return;
  const coder = loadCoder(part);
  const stride = coder?.stride ?? part.rowBytes;
  const codes = tables.map((table) => Buffer.from(centreCodes(coder, table, floats, stride)));
  if (!Buffer.concat(codes).equals(reader.load(array))) {
    throw new CorruptError(reader.path, `array '${array}' is not what the centroids are coded as`);
  }
}

function loadFinite({ reader, name }: VectorPart, array: string): Float32Array {
  const values = reader.loadF32(`${name}/${array}`);
  if (!values.every((value) => Number.isFinite(value))) {
    throw new CorruptError(reader.path, `array '${name}/${array}' is not finite`);
  }
  return values;
}

/** Groups whose centres are nearest, all that rounding may have chosen. */
function nearestGroups(row: Float32Array, middle: Float64Array, centres: Float32Array): number[] {
  const floats = row.length;
  const size = squaredDistance(row, middle, 0);
  const distances = Float64Array.from({ length: centres.length / floats }, (_, group) =>
    squaredDistance(row, centres, group * floats),
  );
  const least = distances.reduce((a, b) => Math.min(a, b));
  const near: number[] = [];
  distances.forEach((distance, group) => {
    if (distance - least <= TOLERANCE * (size + distance)) near.push(group);
  });
  return near;
}

/** What an offset is in: the last that begins at or before it. */
function sliceOf(offsets: Uint32Array, position: number): number {
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

function differingBits(row: Float32Array, table: Float32Array, start: number): number {
  let bits = 0;
  for (let i = 0; i < row.length; i++) {
    for (let left = row[i] ^ table[start + i]; left !== 0; left &= left - 1) bits++;
  }
  return bits;
}
