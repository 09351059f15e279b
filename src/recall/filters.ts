import type { DocSet } from '../branch/index.js';
import { openColumns } from '../columns/index.js';
import { bindFilter, type Columns, evaluateFilter, parseFilter } from '../filter/index.js';
import type { IndexReader } from '../index/index.js';

/** Filters whose documents are remembered: a bit a document each. */
const KEPT = 16;

/** What a filter leaves of an index. */
export interface Filtered {
  /** By segment. */
  sets: DocSet[];
  /** Documents in all of them. */
  matches: number;
}

/** @throws UsageError when a filter can't be read, or names what the index can't be filtered by */
export function checkFilter(index: IndexReader, text: string): void {
  bindFilter(parseFilter(text), index.manifest.schema);
}

/** Documents of filters, worked out once for the queries that share one. */
export class Filters {
  private readonly index: IndexReader;
  private readonly columns: Columns[];
  private readonly known = new Map<string, Filtered>();

  constructor(index: IndexReader) {
    this.index = index;
    this.columns = index.segments.map((view) => openColumns(index.manifest.schema, view));
  }

  /** @param texts all of which must hold @throws UsageError, CorruptError */
  documents(texts: string[]): Filtered {
    const key = texts.join('\0');
    const known = this.known.get(key);
    if (known !== undefined) {
      // The last used stand last; the first goes.
      this.known.delete(key);
      this.known.set(key, known);
      return known;
    }
    const { schema } = this.index.manifest;
    const parts = texts.map((text) => bindFilter(parseFilter(text), schema));
    const filter = parts.length === 1 ? parts[0] : { kind: 'and' as const, parts };
    const sets = this.columns.map((columns) => evaluateFilter(filter, columns));
    const filtered = { sets, matches: sets.reduce((sum, { count }) => sum + count, 0) };
    if (this.known.size === KEPT) this.known.delete(this.known.keys().next().value as string);
    this.known.set(key, filtered);
    return filtered;
  }
}
