import { type AnalyzerSpec, openAnalyzer } from '../../src/analysis/index.js';
import type { SearchOptions } from '../../src/branch/index.js';
import type { Texts } from './build.js';

/** Terms of a document by position: the definition, without any index. */
export function positionsOf(doc: Texts, spec: AnalyzerSpec): Map<number, string> {
  const analyzer = openAnalyzer(spec);
  const at = new Map<number, string>();
  let base = 0;
  for (const text of typeof doc === 'string' ? [doc] : doc) {
    if (base > 0) base += 100;
    base += analyzer.analyze(text, (term, position) => at.set(base + position, term));
  }
  return at;
}

/** A query clause: terms with offsets. */
type NaiveClause = { term: string; offset: number }[];

function clausesOf(query: string, spec: AnalyzerSpec): NaiveClause[] {
  const clauses: NaiveClause[] = [];
  // Quoted stretches, then what is left; only balanced quotes are given to this reference.
  for (const [i, part] of query.split('"').entries()) {
    const terms = [...positionsOf(part, spec)];
    if (terms.length === 0) continue;
    const [[first]] = terms;
    if (i % 2 === 1) clauses.push(terms.map(([position, term]) => ({ term, offset: position - first })));
    else for (const [, term] of terms) clauses.push([{ term, offset: 0 }]);
  }
  return clauses;
}

function occurrences(at: Map<number, string>, clause: NaiveClause): number {
  let n = 0;
  for (const start of at.keys()) if (clause.every(({ term, offset }) => at.get(start + offset) === term)) n++;
  return n;
}

/** BM25 as the formula says it, every document looked at, every clause by itself (no counting of equal ones). */
export function naiveSearch(
  docs: Texts[],
  query: string,
  spec: AnalyzerSpec,
  options: SearchOptions = {},
): Map<number, number> {
  const { k1 = 1.2, b = 0.75, operator = 'any' } = options;
  const all = docs.map((doc) => positionsOf(doc, spec));
  const lengths = all.map((at) => at.size);
  const n = lengths.filter((length) => length > 0).length;
  const average = lengths.reduce((a, c) => a + c, 0) / n;
  const idf = (term: string) => {
    const df = all.filter((at) => [...at.values()].includes(term)).length;
    return Math.log(1 + (n - df + 0.5) / (df + 0.5));
  };
  const clauses = clausesOf(query, spec);
  const scores = new Map<number, number>();
  for (const [doc, at] of all.entries()) {
    const parts = clauses.map((clause) => {
      const tf = occurrences(at, clause);
      const weight = clause.reduce((sum, { term }) => sum + idf(term), 0);
      if (tf === 0) return 0;
      return (weight * tf) / (tf + k1 * (1 - b + (b * lengths[doc]) / average));
    });
    const matched = parts.filter((part) => part > 0).length;
    if (matched > 0 && (operator === 'any' || matched === clauses.length)) {
      scores.set(
        doc,
        parts.reduce((a, c) => a + c, 0),
      );
    }
  }
  return scores;
}
