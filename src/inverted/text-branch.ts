import { type Analyzer, openAnalyzer } from '../analysis/index.js';
import type {
  Branch,
  FeedbackDocument,
  FeedbackModel,
  PreparedQuery,
  Query,
  SearchOptions,
  SegmentView,
} from '../branch/index.js';
import { UsageError } from '../errors/index.js';
import { type Schema, TEXT_BRANCH } from '../schema/index.js';
import { analyseQuery, type Expression, type Leaf } from './expression.js';
import { FieldPostings } from './field-postings.js';
import { PreparedText } from './prepared.js';
import { PreparedExpression } from './prepared-expression.js';
import { PreparedFields } from './prepared-fields.js';
import { type Clause, ClauseCounter, parseQuery } from './query.js';
import { parseQuerySyntax } from './query-syntax.js';
import { relevanceModel } from './relevance-model.js';
import { type Collection, type FieldCollection, makeScoring, type Scoring } from './scoring/index.js';
import { SegmentText } from './segment-text.js';

/** Scores over the text part of all segments of an index. */
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
  private last: { text: string; k1?: number; b?: number; made: Scoring } | undefined;
  /** Postings scored by field, for the next query. */
  private scored: { scoring: Scoring; postings: FieldPostings[] } | undefined;

  /** @throws UsageError for an analyser of a later version; CorruptError */
  constructor(schema: Schema, views: SegmentView[]) {
    if (schema.analyzer === undefined) throw new Error('a text part needs an analyser');
    this.analyzer = openAnalyzer(schema.analyzer);
    this.folder = openAnalyzer({ ...schema.analyzer, stemmer: 'none', stopwords: [], synonyms: undefined });
    this.fields = schema.text;
    this.positions = schema.positions ?? true;
    this.segments = views.map((view) => new SegmentText(view, schema.text.length, schema.positions));
    this.collection = { documents: 0, tokens: 0 };
    for (const { withTerms, tokens } of this.segments) {
      this.collection.documents += withTerms;
      this.collection.tokens += tokens;
    }
  }

  prepare(query: Query, options: SearchOptions): PreparedQuery | undefined {
    const scoring = this.scoringOf(options);
    if (query.text === undefined) return undefined;
    const { operator = 'any', syntax = 'plain' } = options;
    if (syntax === 'plain') {
      const clauses = parseQuery(query.text, this.analyzer);
      for (const { terms, label } of clauses) if (terms.length > 1) this.needPositions(label);
      return this.prepared(clauses, scoring, operator);
    }
    const parsed = parseQuerySyntax(query.text, this.fields, operator);
    const analysed = analyseQuery(parsed, this.analyzer, this.folder, this.fields);
    if (analysed === undefined) return this.prepared([], scoring, operator);
    for (const leaf of analysed.leaves) {
      const phrase = leaf.kind === 'terms' && leaf.terms.length > 1;
      if (phrase || (leaf.field !== undefined && this.fields.length > 1)) this.needPositions(leaf.label);
    }
    const flat = flatten(analysed.root, analysed.leaves);
    if (flat !== undefined) return this.prepared(flat.clauses, scoring, flat.operator);
    return new PreparedExpression(this.segments, analysed.root, analysed.leaves, scoring);
  }

  /**
   * RM3 (Abdul-Jaleel et al., "UMass at TREC 2004"): the query and the relevance model of what it found, in one. Weights
   * add up to those of the query, so that scores stay comparable.
   */
  widen(
    query: Query,
    found: FeedbackDocument[],
    { terms, weight }: FeedbackModel,
    options: SearchOptions,
  ): PreparedQuery {
    const { operator = 'any', syntax = 'plain' } = options;
    if (operator === 'all' || syntax !== 'plain')
      throw new UsageError(
        '--feedback widens plain queries: leave out --operator all and --syntax query, or --feedback',
      );
    const clauses = parseQuery(query.text ?? '', this.analyzer);
    const total = clauses.reduce((sum, { count }) => sum + count, 0);
    const df = (term: string) => this.documentFrequency(term);
    const model = relevanceModel(found, terms, this.analyzer, df, this.collection.documents);
    const counter = new ClauseCounter();
    // Where nothing was found or is worth adding, the query stays what it is.
    const kept = model.length === 0 ? 1 : weight;
    if (kept > 0) for (const clause of clauses) counter.add(clause.terms, kept * clause.count);
    if (kept < 1)
      for (const one of model) counter.add([{ term: one.term, offset: 0 }], (1 - kept) * total * one.weight);
    const prepared = this.prepared(counter.clauses(), this.scoringOf(options), 'any');
    const added = model.map(({ term, weight: share }) => `${term} ${share.toFixed(3)}`).join(', ');
    prepared.notes.push(`feedback of ${found.length} documents: ${added || 'nothing to add'}`);
    return prepared;
  }

  private prepared(
    clauses: Clause[],
    scoring: Scoring,
    operator: 'any' | 'all',
  ): PreparedText | PreparedFields {
    const { segments, fields } = this;
    if (scoring.byField === undefined) return new PreparedText(segments, clauses, scoring, operator);
    if (this.scored?.scoring !== scoring)
      this.scored = { scoring, postings: segments.map((segment) => new FieldPostings(segment, scoring)) };
    return new PreparedFields(segments, this.scored.postings, fields, clauses, scoring, operator);
  }

  /** The text fields over all segments; undefined where they can't be told apart. */
  private fieldCollections(): FieldCollection[] | undefined {
    const totals = this.fields.map((name) => ({ name, documents: 0, tokens: 0 }));
    for (const segment of this.segments) {
      const own = segment.fieldTotals(this.fields.length);
      if (own === undefined) return undefined;
      for (const [f, { documents, tokens }] of own.entries()) {
        totals[f].documents += documents;
        totals[f].tokens += tokens;
      }
    }
    return totals;
  }

  /** Made once for queries that want the same: parsing what is asked for takes as long as a short list. */
  private scoringOf({ scoring = 'bm25', k1, b }: SearchOptions): Scoring {
    const { last } = this;
    if (last?.text === scoring && last.k1 === k1 && last.b === b) return last.made;
    const made = makeScoring(this.collection, scoring, { k1, b }, () => this.fieldCollections());
    this.last = { text: scoring, k1, b, made };
    return made;
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
