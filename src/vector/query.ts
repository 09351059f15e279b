import type { Query, SearchOptions } from '../branch/index.js';
import { UsageError } from '../errors/index.js';
import { rowFloats } from '../kernels/index.js';
import type { VectorField } from '../schema/index.js';
import { DEFAULT_EF_SEARCH } from './kinds.js';
import { norm, unit } from './unit.js';

/** A query vector as kernels take it, padded with zeros to whole rows. */
export interface QueryVector {
  /** What candidates are found with; of length 1 under cosine. */
  single: Float32Array;
  /** What scores are computed with; under cosine not rounded to float32. */
  double: Float64Array;
  /** Length of `double`. */
  norm: number;
}

/** @throws UsageError naming the query when the vector does not fit the field */
export function queryVector(field: VectorField, query: Query): QueryVector | undefined {
  const vector = Object.hasOwn(query.vectors, field.name) ? query.vectors[field.name] : undefined;
  if (vector === undefined) return undefined;
  const what = `query '${query.id}': its vector for '${field.name}'`;
  if (vector.length !== field.dim) {
    throw new UsageError(`${what} has ${vector.length} components, the index has ${field.dim}`);
  }
  let zeros = true;
  for (let i = 0; i < vector.length; i++) {
    if (!Number.isFinite(vector[i])) {
      throw new UsageError(`${what} has ${vector[i]} as component ${i}; only finite numbers can be compared`);
    }
    if (vector[i] !== 0) zeros = false;
  }
  const cosine = field.metric === 'cosine';
  if (cosine && zeros) {
    throw new UsageError(`${what} is all zeros, which has no direction; cosine needs one`);
  }
  const double = new Float64Array(rowFloats(field.dim));
  double.set(cosine ? unit(vector) : vector);
  return { single: new Float32Array(double), double, norm: norm(double) };
}

/** Query-time settings with their defaults. */
export interface Settings {
  exact: boolean;
  efSearch: number;
  /** Undefined: by the number of lists of each segment. */
  nprobe: number | undefined;
}

/** @throws UsageError for a number that is not a whole one of at least 1 */
export function querySettings(options: SearchOptions): Settings {
  for (const name of ['efSearch', 'nprobe'] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
      throw new UsageError(`${name} is ${value}; give a whole number of at least 1`);
    }
  }
  return {
    exact: options.exact ?? false,
    efSearch: options.efSearch ?? DEFAULT_EF_SEARCH,
    nprobe: options.nprobe,
  };
}
