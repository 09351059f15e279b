import { type Analyzer, openAnalyzer } from '../analysis/index.js';
import type { Branch, PreparedQuery, Query, SearchOptions, SegmentView } from '../branch/index.js';
import { UsageError } from '../errors/index.js';
import { type Schema, TEXT_BRANCH } from '../schema/index.js';
import { Bm25, type Collection } from './bm25.js';
import { analyseQuery, type Expression, type Leaf } from './expression.js';
import { PreparedText } from './prepared.js';
import { PreparedExpression } from './prepared-expression.js';
import { type Clause, ClauseCounter, parseQuery } from './query.js';
import { parseQuerySyntax } from './query-syntax.js';
import { SegmentText } from './segment-text.js';

/** BM25 over the text part of all segments of an index. */
export class TextBranch implements Branch {
  readonly name = TEXT_BRANCH;
  readonly kind = 'text';
  private readonly analyzer: Analyzer;
  /** The analyser without stemmer and stop words. */
  private readonly folder: Analyzer;
  private readonly fields: string[];
  private readonly positions: boolean;
  private readonly segments: SegmentText[];
  private readonly collection: Collection;

  /** @throws UsageError for an analyser of a later version; CorruptError */
  constructor(schema: Schema, views: SegmentView[]) {
    if (schema.analyzer === undefined) throw new Error('a text part needs an analyser');
    this.analyzer = openAnalyzer(schema.analyzer);
    this.folder = openAnalyzer({ ...schema.analyzer, stemmer: 'none', stopwords: [] });
    this.fields = schema.text;
    this.positions = schema.positions ?? true;
    this.segments = views.map((view) => new SegmentText(view, schema.text.length, schema.positions));
    this.collection = { documents: 0, tokens: 0 };
    for (const { withText, tokens } of this.segments) {
      this.collection.documents += withText;
      this.collection.tokens += tokens;
    }
  }

  prepare(query: Query, options: SearchOptions): PreparedQuery | undefined {
    const bm25 = new Bm25(this.collection, options);
    if (query.text === undefined) return undefined;
    const { operator = 'any', syntax = 'plain' } = options;
    if (syntax === 'plain') {
      const clauses = parseQuery(query.text, this.analyzer);
      for (const { terms, label } of clauses) if (terms.length > 1) this.needPositions(label);
      return new PreparedText(this.segments, clauses, bm25, operator);
    }
    const parsed = parseQuerySyntax(query.text, this.fields, operator);
    const analysed = analyseQuery(parsed, this.analyzer, this.folder, this.fields);
    if (analysed === undefined) return new PreparedText(this.segments, [], bm25, operator);
    for (const leaf of analysed.leaves) {
      const phrase = leaf.kind === 'terms' && leaf.terms.length > 1;
      if (phrase || (leaf.field !== undefined && this.fields.length > 1)) this.needPositions(leaf.label);
    }
    const flat = flatten(analysed.root, analysed.leaves);
    if (flat !== undefined) return new PreparedText(this.segments, flat.clauses, bm25, flat.operator);
    return new PreparedExpression(this.segments, analysed.root, analysed.leaves, bm25);
  }

  /** @throws UsageError when the index has no positions */
  private needPositions(label: string): void {
    if (this.positions) return;
    throw new UsageError(
      `${label}: phrases and fields need the positions of terms, which this index was built without; ask for single words, or build it again without --no-positions`,
    );
  }

  /** Documents with a term, as the analyser gives it. */
  documentFrequency(term: string): number {
    return this.segments.reduce((sum, segment) => sum + (segment.lookup(term)?.df ?? 0), 0);
  }

  warm(): void {
    for (const segment of this.segments) segment.warm();
  }

  /** The segment readers are the index's to close. */
  close(): void {}
}

/** Terms and phrases that are all alternatives, or all needed: the searches that skip know these. */
function flatten(
  root: Expression,
  leaves: Leaf[],
): { clauses: Clause[]; operator: 'any' | 'all' } | undefined {
  const children = root.kind === 'leaf' ? [root] : root.must.length > 0 ? root.must : root.should;
  if (root.kind === 'group') {
    if (root.not.length > 0 || (root.must.length > 0 && root.should.length > 0)) return undefined;
  }
  const counter = new ClauseCounter();
  for (const child of children) {
    if (child.kind === 'group') return undefined;
    const leaf = leaves[child.leaf];
    if (leaf.kind !== 'terms' || leaf.slop > 0 || leaf.field !== undefined) return undefined;
    counter.add(leaf.terms, leaf.boost);
  }
  return {
    clauses: counter.clauses(),
    operator: root.kind === 'group' && root.must.length > 0 ? 'all' : 'any',
  };
}
