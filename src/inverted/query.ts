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
  private readonly known = new Map<string, Clause>();

  add(terms: PhraseTerm[], count: number): void {
    const words = terms.map(({ term }) => term).join(' ');
    const key = terms.map(({ term, offset }) => `${offset} ${term}`).join('\n');
    const known = this.known.get(key);
    if (known !== undefined) known.count += count;
    else this.known.set(key, { label: terms.length > 1 ? `"${words}"` : words, terms, count });
  }

  /** In the order in which they first stood. */
  clauses(): Clause[] {
    return [...this.known.values()];
  }
}

/**
 * Parses a query's text: any text at all. What stands between two double quotes is a phrase: its
 * terms side by side, with the holes that stop words leave. A quote without a partner is text, and
 * so is every other sign. Equal clauses are counted, in the order in which they first stand.
 */
export function parseQuery(text: string, analyzer: Analyzer): Clause[] {
  const counter = new ClauseCounter();
  for (const [i, part] of splitPhrases(text).entries()) {
    const terms: PhraseTerm[] = [];
    let first = -1;
    analyzer.analyze(part, (term, position) => {
      if (first < 0) first = position;
      terms.push({ term, offset: position - first });
    });
    if (i % 2 === 1) {
      if (terms.length > 0) counter.add(terms, 1);
    } else {
      for (const { term } of terms) counter.add([{ term, offset: 0 }], 1);
    }
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
