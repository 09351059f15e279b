import type { SearchOptions } from '../../src/branch/index.js';
import { Bm25 } from '../../src/inverted/index.js';
import { seeded } from '../helpers/random.js';

/** Repeatable whole numbers from 0 up to `below`. */
export function integers(seed: number): (below: number) => number {
  const random = seeded(seed);
  return (below) => Math.floor(random() * below);
}

/** A corpus made to be hard to prune: clusters, repeats, few lengths, so that many scores are equal. */
export function hardCorpus(seed: number, documents: number, words: number): string[][] {
  const next = integers(seed);
  return Array.from({ length: documents }, (_, doc) => {
    const length = [3, 3, 3, 5, 8, 1 + next(20), next(40) === 0 ? 60 : 4][next(7)];
    const topic = Math.floor(doc / 300) * 7;
    return Array.from({ length }, () => {
      // Squared: low numbers are frequent. Now and then a word of the region.
      const word = next(6) === 0 ? topic + next(5) : Math.floor((next(1000) / 1000) ** 3 * words);
      return `w${word % words}`;
    });
  });
}

/** Words and phrases of two or three, frequent and rare, some twice. */
export function hardQuery(next: (below: number) => number, words: number): string {
  const word = () => `w${Math.floor((next(1000) / 1000) ** (1 + next(3)) * words)}`;
  const clauses = Array.from({ length: 1 + next(6) }, () => {
    if (next(5) > 0) return word();
    return `"${Array.from({ length: 2 + next(2) }, word).join(' ')}"`;
  });
  if (next(8) === 0) clauses.push(clauses[0]);
  return clauses.join(' ');
}

/**
 * All matching documents with their scores, best first, every document looked at: clauses are added up in the
 * order that the engine promises (by falling weight, then as they stand).
 */
export function exhaustive(docs: string[][], query: string, options: SearchOptions): [number, number][] {
  const tokens = docs.reduce((sum, doc) => sum + doc.length, 0);
  const bm25 = new Bm25({ documents: docs.filter((doc) => doc.length > 0).length, tokens }, options);
  const counted = new Map<string, number>();
  for (const part of query.match(/"[^"]*"|\S+/g) ?? []) counted.set(part, (counted.get(part) ?? 0) + 1);
  const clauses = [...counted].map(([part, count]) => {
    const terms = part.replaceAll('"', '').split(' ');
    const idf = terms.reduce((sum, term) => sum + bm25.idf(documentsWith(docs, term)), 0);
    return { terms, weight: count * idf };
  });
  clauses.sort((a, b) => b.weight - a.weight);
  const found: [number, number][] = [];
  for (const [doc, words] of docs.entries()) {
    let score = 0;
    let matched = 0;
    for (const { terms, weight } of clauses) {
      let tf = 0;
      for (let i = 0; i < words.length; i++) if (terms.every((term, t) => words[i + t] === term)) tf++;
      if (tf === 0) continue;
      matched++;
      score += bm25.part(weight, tf, words.length);
    }
    if (matched > 0 && (options.operator !== 'all' || matched === clauses.length)) found.push([doc, score]);
  }
  return found.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

const frequencies = new WeakMap<string[][], Map<string, number>>();

function documentsWith(docs: string[][], term: string): number {
  let known = frequencies.get(docs);
  if (known === undefined) {
    known = new Map();
    for (const doc of docs) for (const word of new Set(doc)) known.set(word, (known.get(word) ?? 0) + 1);
    frequencies.set(docs, known);
  }
  return known.get(term) ?? 0;
}
