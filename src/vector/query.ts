import type { FilterPlan, Query, SearchOptions } from '../branch/index.js';
import { UsageError } from '../errors/index.js';
import { rowFloats } from '../kernels/index.js';
import { BYTES_MEND, byteFault, type VectorField } from '../schema/index.js';
import { MOST_PROBE_FADE } from './kinds.js';
import { norm } from './unit.js';

/** A query vector as kernels take it, padded with zeros to whole rows. Not to be written to: it may be the caller's. */
export class QueryVector {
  /** What candidates are found with; of length 1 under cosine. */
  readonly single: Float32Array;
  /** False under cosine: then `double` says more than `single`. */
  readonly isSingle: boolean;
  private widened: Float64Array | undefined;
  private length: number | undefined;

  /** @param double of length 1 under cosine, not rounded to float32; else the vector itself */
  constructor(single: Float32Array, double?: Float64Array) {
    this.single = single;
    this.isSingle = double === undefined;
    this.widened = double;
  }

  /** What scores are computed with. */
  get double(): Float64Array {
    this.widened ??= new Float64Array(this.single);
    return this.widened;
  }

  /** Length of `double`. */
  get norm(): number {
    this.length ??= norm(this.double);
    return this.length;
  }
}

/** @throws UsageError naming the query when the vector does not fit the field */
export function queryVector(field: VectorField, query: Query): QueryVector | undefined {
  const vector = Object.hasOwn(query.vectors, field.name) ? query.vectors[field.name] : undefined;
  if (vector === undefined) return undefined;
  if (vector.length !== field.dim) {
    throw new UsageError(
      `${whatOf(field, query)} has ${vector.length} components, the index has ${field.dim}`,
    );
  }
  // Finite numbers times 0 are 0, all others are not; four sums do not wait for each other.
  const length = field.metric === 'cosine' ? norm(vector) : 0;
  if (!(length < Number.POSITIVE_INFINITY && allFinite(vector))) throw notFinite(field, query, vector);
  if (field.metric === 'hamming') {
    const at = byteFault(vector);
    if (at >= 0)
      throw new UsageError(`${whatOf(field, query)} has ${vector[at]} as component ${at}; ${BYTES_MEND}`);
  }
  const floats = rowFloats(field.dim);
  if (field.metric !== 'cosine') {
    if (floats === field.dim) return new QueryVector(vector);
    const single = new Float32Array(floats);
    single.set(vector);
    return new QueryVector(single);
  }
  if (length === 0) {
    throw new UsageError(`${whatOf(field, query)} is all zeros, which has no direction; cosine needs one`);
  }
  const single = new Float32Array(floats);
  const double = new Float64Array(floats);
  for (let i = 0; i < vector.length; i++) {
    double[i] = vector[i] / length;
    single[i] = double[i];
  }
  return new QueryVector(single, double);
}

function whatOf(field: VectorField, query: Query): string {
  return `query '${query.id}': its vector for '${field.name}'`;
}

function allFinite(vector: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = vector.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    a += vector[i] * 0;
    b += vector[i + 1] * 0;
    c += vector[i + 2] * 0;
    d += vector[i + 3] * 0;
  }
  for (let i = whole; i < vector.length; i++) a += vector[i] * 0;
  return a + b + c + d === 0;
}

function notFinite(field: VectorField, query: Query, vector: Float32Array): UsageError {
  const at = vector.findIndex((value) => !Number.isFinite(value));
  return new UsageError(
    `${whatOf(field, query)} has ${vector[at]} as component ${at}; only finite numbers can be compared`,
  );
}

/** Query-time settings with their defaults. */
export interface Settings {
  exact: boolean;
  /** Undefined: DEFAULT_EF_SEARCH, or with gamma GAMMA_EF_SEARCH. */
  efSearch: number | undefined;
  gamma: number | undefined;
  /** Undefined: by the number of lists of each segment. */
  nprobe: number | undefined;
  probeFade: number;
  /** Undefined: as many as are wanted, wherever they are. */
  radius: number | undefined;
  /** Undefined: as the spec of the field says. */
  refine: number | undefined;
  /** Undefined: by what costs least. */
  filterPlan: FilterPlan | undefined;
}

/** Far beyond where every vector is looked at. */
const MOST_GAMMA = 1000;

/** @throws UsageError for a number that is not a whole one of at least 1, or a recall that can't be promised */
export function querySettings(options: SearchOptions): Settings {
  for (const name of ['efSearch', 'nprobe', 'refine'] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
      throw new UsageError(`${name} is ${value}; give a whole number of at least 1`);
    }
  }
  const { gamma } = options;
  if (gamma !== undefined && !(gamma >= 0 && gamma <= MOST_GAMMA))
    throw new UsageError(`gamma is ${gamma}; give a number from 0 to ${MOST_GAMMA}, such as 0.1`);
  const { probeFade = 0 } = options;
  if (!(Number.isInteger(probeFade) && probeFade >= 0 && probeFade <= MOST_PROBE_FADE))
    throw new UsageError(`probeFade is ${probeFade}; give a whole number from 0 to ${MOST_PROBE_FADE}`);
  if (options.targetRecall !== undefined) checkTargetRecall(options.targetRecall);
  return {
    exact: options.exact ?? false,
    efSearch: options.efSearch,
    gamma: options.gamma,
    nprobe: options.nprobe,
    probeFade,
    refine: options.refine,
    radius: options.radius,
    filterPlan: options.filterPlan,
  };
}

/**
 * The least score of what lies within a radius: of minus the square under l2, of 1 minus it under cosine,
 * of minus it under hamming, of the number itself for inner products.
 * @throws UsageError for what is no radius
 */
export function leastScore({ metric, name }: VectorField, radius: number): number {
  if (metric === 'ip' ? !Number.isFinite(radius) : !(radius >= 0 && Number.isFinite(radius))) {
    const wanted = metric === 'ip' ? 'a number, the least inner product' : 'a distance of 0 or more';
    throw new UsageError(`radius ${radius} for '${name}': give ${wanted}`);
  }
  if (metric === 'l2') return 0 - radius * radius;
  if (metric === 'hamming') return 0 - radius;
  return metric === 'cosine' ? 1 - radius : radius;
}

/** @throws UsageError for a recall that is none, or is certain only when every vector is compared */
export function checkTargetRecall(recall: number): void {
  if (recall > 0 && recall < 1) return;
  const mend =
    recall === 1 ? 'all of the nearest are certain with exact search only' : 'give a number between 0 and 1';
  throw new UsageError(`a target recall of ${recall}: ${mend}`);
}
