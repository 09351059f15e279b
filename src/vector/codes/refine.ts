import type { Dial } from '../kind.js';
import type { VectorPart } from '../part.js';
import { dropsFull } from '../spec.js';
import { blockStage } from './blocks/index.js';

/** Candidates ranked on the rows for each result wanted, where the spec leaves it open. */
const REFINE: Record<string, number> = { sq4: 3, pq: 8, rabitq: 24 };
/** The same where rows are made from the codes: estimates are of the vectors, and their tables are rounded. */
const DECODED: Record<string, number> = { sq4: 2, pq: 3, rabitq: 6 };
/** A row is read from anywhere and scored in float64: so many times the cost of bytes in sequence. */
const ROW_COST = 4;

/** Candidates to rank for each result, of a field with codes of 4 bits. */
export function refineFactor({ spec }: VectorPart['field']): number {
  const asked = spec.stages.find(({ kind }) => kind === 'refine')?.params.factor ?? 0;
  const factors = dropsFull(spec) ? DECODED : REFINE;
  const blocks = spec.stages.find(({ kind }) => factors[kind] !== undefined);
  return asked > 0 || blocks === undefined ? asked : factors[blocks.kind];
}

/** Bytes of what a scan reads of a vector. */
export function scannedBytes({ reader, name, count, rowBytes }: VectorPart): number {
  if (!reader.has(`${name}/codes`)) return rowBytes;
  return reader.info(`${name}/codes`).byteLength / count;
}

/** What recall depends on beside the lists: how many candidates of a coarse code are ranked. */
export function refineDials(part: VectorPart): Dial[] {
  if (blockStage(part.field) === undefined || part.decoded) return [];
  return [
    {
      setting: 'refine',
      rivals: [],
      least: () => 1,
      next: (value) => Math.max(value + 1, Math.floor((value * 3) / 2)),
      limit: (depth) => Math.ceil(part.count / depth),
      most: (depth) => Math.ceil(part.count / depth),
      grows: false,
      cost: (value, depth) => value * depth * part.rowBytes * ROW_COST,
    },
  ];
}
