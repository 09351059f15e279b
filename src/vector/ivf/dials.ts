import { metaCount } from '../../branch/index.js';
import { refineDials, scannedBytes } from '../codes/index.js';
import { halfDoubled } from '../dial.js';
import type { Dial } from '../kind.js';
import type { VectorPart } from '../part.js';

export function listDials(part: VectorPart): Dial[] {
  const { reader, meta, count } = part;
  const nlist = metaCount(reader, meta, 'nlist', count);
  const listBytes = (count / nlist) * scannedBytes(part);
  return [
    {
      setting: 'nprobe',
      rivals: ['probeFade'],
      least: () => 1,
      next: halfDoubled,
      limit: () => nlist,
      most: () => nlist,
      grows: true,
      cost: (value) => value * listBytes,
    },
    ...refineDials(part),
  ];
}
