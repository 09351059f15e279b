import { UsageError } from '../errors/index.js';
import type { SparseField, SparseVector } from './types.js';

/** What is wrong with a value that should be a sparse vector. */
export interface SparseFault {
  fault: string;
  mend: string;
}

const MEND = 'write {"term": weight, …}, weights of 0 and more';
/** Fewest and most bits that weights are rounded to. */
const MIN_BITS = 2;
const MAX_BITS = 16;

/**
 * Reads `{"term": weight}`, or `{"indices": [3, 7], "values": [0.5, 1.2]}` with whole numbers for terms. Terms of weight 0 are
 * left out.
 */
export function readSparse(value: unknown): SparseVector | SparseFault {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { fault: 'is no object of terms and weights', mend: MEND };
  const entries = pairs(value) ?? Object.entries(value);
  const found: SparseVector = { terms: [], weights: [] };
  const seen = new Set<string>();
  for (const [term, weight] of entries) {
    const name = JSON.stringify(term.slice(0, 40));
    if (term === '' || !term.isWellFormed())
      return { fault: `holds ${name}, which can't be a term`, mend: MEND };
    if (typeof weight !== 'number')
      return { fault: `holds ${typeof weight} as the weight of ${name}`, mend: MEND };
    if (!(weight >= 0 && Number.isFinite(Math.fround(weight))))
      return { fault: `holds ${weight} as the weight of ${name}`, mend: MEND };
    if (seen.has(term)) return { fault: `holds ${name} twice`, mend: MEND };
    seen.add(term);
    // What float32 can't tell from 0 is 0.
    if (Math.fround(weight) === 0) continue;
    found.terms.push(term);
    found.weights.push(weight);
  }
  return found;
}

/** The form of vector databases: terms are numbers of a vocabulary. */
function pairs(value: object): [string, unknown][] | undefined {
  const { indices, values } = value as { indices?: unknown; values?: unknown };
  if (!Array.isArray(indices) || !Array.isArray(values)) return undefined;
  return indices.map((index, i) => [Number.isSafeInteger(index) ? String(index) : '', values[i]]);
}

/** Reads what --sparse names: `splade` or `splade:bits=8`. @throws UsageError */
export function parseSparseField(text: string): SparseField {
  const match = /^([^:]+)(?::bits=(\d+))?$/.exec(text);
  if (match === null) throw new UsageError(`--sparse ${text}: write a field, or field:bits=8`);
  const [, name, written] = match;
  if (written === undefined) return { name };
  const bits = Number(written);
  if (!(bits >= MIN_BITS && bits <= MAX_BITS))
    throw new UsageError(`--sparse ${text}: weights can be rounded to ${MIN_BITS} to ${MAX_BITS} bits`);
  return { name, bits };
}
