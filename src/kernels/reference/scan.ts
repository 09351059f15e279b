import type { Space } from '../exports.js';
import { type Row, referenceKey } from './distance.js';

/** A row's position and its distance as a key. */
export interface Entry {
  key: number;
  position: number;
}

/** Nearest first, equal distances by position. */
export function byKey(a: Entry, b: Entry): number {
  return a.key - b.key || a.position - b.position;
}

/** The nearest `limit` of all rows, by sorting them. */
export function referenceScan(space: Space, query: Row, rows: Row[], limit: number): Entry[] {
  return rows
    .map((row, position) => ({ key: referenceKey(space, query, row), position }))
    .sort(byKey)
    .slice(0, limit);
}
