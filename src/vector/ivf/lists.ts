import { metaCount } from '../../branch/index.js';
import { CorruptError } from '../../errors/index.js';
import { expectShape, loadOrder, type VectorPart } from '../part.js';

/** Small tables of the lists, bounded. */
export interface ListTables {
  nlist: number;
  /** List i is positions offsets[i] to offsets[i + 1]. */
  offsets: Uint32Array;
  /** Vector number of each position: a permutation. */
  order: Uint32Array;
  /** Groups of lists; 1 when they are not grouped. */
  groups: number;
  /** Group i is lists groupOffsets[i] to groupOffsets[i + 1]. */
  groupOffsets: Uint32Array;
  /** ip: how far rows of each list lie from its centroid in a component. */
  spreads: Float32Array | undefined;
}

/** @throws CorruptError when offsets do not ascend to the number of vectors, or the order is no permutation */
export function loadLists(part: VectorPart): ListTables {
  const { reader, name, meta, count } = part;
  const nlist = metaCount(reader, meta, 'nlist', count);
  const groups = metaCount(reader, meta, 'groups', nlist);
  expectShape(part, 'centroids', 'f32', [nlist, part.floats]);
  const offsets = loadOffsets(part, 'offsets', nlist, count);
  let groupOffsets: Uint32Array = Uint32Array.of(0, nlist);
  if (groups > 1) {
    expectShape(part, 'groups', 'f32', [groups, part.floats]);
    groupOffsets = loadOffsets(part, 'groupOffsets', groups, nlist);
  }
  const order = loadOrder(part);
  if (order === undefined) throw new CorruptError(reader.path, `array '${name}/order' is missing`);
  const spreads = part.field.metric === 'ip' ? loadSpreads(part, nlist) : undefined;
  return { nlist, offsets, order, groups, groupOffsets, spreads };
}

function loadSpreads(part: VectorPart, nlist: number): Float32Array {
  const { reader, name } = part;
  expectShape(part, 'spreads', 'f32', [nlist]);
  const spreads = reader.loadF32(`${name}/spreads`);
  if (!spreads.every((spread) => spread >= 0 && Number.isFinite(spread))) {
    throw new CorruptError(reader.path, `array '${name}/spreads' holds what is no size`);
  }
  return spreads;
}

function loadOffsets(part: VectorPart, array: string, count: number, end: number): Uint32Array {
  const { reader, name } = part;
  expectShape(part, array, 'u32', [count + 1]);
  const offsets = reader.loadU32(`${name}/${array}`);
  const ascending = offsets.every((offset, i) => i === 0 || offset >= offsets[i - 1]);
  if (!ascending || offsets[0] !== 0 || offsets[count] !== end) {
    throw new CorruptError(reader.path, `array '${name}/${array}' does not ascend from 0 to ${end}`);
  }
  return offsets;
}
