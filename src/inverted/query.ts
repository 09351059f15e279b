import type { Analyzer } from '../analysis/index.js';

/** A term of a phrase and where it must stand, counted from the phrase's first term. */
export interface PhraseTerm {
  term: string;
  offset: number;
}

/** One alternative (or, under 'all', one requirement) of a query. */
export interface Clause {
  /** As a person would write it: `fox`, `"quick fox"` (terms, not words). */
  label: string;
  /** One for a term, two or more for a phrase; the first has offset 0. */
  terms: PhraseTerm[];
  /** Times it stands in the query, or its boosts added up: its weight is multiplied by it. */
  count: number;
}

/** Adds up equal clauses. */
export class ClauseCounter {
  private readonly words = new Map<string, Clause>();
  private readonly phrases = new Map<string, Clause>();
  private readonly all: Clause[] = [];

  add(terms: PhraseTerm[], count: number): void {
    const single = terms.length === 1;
    const known = single ? this.words : this.phrases;
    const key = single ? terms[0].term : terms.map(({ term, offset }) => `${offset} ${term}`).join('\n');
    const clause = known.get(key);
    if (clause !== undefined) {
      clause.count += count;
      return;
    }
    const label = single ? key : `"${terms.map(({ term }) => term).join(' ')}"`;
    const added = { label, terms, count };
    known.set(key, added);
    this.all.push(added);
  }

  /** In the order in which they first stood. */
  clauses(): Clause[] {
    return this.all;
  }
}

/**
 * Parses a query's text: any text at all. What stands between two double quotes is a phrase: its
 * terms side by side, with the holes that stop words leave. A quote without a partner is text, and
 * so is every other sign. Equal clauses are counted, in the order in which they first stand.
 */
export function parseQuery(text: string, analyzer: Analyzer): Clause[] {
  const counter = new ClauseCounter();
  const addWord = (term: string) => counter.add([{ term, offset: 0 }], 1);
  const parts = text.includes('"') ? splitPhrases(text) : [text];
  for (let i = 0; i < parts.length; i++) {
    if (i % 2 === 0) {
      analyzer.analyze(parts[i], addWord);
      continue;
    }
    const terms: PhraseTerm[] = [];
    let first = -1;
    analyzer.analyze(parts[i], (term, position) => {
      if (first < 0) first = position;
      terms.push({ term, offset: position - first });
    });
    if (terms.length > 0) counter.add(terms, 1);
  }
  return counter.clauses();
}

/** Text, phrase, text, phrase … text. */
function splitPhrases(text: string): string[] {
  const parts = text.split('"');
  if (parts.length % 2 === 1) return parts;
  // An odd number of quotes: the last one has no partner.
  const last = parts.pop();
  parts[parts.length - 1] += `"${last}`;
  return parts;
}
