import { UsageError } from '../../errors/index.js';
import type { IndexReader } from '../../index/index.js';
import type { Hit } from '../../recall/index.js';
import { pickFields } from '../stored.js';

/** What is known of a hit before its fields. */
export const LEADING = ['query', 'rank', 'id', 'score'] as const;

/**
 * The columns a table of answers has beside the leading ones.
 * @throws UsageError for fields whose columns are not known at the start, or are taken
 */
export function fieldColumns(format: string, fields: string[] | undefined): string[] {
  if (fields?.length === 1 && fields[0] === 'all')
    throw new UsageError(
      `--format ${format} has the same columns in every row; name them: --fields title,year (--format jsonl takes 'all')`,
    );
  const taken = fields?.find((name, i) => LEADING.some((lead) => lead === name) || fields.indexOf(name) < i);
  if (taken !== undefined)
    throw new UsageError(
      `--fields ${taken}: --format ${format} has a column of that name already; leave it out, or use --format jsonl`,
    );
  return fields ?? [];
}

/** Values of those columns for one hit: text as it is, what is not text as JSON, null where the document has none. */
export function fieldValues(hit: Hit, index: IndexReader, columns: string[]): (string | null)[] {
  if (columns.length === 0) return [];
  const stored = pickFields(index.documents.stored(hit.doc) ?? {}, columns);
  return columns.map((name) => {
    const value = stored[name];
    if (value === undefined || value === null) return null;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}
