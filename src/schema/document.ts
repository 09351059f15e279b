import { type Place, RecordError } from '../errors/index.js';
import { type IdFault, idText, isIdFault, recordId, type SourceRecord } from '../records/index.js';
import { NUMBER_VALUE } from './infer.js';
import { readSparse } from './sparse.js';
import type { IndexDocument, Schema, SparseVector, VectorField } from './types.js';

/** Longest id in UTF-8 bytes. */
const MAX_ID_BYTES = 4096;

const encoder = new TextEncoder();

/**
 * Applies a schema to records.
 * @param idField field that holds the id; undefined means `_id`, then `id`
 * @param untyped values are strings (CSV, TSV): numbers and arrays are parsed from them
 */
export class DocumentMapper {
  private readonly schema: Schema;
  private readonly idField: string | undefined;
  private readonly untyped: boolean;
  /** Fields that are not kept where all are: vectors, which are large, and searched as they are. */
  private readonly vectorNames: Set<string>;

  constructor(schema: Schema, options: { idField?: string; untyped: boolean }) {
    this.schema = schema;
    this.idField = options.idField;
    this.untyped = options.untyped;
    this.vectorNames = new Set([...schema.vectors, ...(schema.sparse ?? [])].map((field) => field.name));
  }

  /** The record's id. @throws RecordError when it is missing or can't be one */
  idOf(record: SourceRecord): string {
    const { fields, place } = record;
    const id = this.idField === undefined ? recordId(fields) : idOf(this.idField, fields);
    if (id === undefined) {
      const wanted = this.idField === undefined ? "'_id' or 'id'" : `'${this.idField}'`;
      throw new RecordError(
        place,
        `no id field (${wanted})`,
        'give every record one, or name the field with --id-field',
      );
    }
    if (isIdFault(id)) throw new RecordError(place, id.fault, id.mend);
    return checkId(id, place);
  }

  /**
   * @param external vectors from files, by position in schema.vectors; they win over inline ones
   * @throws RecordError when a value does not fit its field
   */
  map(record: SourceRecord, row: number, id: string, external: (Float32Array | undefined)[]): IndexDocument {
    const { fields, place } = record;
    const texts = this.schema.text.map((name) => this.text(name, own(fields, name), place));
    const numbers = this.schema.number.map((name) => this.number(name, own(fields, name), place));
    const keywords = this.schema.keyword.map((name) => this.keyword(name, own(fields, name), place));
    const vectors = this.schema.vectors.map((field, i) => {
      const vector = external[i] ?? this.inlineVector(field, own(fields, field.name), place);
      if (vector !== undefined) checkVector(vector, field, place);
      return vector;
    });
    const sparse = this.schema.sparse?.map(({ name }) => this.sparse(name, own(fields, name), place));
    return { id, row, texts, vectors, sparse, keywords, numbers, stored: this.stored(fields, place) };
  }

  private text(name: string, value: unknown, place: Place): string {
    if (value === null || value === undefined) return '';
    if (typeof value === 'string') return value;
    if (Array.isArray(value) && value.every((v) => typeof v === 'string')) return value.join('\n');
    throw new RecordError(place, `field '${name}' is text, but holds ${kindOf(value)}`, mendField(name));
  }

  private number(name: string, value: unknown, place: Place): number {
    if (value === null || value === undefined || (this.untyped && value === '')) return Number.NaN;
    // The rule of inference: Number() alone takes blanks for 0, and hexadecimal.
    const numeric = this.untyped && typeof value === 'string' && NUMBER_VALUE.test(value);
    const number = numeric ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) {
      throw new RecordError(
        place,
        `field '${name}' is a number, but holds ${kindOf(value)}`,
        mendField(name),
      );
    }
    return number;
  }

  /** An empty cell of CSV holds nothing; an empty string of JSON is a value. */
  private keyword(name: string, value: unknown, place: Place): string[] {
    if (value === null || value === undefined || (this.untyped && value === '')) return [];
    const one = (v: unknown) => typeof v === 'string' || typeof v === 'boolean' || typeof v === 'number';
    if (!(one(value) || (Array.isArray(value) && value.every(one)))) {
      throw new RecordError(
        place,
        `field '${name}' is a keyword, but holds ${kindOf(value)}`,
        mendField(name),
      );
    }
    // What is no Unicode has no bytes to be ordered by.
    return (Array.isArray(value) ? value : [value]).map((v) => String(v).toWellFormed());
  }

  private sparse(name: string, raw: unknown, place: Place): SparseVector | undefined {
    let value = raw;
    if (value === null || value === undefined || (this.untyped && value === '')) return undefined;
    if (this.untyped && typeof value === 'string') {
      try {
        value = JSON.parse(value);
      } catch {
        // What is said of it below is true of text.
      }
    }
    const found = readSparse(value);
    if ('fault' in found) throw new RecordError(place, `field '${name}' ${found.fault}`, found.mend);
    return found;
  }

  private inlineVector(field: VectorField, raw: unknown, place: Place): Float32Array | undefined {
    let value = raw;
    if (value === null || value === undefined || (this.untyped && value === '')) return undefined;
    if (this.untyped && typeof value === 'string') {
      try {
        value = JSON.parse(value);
      } catch {
        throw new RecordError(
          place,
          `field '${field.name}' is a vector, but holds text`,
          'write it like [0.1,0.2,…]',
        );
      }
    }
    if (!Array.isArray(value) || !value.every((v) => typeof v === 'number')) {
      throw new RecordError(
        place,
        `field '${field.name}' is a vector, but holds ${kindOf(value)}`,
        mendField(field.name),
      );
    }
    return Float32Array.from(value);
  }

  /** CSV and TSV hold text; a number field's values are given back as numbers, empty cells as null. */
  private typed(name: string, value: unknown): unknown {
    if (!this.untyped || typeof value !== 'string' || !this.schema.number.includes(name)) return value;
    return value === '' ? null : Number(value);
  }

  private stored(fields: Record<string, unknown>, place: Place): Uint8Array | undefined {
    const wanted = this.schema.stored;
    if (wanted === 'none') return undefined;
    const kept: Record<string, unknown> = {};
    const idName = this.idField ?? ((own(fields, '_id') ?? null) === null ? 'id' : '_id');
    for (const [name, value] of Object.entries(fields)) {
      // A null '_id' is no id, and nothing to keep either.
      if (name === idName || (this.idField === undefined && name === '_id')) continue;
      if (wanted === 'all' ? !this.vectorNames.has(name) : wanted.includes(name))
        kept[name] = this.typed(name, value);
    }
    try {
      return encoder.encode(JSON.stringify(kept));
    } catch (error) {
      // What JSON.parse took, JSON.stringify gives back, but for the depth that a stack allows.
      if (!(error instanceof RangeError)) throw error;
      throw new RecordError(place, 'nested too deeply to be stored', 'flatten the record, or use --no-store');
    }
  }
}

/** A field's value; never what every object inherits ('constructor'). */
function own(fields: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function idOf(name: string, fields: Record<string, unknown>): string | undefined | IdFault {
  const value = own(fields, name);
  return value === undefined || value === null ? undefined : idText(name, value);
}

/** @param place named in the error @throws RecordError for an id that lines of text could not hold */
export function checkId(id: string, place: Place): string {
  if (!id.isWellFormed() || /[\0\n\r]/.test(id)) {
    throw new RecordError(
      place,
      'the id holds a line break, NUL or half a surrogate pair',
      'use an id without them',
    );
  }
  if (Buffer.byteLength(id) > MAX_ID_BYTES) {
    throw new RecordError(place, `the id is longer than ${MAX_ID_BYTES} bytes`, 'use a shorter id');
  }
  return id;
}

/**
 * @param place named in the error
 * @throws RecordError for a wrong dimension, NaN or infinite components, a zero vector under cosine, what is
 *   no byte under hamming
 */
export function checkVector(vector: Float32Array, field: VectorField, place: Place): void {
  if (vector.length !== field.dim) {
    throw new RecordError(
      place,
      `vector '${field.name}' has ${vector.length} dimensions, the field has ${field.dim}`,
      'make them equal, or skip such records with --on-error skip',
    );
  }
  let nonzero = false;
  for (let i = 0; i < vector.length; i++) {
    if (!Number.isFinite(vector[i])) {
      throw new RecordError(
        place,
        `vector '${field.name}' holds ${vector[i]} at position ${i}`,
        'only finite float32 numbers can be compared',
      );
    }
    nonzero ||= vector[i] !== 0;
  }
  if (field.metric === 'hamming') {
    const at = byteFault(vector);
    if (at >= 0)
      throw new RecordError(
        place,
        `vector '${field.name}' holds ${vector[at]} at position ${at}`,
        BYTES_MEND,
      );
  }
  if (!nonzero && field.metric === 'cosine') {
    throw new RecordError(
      place,
      `vector '${field.name}' is all zeros, which has no direction under cosine`,
      'leave it out, or use --metric l2 or ip',
    );
  }
}

/** What to do about a vector that hamming can't compare. */
export const BYTES_MEND =
  'hamming compares packed bits, eight a byte: give whole numbers from 0 to 255, or use another metric';

/** Position of the first component that is no byte, a whole number from 0 to 255; -1 when all are. */
export function byteFault(vector: ArrayLike<number>): number {
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i];
    if (!(value >= 0 && value <= 255 && value === Math.trunc(value))) return i;
  }
  return -1;
}

function mendField(name: string): string {
  return `mend the record, state another role for '${name}', or use --on-error skip`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (value === null) return 'null';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string'
    ? `the text ${JSON.stringify(value.slice(0, 40))}`
    : `the ${typeof value} ${String(value)}`;
}
