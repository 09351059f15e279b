import { type Analyzer, openAnalyzer } from '../analysis/index.js';
import type { Branch, PreparedQuery, Query, SearchOptions, SegmentView } from '../branch/index.js';
import { type Schema, TEXT_BRANCH } from '../schema/index.js';
import { Bm25, type Collection } from './bm25.js';
import { PreparedText } from './prepared.js';
import { parseQuery } from './query.js';
import { SegmentText } from './segment-text.js';

/** BM25 over the text part of all segments of an index. */
export class TextBranch implements Branch {
  readonly name = TEXT_BRANCH;
  readonly kind = 'text';
  private readonly analyzer: Analyzer;
  private readonly segments: SegmentText[];
  private readonly collection: Collection;

  /** @throws UsageError for an analyser of a later version; CorruptError */
  constructor(schema: Schema, views: SegmentView[]) {
    if (schema.analyzer === undefined) throw new Error('a text part needs an analyser');
    this.analyzer = openAnalyzer(schema.analyzer);
    this.segments = views.map((view) => new SegmentText(view, schema.text.length));
    this.collection = { documents: 0, tokens: 0 };
    for (const { withText, tokens } of this.segments) {
      this.collection.documents += withText;
      this.collection.tokens += tokens;
    }
  }

  prepare(query: Query, options: SearchOptions): PreparedQuery | undefined {
    const bm25 = new Bm25(this.collection, options);
    if (query.text === undefined) return undefined;
    const clauses = parseQuery(query.text, this.analyzer);
    return new PreparedText(this.segments, clauses, bm25, options.operator ?? 'any');
  }

  warm(): void {
    for (const segment of this.segments) segment.warm();
  }

  /** The segment readers are the index's to close. */
  close(): void {}
}
