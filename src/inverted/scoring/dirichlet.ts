import { UsageError } from '../../errors/index.js';
import type { ClauseStatistics, ClauseWeight, Collection, Scoring } from './scoring.js';

/** What Anserini takes. */
export const DEFAULT_MU = 1000;
/**
 * Least that a clause adds. A document with a frequent term can be so long that the term speaks against it; sums over
 * the terms that are there can't say so, and a document that is found must score above 0.
 */
const LEAST = 1e-9;

/**
 * Query likelihood with Dirichlet smoothing (Zhai and Lafferty, "A Study of Smoothing Methods for Language Models", TOIS
 * 2004), summed over the terms a document has, as Lucene's LMDirichletSimilarity does:
 *
 *     score = sum over terms of  times in the query * ln((1 + tf / (mu * p)) * mu / (length + mu)),  at least 1e-9 each
 *     p = occurrences of the term / terms of the collection
 *
 * A phrase's p is the product of its terms': how often they would stand so by chance.
 */
export class Dirichlet implements Scoring {
  readonly label: string;
  readonly saturation = undefined;
  private readonly mu: number;
  private readonly tokens: number;

  /** @throws UsageError for mu that is not above 0 */
  constructor(collection: Collection, { mu = DEFAULT_MU }: { mu?: number }) {
    if (!(mu > 0 && mu <= 1e9)) throw new UsageError(`mu is ${mu}; it must be above 0, and 1e9 at most`);
    this.mu = mu;
    this.tokens = collection.tokens;
    this.label = `query likelihood (Dirichlet, mu=${mu})`;
  }

  weigh(clause: ClauseStatistics): ClauseWeight {
    const p = this.probability(clause);
    const rarity = p === 0 ? 0 : 1 / (this.mu * p);
    return { weight: 1, rarity, order: Math.log1p(rarity) };
  }

  unit(tf: number, length: number, rarity: number): number {
    // One logarithm of a product: both grow and fall as they should, to the last bit.
    return Math.max(LEAST, Math.log(((1 + tf * rarity) * this.mu) / (length + this.mu)));
  }

  same(other: Scoring): boolean {
    return other instanceof Dirichlet && other.mu === this.mu;
  }

  details(clause: ClauseStatistics): Record<string, number> {
    return { probability: this.probability(clause) };
  }

  private probability({ occurrences }: ClauseStatistics): number {
    return occurrences.reduce((product, n) => (product * n) / this.tokens, 1);
  }
}
