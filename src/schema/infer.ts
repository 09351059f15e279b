import type { AnalyzerSpec } from '../analysis/spec.js';
import { didYouMean, UsageError } from '../errors/index.js';
import type { SpecPart } from './index-spec.js';
import { parseSparseField } from './sparse.js';
import { type Metric, type Schema, type SparseField, TEXT_BRANCH, type VectorField } from './types.js';

/** Arrays of numbers at least this long are vectors; shorter ones (coordinates, ratings) are only stored. */
const MIN_VECTOR_LENGTH = 8;
/** Share of a field's arrays that must have one length for it to be taken for a vector; the others are rejected records. */
const VECTOR_SHARE = 0.9;
/** Longest vector taken. */
export const MAX_DIMENSION = 65_536;

const ID_NAME = /^_?id$|_id$|[a-z]Id$/;
const URL_NAME = /^(url|uri|link|href)$|_(url|uri|link|href)$/i;
/** 'pageUrl', but not 'curl' or 'blink'. */
const URL_CAMEL = /[a-z](URL|Url|URI|Uri|Link|Href)$/;
const URL_VALUE = /^[a-z][a-z0-9+.-]*:\/\/\S+$/i;
/** A number as text: decimal, with white space around it or none. */
export const NUMBER_VALUE = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/;

/** What the caller asked for; what is undefined is inferred. */
export interface SchemaRequest {
  text?: string[];
  keyword?: string[];
  number?: string[];
  /** Fields of the records that hold vectors. */
  vector?: string[];
  /** Fields of terms with weights, as --sparse names them. */
  sparse?: string[];
  store: 'all' | 'none' | string[];
  /** False to index text without positions. */
  positions?: boolean;
  /** Fields whose vectors come from files of their own, with the dimension those have. */
  fileVectors: { name: string; dim: number; integers: boolean }[];
  /** Metric by field; '' is the default for all fields. */
  metric: Map<string, Metric>;
  /** Structure by field; '' is the default for all fields. Resolved: parameters are filled in. */
  structure: Map<string, { kind: string; params: Record<string, number>; stages: SpecPart[] }>;
  idField?: string;
  /** True for CSV and TSV, where every value is a string. */
  untyped: boolean;
  /** Made only when there is text to analyse, from the text it is for. */
  analyzer: (samples: string[]) => AnalyzerSpec;
}

/** Kinds of value a field was seen to hold. */
interface Seen {
  kinds: Set<'string' | 'number' | 'boolean' | 'strings' | 'numbers' | 'object'>;
  /** Arrays of numbers seen, by length. */
  lengths: Map<number, number>;
  /** Every value is an object of numbers. */
  weighted: boolean;
  allUrls: boolean;
  allNumeric: boolean;
}

/**
 * Decides what each field is for, from what was asked and from the first records.
 * Stated roles win; what is stated for one kind (text, say) does not stop inference of the others.
 * @param sample the first records' fields
 * @returns the schema, and a line per field that says what it became
 * @throws UsageError for a stated field that no sampled record has, a field stated twice, a reserved name
 */
export function inferSchema(
  sample: Record<string, unknown>[],
  request: SchemaRequest,
): { schema: Schema; notes: string[] } {
  const idField = request.idField;
  const fields = observe(
    sample,
    (name) => name === idField || (idField === undefined && (name === '_id' || name === 'id')),
  );
  const stated = new Map<string, string>();
  const sparse: SparseField[] = (request.sparse ?? []).map(parseSparseField);
  for (const role of ['text', 'keyword', 'number', 'vector', 'sparse'] as const) {
    for (const name of role === 'sparse' ? sparse.map((field) => field.name) : (request[role] ?? [])) {
      if (stated.has(name))
        throw new UsageError(`field '${name}' is given both as ${stated.get(name)} and as ${role}`);
      if (sample.length > 0 && !fields.has(name)) {
        const near = didYouMean(name, fields.keys());
        throw new UsageError(
          `--${role} ${name}: no field of that name in the first ${sample.length} records${near}`,
        );
      }
      if (!name.isWellFormed()) {
        throw new UsageError(`--${role} ${JSON.stringify(name)}: half a surrogate pair; rename the field`);
      }
      stated.set(name, role);
    }
  }
  if (Array.isArray(request.store) && sample.length > 0) {
    for (const name of request.store) {
      if (fields.has(name)) continue;
      const near = didYouMean(name, fields.keys());
      throw new UsageError(
        `--store ${name}: no field of that name in the first ${sample.length} records${near}`,
      );
    }
  }
  for (const { name } of request.fileVectors) {
    if (stated.has(name))
      throw new UsageError(`field '${name}' is given both as ${stated.get(name)} and by --vectors`);
    stated.set(name, 'file');
  }

  const text = [...(request.text ?? [])];
  const keyword = [...(request.keyword ?? [])];
  const number = [...(request.number ?? [])];
  const vectors: VectorField[] = [];
  const notes: string[] = [];
  const requireName = (name: string) => {
    if (name === TEXT_BRANCH) {
      throw new UsageError(
        `a vector field can't be named '${TEXT_BRANCH}': that is the text branch; rename it`,
      );
    }
  };
  for (const { name } of sparse) requireName(name);
  const addVector = (name: string, dim: number, integers: boolean) => {
    requireName(name);
    if (!(dim >= 1 && dim <= MAX_DIMENSION)) {
      throw new UsageError(
        `vector field '${name}' has ${dim} dimensions; fields of 1 to ${MAX_DIMENSION} can be indexed`,
      );
    }
    const metric = request.metric.get(name) ?? request.metric.get('') ?? (integers ? 'l2' : 'cosine');
    const spec = request.structure.get(name) ?? request.structure.get('');
    if (spec === undefined) throw new Error('no default structure');
    vectors.push({ name, dim, metric, spec });
  };

  for (const [name, seen] of fields) {
    const role = stated.get(name) ?? inferRole(name, seen, request);
    if (role === 'vector') {
      if (seen.lengths.size === 0) {
        throw new UsageError(`--vector ${name}: the first records hold no arrays of numbers there`);
      }
      addVector(name, commonLength(seen).length, false);
    } else if (role === 'file') {
      continue;
    } else if (!stated.has(name)) {
      if (role === 'text') text.push(name);
      if (role === 'keyword') keyword.push(name);
      if (role === 'number') number.push(name);
    }
    notes.push(`${name}: ${describe(role, vectors.at(-1))}${hint(name, role, seen)}`);
  }
  for (const { name, dim, integers } of request.fileVectors) {
    addVector(name, dim, integers);
    notes.push(`${name}: ${describe('vector', vectors.at(-1))}`);
  }
  for (const [what, map] of [
    ['--metric', request.metric],
    ['--vector-index', request.structure],
  ] as const) {
    for (const name of map.keys()) {
      if (name !== '' && !vectors.some((field) => field.name === name)) {
        const near = didYouMean(
          name,
          vectors.map((field) => field.name),
        );
        throw new UsageError(`${what} ${name}=…: there is no vector field '${name}'${near}`);
      }
    }
  }
  const samples = sample.flatMap((record) =>
    text.map((name) => record[name]).filter((v) => typeof v === 'string'),
  );
  const analyzer = text.length > 0 ? request.analyzer(samples) : undefined;
  const { store: stored, positions = true } = request;
  return {
    schema: {
      ...{ text, keyword, number, vectors, stored, analyzer, positions, ids: true },
      ...(sparse.length === 0 ? {} : { sparse }),
    },
    notes,
  };
}

function describe(role: string, vector: VectorField | undefined): string {
  if (role === 'vector' && vector) {
    const size = vector.metric === 'hamming' ? `${8 * vector.dim} bits` : vector.dim;
    return `vector of ${size}, ${vector.metric}, ${vector.spec.kind}`;
  }
  if (role === 'sparse') return 'terms with weights';
  return role === 'stored' ? 'stored only' : role;
}

/** Why a field that could have been searched is not. */
function hint(name: string, role: string, seen: Seen): string {
  if (role !== 'stored') return '';
  if (seen.weighted) return ` (objects of numbers; --sparse ${name} to search them as terms with weights)`;
  const { length } = commonLength(seen);
  if (seen.kinds.has('numbers') && seen.kinds.size === 1)
    return ` (arrays of ${length} numbers; --vector ${name} to search them)`;
  return seen.kinds.size > 1 ? ` (of several types: ${[...seen.kinds].join(', ')})` : '';
}

function observe(sample: Record<string, unknown>[], isId: (name: string) => boolean): Map<string, Seen> {
  const fields = new Map<string, Seen>();
  for (const record of sample) {
    for (const [name, value] of Object.entries(record)) {
      if (isId(name)) continue;
      let seen = fields.get(name);
      if (seen === undefined) {
        seen = { kinds: new Set(), lengths: new Map(), weighted: false, allUrls: true, allNumeric: true };
        fields.set(name, seen);
      }
      if (value === null || value === undefined || value === '') continue;
      if (typeof value === 'string') {
        seen.kinds.add('string');
        seen.allUrls &&= URL_VALUE.test(value);
        seen.allNumeric &&= NUMBER_VALUE.test(value);
        if (value.startsWith('[')) countLength(seen, countNumbers(value));
      } else if (typeof value === 'number' || typeof value === 'boolean') {
        seen.kinds.add(typeof value as 'number' | 'boolean');
      } else if (Array.isArray(value) && value.length > 0 && value.every((v) => typeof v === 'string')) {
        seen.kinds.add('strings');
      } else if (Array.isArray(value) && value.length > 0 && value.every((v) => typeof v === 'number')) {
        seen.kinds.add('numbers');
        countLength(seen, value.length);
      } else if (!(Array.isArray(value) && value.length === 0)) {
        const weights = Array.isArray(value) ? [] : Object.values(value);
        seen.weighted =
          weights.length > 0 && weights.every((v) => typeof v === 'number') && seen.kinds.size === 0;
        seen.kinds.add('object');
      }
    }
  }
  return fields;
}

function countLength(seen: Seen, length: number): void {
  seen.lengths.set(length, (seen.lengths.get(length) ?? 0) + 1);
}

/** The length most arrays have, and the share of arrays that have it. Records of another length are rejected later. */
function commonLength({ lengths }: Seen): { length: number; share: number } {
  let [length, most, all] = [0, 0, 0];
  for (const [candidate, n] of lengths) {
    all += n;
    if (n > most) [length, most] = [candidate, n];
  }
  return { length, share: all === 0 ? 0 : most / all };
}

/** Numbers in a textual array, for a vector that stands in a CSV cell. */
function countNumbers(value: string): number {
  return value.split(',').length;
}

function inferRole(name: string, seen: Seen, request: SchemaRequest): string {
  // Half a surrogate pair can stand in JSON, but not in an index's metadata.
  if (seen.kinds.size !== 1 || !name.isWellFormed()) return 'stored';
  const kind = [...seen.kinds][0];
  if (kind === 'string') {
    if (ID_NAME.test(name) || URL_NAME.test(name) || URL_CAMEL.test(name) || seen.allUrls) return 'stored';
    if (request.untyped && seen.allNumeric) return request.number ? 'stored' : 'number';
    return request.text ? 'stored' : 'text';
  }
  if (kind === 'number') return request.number ? 'stored' : 'number';
  if (kind === 'strings' || kind === 'boolean') return request.keyword ? 'stored' : 'keyword';
  if (kind === 'numbers' && !request.vector) {
    const { length, share } = commonLength(seen);
    if (share >= VECTOR_SHARE && length >= MIN_VECTOR_LENGTH && length <= MAX_DIMENSION) return 'vector';
  }
  return 'stored';
}
