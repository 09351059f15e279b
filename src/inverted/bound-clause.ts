import type { TermEntry } from './dictionary-page.js';
import type { Clause } from './query.js';
import type { ClauseStatistics, ClauseWeight, Scoring } from './scoring/index.js';
import type { SegmentText } from './segment-text.js';

/** A clause with its dictionary entries looked up everywhere. */
export interface BoundClause extends Clause, ClauseWeight, ClauseStatistics {
  /** entries[segment][term of the clause]; undefined where the segment lacks the term. */
  entries: (TermEntry | undefined)[][];
}

function bind(segments: SegmentText[], { label, terms, count }: Clause, scoring: Scoring): BoundClause {
  const entries: (TermEntry | undefined)[][] = [];
  const df: number[] = [];
  const occurrences: number[] = [];
  for (let t = 0; t < terms.length; t++) {
    df.push(0);
    occurrences.push(0);
  }
  for (const segment of segments) {
    const found: (TermEntry | undefined)[] = [];
    for (let t = 0; t < terms.length; t++) {
      const entry = segment.lookup(terms[t].term);
      found.push(entry);
      if (entry === undefined) continue;
      df[t] += entry.df;
      occurrences[t] += entry.occurrences;
    }
    entries.push(found);
  }
  const { weight, rarity, order } = scoring.weigh({ df, occurrences });
  return {
    label,
    terms,
    count,
    entries,
    df,
    occurrences,
    rarity,
    weight: count * weight,
    order: count * order,
  };
}

/**
 * Clauses by falling order, then as they stand in the query: scores are summed in this order everywhere.
 * @param notes gets what is to be said of terms that no document has
 */
export function bindClauses(
  segments: SegmentText[],
  clauses: Clause[],
  scoring: Scoring,
  notes: string[],
): BoundClause[] {
  const bound = clauses.map((clause) => bind(segments, clause, scoring));
  if (clauses.length === 0) notes.push('the query has no terms: nothing but stop words or signs');
  for (const clause of bound) {
    if (!clause.df.includes(0)) continue;
    const unknown = clause.terms.filter((_, t) => clause.df[t] === 0).map(({ term }) => `'${term}'`);
    const where = clause.terms.length > 1 ? ` (of ${clause.label})` : '';
    notes.push(`no document has ${[...new Set(unknown)].join(', ')}${where}`);
  }
  return bound.sort((a, b) => b.order - a.order);
}

/** What --explain says of a clause beside what a scoring adds. */
export function clauseDetails({ label, terms, df, count, weight }: BoundClause): Record<string, unknown> {
  return { clause: label, df: terms.length === 1 ? df[0] : df, count, weight };
}
