import type { Candidates, DocSet, Explanation, PreparedQuery } from '../branch/index.js';
import { type BoundClause, bindClauses, clauseDetails } from './bound-clause.js';
import { eachCommon, type Required, topAll } from './conjunction.js';
import type { TermEntry } from './dictionary-page.js';
import { topAny, type Weighted } from './max-score.js';
import { PhraseMatcher } from './phrase.js';
import type { Clause } from './query.js';
import type { Scoring } from './scoring/index.js';
import type { SegmentText } from './segment-text.js';
import { documentsFor, numbersFor, TermPostings } from './term-postings.js';

const NOTHING: Candidates = { docs: new Uint32Array(0), scores: new Float64Array(0) };

/** A query bound to the open segments. */
export class PreparedText implements PreparedQuery {
  readonly notes: string[] = [];
  private readonly segments: SegmentText[];
  private readonly clauses: BoundClause[];
  private readonly scoring: Scoring;
  private readonly operator: 'any' | 'all';

  constructor(segments: SegmentText[], clauses: Clause[], scoring: Scoring, operator: 'any' | 'all') {
    this.segments = segments;
    this.scoring = scoring;
    this.operator = operator;
    this.clauses = bindClauses(segments, clauses, scoring, this.notes);
  }

  search(segment: number, depth: number, filter?: DocSet): Candidates {
    return this.operator === 'all'
      ? this.searchAll(segment, depth, filter)
      : this.searchAny(segment, depth, filter);
  }

  explain(segment: number, doc: number): Explanation | undefined {
    const text = this.segments[segment];
    if (!(doc >= 0 && doc < text.documents)) return undefined;
    text.lengths.ensure(doc);
    const length = text.lengths.values[doc];
    const details: Record<string, unknown>[] = [];
    let score = 0;
    for (const clause of this.clauses) {
      const tf = this.frequency(segment, clause, doc);
      if (tf === 0) {
        if (this.operator === 'all') return undefined;
        continue;
      }
      const part = clause.weight * this.scoring.unit(tf, length, clause.rarity);
      score += part;
      details.push({
        ...clauseDetails(clause),
        tf,
        length,
        ...this.scoring.details(clause, length),
        score: part,
      });
    }
    if (details.length === 0) return undefined;
    const matched = `${details.length} of ${this.clauses.length} clause${this.clauses.length === 1 ? '' : 's'}`;
    return { score, summary: `${this.scoring.label}: ${matched} matched in ${length} terms`, details };
  }

  private searchAny(segment: number, depth: number, filter: DocSet | undefined): Candidates {
    const found = this.clauses.filter(({ entries }) => !entries[segment].includes(undefined));
    if (found.length === 1 && found[0].terms.length > 1)
      return this.conjunction(segment, found, depth, filter);
    const weighted: Weighted[] = [];
    for (const clause of found) {
      const list = this.postings(segment, clause, filter);
      if (list.df > 0) weighted.push({ list, weight: clause.weight, rarity: clause.rarity });
    }
    return topAny(weighted, this.segments[segment].lengths, this.scoring, depth, filter);
  }

  private searchAll(segment: number, depth: number, filter: DocSet | undefined): Candidates {
    if (this.clauses.length === 0) return NOTHING;
    if (this.clauses.some(({ entries }) => entries[segment].includes(undefined))) return NOTHING;
    return this.conjunction(segment, this.clauses, depth, filter);
  }

  private conjunction(
    segment: number,
    clauses: BoundClause[],
    depth: number,
    filter: DocSet | undefined,
  ): Candidates {
    const text = this.segments[segment];
    const lists: TermPostings[] = [];
    const known: string[] = [];
    const numberOf = (term: string, entry: TermEntry | undefined): number => {
      const at = known.indexOf(term);
      if (at >= 0) return at;
      lists.push(text.postings(term, entry as TermEntry));
      return known.push(term) - 1;
    };
    const required: Required[] = [];
    for (const clause of clauses) {
      const { weight, rarity, terms, entries } = clause;
      const own: number[] = [];
      for (let t = 0; t < terms.length; t++) {
        const at = numberOf(terms[t].term, entries[segment][t]);
        if (!own.includes(at)) own.push(at);
      }
      if (terms.length === 1) required.push({ weight, rarity, lists: own, phrase: undefined });
      else {
        const phrase = this.matcher(
          segment,
          clause,
          own.map((at) => lists[at]),
        );
        required.push({ weight, rarity, lists: own, phrase });
      }
    }
    return topAll(lists, required, text.lengths, this.scoring, depth, filter);
  }

  /** Occurrences of a clause in a document. */
  private frequency(segment: number, clause: BoundClause, doc: number): number {
    if (clause.entries[segment].includes(undefined)) return 0;
    const { terms, entries } = distinct(clause, segment);
    const lists = terms.map((term, t) => this.segments[segment].postings(term, entries[t]));
    const at = lists.map((list) => list.indexOf(doc) + 1);
    if (at.includes(0)) return 0;
    if (clause.terms.length === 1) return lists[0].tfs[at[0] - 1];
    return this.matcher(segment, clause, lists).count(
      doc,
      terms.map((_, t) => t),
      at.map((index) => index - 1),
    );
  }

  /** Postings of a clause whose terms the segment has; those of a phrase are gathered first, where the filter lets them. */
  private postings(segment: number, clause: BoundClause, filter: DocSet | undefined): TermPostings {
    const text = this.segments[segment];
    if (clause.terms.length === 1)
      return text.postings(clause.terms[0].term, clause.entries[segment][0] as TermEntry);
    const { terms, entries } = distinct(clause, segment);
    const lists = terms.map((term, t) => text.postings(term, entries[t]));
    const matcher = this.matcher(segment, clause, lists);
    const own = terms.map((_, t) => t);
    const docs: number[] = [];
    const tfs: number[] = [];
    eachCommon(lists, text.documents, filter, (doc, at) => {
      const tf = matcher.count(doc, own, at);
      if (tf === 0) return;
      docs.push(doc);
      tfs.push(tf);
    });
    const found = documentsFor(docs.length);
    found.set(docs);
    const frequencies = numbersFor(docs.length);
    frequencies.set(tfs);
    return TermPostings.of(docs.length, found, frequencies);
  }

  private matcher(segment: number, clause: BoundClause, lists: TermPostings[]): PhraseMatcher {
    const { terms, entries } = distinct(clause, segment);
    return new PhraseMatcher(this.segments[segment], clause.terms, terms, lists, entries);
  }
}

/** The different terms of a clause, in the order in which they first stand; the segment has them all. */
function distinct(clause: BoundClause, segment: number): { terms: string[]; entries: TermEntry[] } {
  const terms: string[] = [];
  const entries: TermEntry[] = [];
  for (const [t, { term }] of clause.terms.entries()) {
    if (terms.includes(term)) continue;
    terms.push(term);
    entries.push(clause.entries[segment][t] as TermEntry);
  }
  return { terms, entries };
}
