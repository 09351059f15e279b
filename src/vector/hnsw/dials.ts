import { halfDoubled } from '../dial.js';
import type { Dial } from '../kind.js';
import type { VectorPart } from '../part.js';

/** Breadths tried for a depth: as many times the depth, but no more than these unless a target asks for it. */
const SPAN = 150;
const BROAD = 4000;

export function graphDials({ count }: VectorPart): Dial[] {
  return [
    {
      setting: 'efSearch',
      rivals: ['gamma'],
      least: (depth) => depth,
      next: halfDoubled,
      limit: (depth) => Math.min(count, depth * SPAN, Math.max(BROAD, depth)),
      most: () => count,
      grows: true,
      cost: (value) => value,
    },
  ];
}
