import type { SearchOptions } from '../../src/branch/index.js';
import { makeScoring } from '../../src/inverted/index.js';
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
 * order that the engine promises (by falling order, then as they stand).
 */
export function exhaustive(docs: string[][], query: string, options: SearchOptions): [number, number][] {
  const tokens = docs.reduce((sum, doc) => sum + doc.length, 0);
  const collection = { documents: docs.filter((doc) => doc.length > 0).length, tokens };
  const scoring = makeScoring(collection, options.scoring ?? 'bm25', options);
  const parts = new Map<string, number>();
  for (const part of query.match(/"[^"]*"|\S+/g) ?? []) parts.set(part, (parts.get(part) ?? 0) + 1);
  const clauses = [...parts].map(([part, count]) => {
    const terms = part.replaceAll('"', '').split(' ');
    const known = terms.map((term) => statistics(docs).get(term) ?? { df: 0, occurrences: 0 });
    const { weight, rarity, order } = scoring.weigh({
      df: known.map(({ df }) => df),
      occurrences: known.map(({ occurrences }) => occurrences),
    });
    return { terms, weight: count * weight, rarity, order: count * order };
  });
  clauses.sort((a, b) => b.order - a.order);
  const found: [number, number][] = [];
  for (const [doc, words] of docs.entries()) {
    let score = 0;
    let matched = 0;
    for (const { terms, weight, rarity } of clauses) {
      let tf = 0;
      for (let i = 0; i < words.length; i++) if (terms.every((term, t) => words[i + t] === term)) tf++;
      if (tf === 0) continue;
      matched++;
      score += weight * scoring.unit(tf, words.length, rarity);
    }
    if (matched > 0 && (options.operator !== 'all' || matched === clauses.length)) found.push([doc, score]);
  }
  return found.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

/** How documents may be scored, with parameters that make ties and extremes. */
export function anyScoring(next: (below: number) => number): SearchOptions {
  const scoring = ['bm25', 'bm25', 'bm25+', 'bm25l:delta=0.7', 'ql', 'ql:mu=3'][next(6)];
  if (scoring.startsWith('ql')) return { scoring };
  return { scoring, k1: [0, 0.5, 1.2, 3, 100][next(5)], b: [0, 0.4, 0.75, 1][next(4)] };
}

interface Statistics {
  df: number;
  occurrences: number;
}

const counted = new WeakMap<string[][], Map<string, Statistics>>();

function statistics(docs: string[][]): Map<string, Statistics> {
  let known = counted.get(docs);
  if (known === undefined) {
    known = new Map();
    for (const doc of docs) {
      for (const word of new Set(doc)) known.set(word, known.get(word) ?? { df: 0, occurrences: 0 });
      for (const word of new Set(doc)) (known.get(word) as Statistics).df++;
      for (const word of doc) (known.get(word) as Statistics).occurrences++;
    }
    counted.set(docs, known);
  }
  return known;
}
