import type { Candidates, DocSet, Explanation, PreparedQuery } from '../branch/index.js';
import { type BoundClause, bindClauses, clauseDetails } from './bound-clause.js';
import { topAll } from './conjunction.js';
import { eachByField, type FieldPostings } from './field-postings.js';
import { topAny } from './max-score.js';
import type { Clause } from './query.js';
import type { Scoring } from './scoring/index.js';
import type { SegmentText } from './segment-text.js';

const NOTHING: Candidates = { docs: new Uint32Array(0), scores: new Float64Array(0) };

/**
 * A query of terms and phrases under a scoring that counts by field. Every posting of its clauses is scored once, and kept for
 * the next query; the search then passes over what can't enter, as that of PreparedText does.
 */
export class PreparedFields implements PreparedQuery {
  readonly notes: string[] = [];
  private readonly segments: SegmentText[];
  private readonly postings: FieldPostings[];
  private readonly clauses: BoundClause[];
  private readonly fields: string[];
  private readonly scoring: Scoring;
  private readonly operator: 'any' | 'all';

  /** @param postings of each segment @param fields names of the text fields */
  constructor(
    segments: SegmentText[],
    postings: FieldPostings[],
    fields: string[],
    clauses: Clause[],
    scoring: Scoring,
    operator: 'any' | 'all',
  ) {
    this.segments = segments;
    this.postings = postings;
    this.fields = fields;
    this.scoring = scoring;
    this.operator = operator;
    this.clauses = bindClauses(segments, clauses, scoring, this.notes);
  }

  search(segment: number, depth: number, filter?: DocSet): Candidates {
    const { lengths } = this.segments[segment];
    const all = this.operator === 'all';
    const postings = this.postings[segment];
    const found = this.clauses
      .filter(({ entries }) => !entries[segment].includes(undefined))
      .map(({ terms, weight }) => ({ weight, ...postings.of(terms) }))
      .filter(({ list }) => list.df > 0);
    if (found.length === 0 || (all && found.length < this.clauses.length)) return NOTHING;
    postings.table.clear();
    for (const { id, units } of found) postings.table.set(id, units);
    const { scoring } = postings;
    if (!all)
      return topAny(
        found.map(({ list, weight, id }) => ({ list, weight, rarity: id })),
        lengths,
        scoring,
        depth,
        filter,
      );
    const required = found.map(({ weight, id }, l) => ({
      weight,
      rarity: id,
      lists: [l],
      phrase: undefined,
    }));
    return topAll(
      found.map(({ list }) => list),
      required,
      lengths,
      scoring,
      depth,
      filter,
    );
  }

  explain(segment: number, doc: number): Explanation | undefined {
    const text = this.segments[segment];
    if (!(doc >= 0 && doc < text.documents)) return undefined;
    const lengths = new Uint32Array(text.bounds + 1);
    text.lengthsOf(doc, lengths);
    const details: Record<string, unknown>[] = [];
    let score = 0;
    for (const clause of this.clauses) {
      const counts = this.counts(segment, clause, doc);
      const unit = counts === undefined ? 0 : (this.scoring.byField?.(counts, lengths) ?? 0);
      if (counts === undefined || unit === 0) {
        if (this.operator === 'all') return undefined;
        continue;
      }
      score += clause.weight * unit;
      details.push({
        ...clauseDetails(clause),
        tf: this.named(counts),
        length: this.named(lengths),
        ...this.scoring.details(clause, 0),
        score: clause.weight * unit,
      });
    }
    if (details.length === 0) return undefined;
    const matched = `${details.length} of ${this.clauses.length} clause${this.clauses.length === 1 ? '' : 's'}`;
    return { score, summary: `${this.scoring.label}: ${matched} matched`, details };
  }

  /** Occurrences of a clause in each field of a document. */
  private counts(segment: number, { terms, entries }: BoundClause, doc: number): Uint32Array | undefined {
    if (entries[segment].includes(undefined)) return undefined;
    let found: Uint32Array | undefined;
    eachByField(this.segments[segment], terms, {}, (at, counts) => {
      if (at === doc) found = counts.slice();
    });
    return found;
  }

  private named(numbers: Uint32Array): Record<string, number> {
    return Object.fromEntries(this.fields.map((name, f) => [name, numbers[f]]));
  }
}
