import type { Place, RecordError } from '../errors/index.js';

/** One document as its file has it. */
export interface SourceRecord {
  /** The file, the 1-based line (JSONL, TSV, CSV) and the 0-based row among the input's records. */
  place: Place;
  /** Bytes of the record in the decoded input, without its line end. */
  bytes: number;
  /** JSONL: values as parsed; TSV, CSV and text: strings. Never has `__proto__` as a key. */
  fields: Record<string, unknown>;
}

/** A rejected record is a value, in its order, so that the caller may leave it out and go on. */
export type SourceItem = SourceRecord | RecordError;
