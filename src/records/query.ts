import type { Place } from '../errors/index.js';
import type { TableFormat, VectorFormat } from './formats.js';

/** One query as its file has it. */
export interface SourceQuery {
  place: Place;
  /** `_id`, `id`, `query_id` or `qid`, else the 0-based row. */
  id: string;
  text?: string;
  /** JSONL, TSV and tables: everything that is neither id nor text, such as vectors by field name. */
  fields: Record<string, unknown>;
  /** The row of a vectors file. */
  vector?: Float32Array;
}

/** `text` is one query a line, its id the row. */
export type QueryFormat = 'jsonl' | 'tsv' | 'trec' | 'text' | TableFormat | VectorFormat;
