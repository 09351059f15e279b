import type { Candidates, Explanation, PreparedQuery } from '../branch/index.js';
import type { Bm25 } from './bm25.js';
import type { Postings } from './codec.js';
import type { TermEntry } from './dictionary-page.js';
import { advance, intersect } from './intersect.js';
import { phrasePostings } from './phrase.js';
import type { Clause } from './query.js';
import { type Scorer, scoreAll, scoreAny } from './score.js';
import type { SegmentText } from './segment-text.js';

/** A clause with its dictionary entries looked up everywhere. */
interface BoundClause extends Clause {
  /** entries[segment][term of the clause]; undefined where the segment lacks the term. */
  entries: (TermEntry | undefined)[][];
  /** Documents with each term over all segments. */
  df: number[];
  /** Sum over the terms, a repeated one each time: a phrase weighs what its terms weigh. */
  idf: number;
  weight: number;
}

const NOTHING: Candidates = { docs: new Uint32Array(0), scores: new Float64Array(0) };

/** A query bound to the open segments. */
export class PreparedText implements PreparedQuery {
  readonly notes: string[] = [];
  private readonly segments: SegmentText[];
  private readonly clauses: BoundClause[];
  private readonly bm25: Bm25;
  private readonly operator: 'any' | 'all';

  constructor(segments: SegmentText[], clauses: Clause[], bm25: Bm25, operator: 'any' | 'all') {
    this.segments = segments;
    this.bm25 = bm25;
    this.operator = operator;
    this.clauses = clauses.map((clause) => this.bind(clause));
    if (clauses.length === 0) this.notes.push('the query has no terms: nothing but stop words or signs');
    for (const clause of this.clauses) {
      const unknown = clause.terms.filter((_, t) => clause.df[t] === 0).map(({ term }) => `'${term}'`);
      const where = clause.terms.length > 1 ? ` (of ${clause.label})` : '';
      if (unknown.length > 0) this.notes.push(`no document has ${[...new Set(unknown)].join(', ')}${where}`);
    }
  }

  search(segment: number, depth: number): Candidates {
    return this.operator === 'all' ? this.searchAll(segment, depth) : this.searchAny(segment, depth);
  }

  explain(segment: number, doc: number): Explanation | undefined {
    const text = this.segments[segment];
    if (!(doc >= 0 && doc < text.documents)) return undefined;
    text.lengths.ensure(doc);
    const length = text.lengths.values[doc];
    const among = Uint32Array.of(doc);
    const details: Record<string, unknown>[] = [];
    let score = 0;
    for (const clause of this.clauses) {
      const { docs, tfs } = this.postings(segment, clause, among);
      const at = advance(docs, 0, doc);
      if (docs[at] !== doc) {
        if (this.operator === 'all') return undefined;
        continue;
      }
      const part = this.bm25.part(clause.weight, tfs[at], length);
      score += part;
      details.push({
        clause: clause.label,
        tf: tfs[at],
        df: clause.terms.length === 1 ? clause.df[0] : clause.df,
        idf: clause.idf,
        count: clause.count,
        weight: clause.weight,
        length,
        averageLength: this.bm25.averageLength,
        norm: this.bm25.norm(length),
        score: part,
      });
    }
    if (details.length === 0) return undefined;
    const { k1, b } = this.bm25;
    const matched = `${details.length} of ${this.clauses.length} clause${this.clauses.length === 1 ? '' : 's'}`;
    return { score, summary: `BM25 (k1=${k1}, b=${b}): ${matched} matched in ${length} terms`, details };
  }

  private bind(clause: Clause): BoundClause {
    const entries = this.segments.map((segment) => clause.terms.map(({ term }) => segment.lookup(term)));
    const df = clause.terms.map((_, t) => entries.reduce((sum, found) => sum + (found[t]?.df ?? 0), 0));
    const idf = df.reduce((sum, n) => sum + this.bm25.idf(n), 0);
    return { ...clause, entries, df, idf, weight: clause.count * idf };
  }

  private searchAny(segment: number, depth: number): Candidates {
    const scorers: Scorer[] = [];
    for (const clause of this.clauses) {
      const { docs, tfs } = this.postings(segment, clause);
      if (docs.length > 0) scorers.push({ docs, tfs, weight: clause.weight });
    }
    return scoreAny(scorers, this.segments[segment].lengths, this.bm25, depth);
  }

  private searchAll(segment: number, depth: number): Candidates {
    if (this.clauses.length === 0) return NOTHING;
    if (this.clauses.some(({ entries }) => entries[segment].includes(undefined))) return NOTHING;
    const text = this.segments[segment];
    const single = this.clauses.filter(({ terms }) => terms.length === 1);
    // Phrases are looked for only where all the plain terms are.
    const among =
      single.length === 0 || single.length === this.clauses.length
        ? undefined
        : intersect(single.map((clause) => this.postings(segment, clause).docs)).docs;
    const scorers = this.clauses.map((clause): Scorer => {
      const { docs, tfs } = this.postings(segment, clause, among);
      return { docs, tfs, weight: clause.weight };
    });
    return scoreAll(scorers, intersect(scorers.map(({ docs }) => docs)), text.lengths, this.bm25, depth);
  }

  /** @param among for a phrase: the documents worth looking at */
  private postings(segment: number, clause: BoundClause, among?: Uint32Array): Postings {
    const text = this.segments[segment];
    const entries = clause.entries[segment];
    if (clause.terms.length > 1) return phrasePostings(text, clause.terms, entries, among);
    const [entry] = entries;
    if (entry === undefined) return { docs: new Uint32Array(0), tfs: new Uint32Array(0) };
    return text.postings(clause.terms[0].term, entry);
  }
}
