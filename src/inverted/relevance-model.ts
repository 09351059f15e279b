import type { Analyzer } from '../analysis/index.js';
import type { FeedbackDocument } from '../branch/index.js';

/** Terms in more than this share of the documents say nothing of what a document is about; as in Anserini. */
const MOST_DF_SHARE = 0.1;
const LEAST_CHARACTERS = 2;

/**
 * What documents are about: the relevance model RM1 (Lavrenko and Croft, "Relevance-Based Language Models", SIGIR 2001),
 *
 *     weight(t) = sum over the documents of  tf / length * score / sum of the scores
 *
 * over terms of two characters and more that at most a tenth of the collection has.
 * @param df documents with a term @param documents of the collection
 * @returns the heaviest terms, weights adding up to 1; equal ones by term. O(text of the documents)
 */
export function relevanceModel(
  found: FeedbackDocument[],
  terms: number,
  analyzer: Analyzer,
  df: (term: string) => number,
  documents: number,
): { term: string; weight: number }[] {
  const scores = found.reduce((sum, { score }) => sum + score, 0);
  const weights = new Map<string, number>();
  for (const { texts, score } of found) {
    const tfs = new Map<string, number>();
    let length = 0;
    for (const text of texts) {
      analyzer.analyze(text, (term) => {
        tfs.set(term, (tfs.get(term) ?? 0) + 1);
        length++;
      });
    }
    for (const [term, tf] of tfs)
      weights.set(term, (weights.get(term) ?? 0) + ((tf / length) * score) / scores);
  }
  const heaviest = [...weights]
    .filter(([term]) => [...term].length >= LEAST_CHARACTERS)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const kept: { term: string; weight: number }[] = [];
  for (const [term, weight] of heaviest) {
    if (kept.length === terms) break;
    if (df(term) <= documents * MOST_DF_SHARE) kept.push({ term, weight });
  }
  const sum = kept.reduce((total, { weight }) => total + weight, 0);
  return kept.map(({ term, weight }) => ({ term, weight: weight / sum }));
}
