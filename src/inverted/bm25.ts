import { UsageError } from '../errors/index.js';

/** Numbers over all segments of an index that scores are made of. */
export interface Collection {
  /** Documents with at least one term: N. */
  documents: number;
  /** Terms in all of them, repeats counted. */
  tokens: number;
}

/** Lucene's defaults since 6.0. */
const DEFAULT_K1 = 1.2;
const DEFAULT_B = 0.75;
/** Above, scores would come near numbers that a float64 no longer holds to full precision. */
const MAX_K1 = 1e9;

/**
 * BM25 as Lucene 8 and later score it (Robertson and Zaragoza, "The Probabilistic Relevance
 * Framework", 2009, without the constant factor k1 + 1), with exact document lengths:
 *
 *     score = sum over terms of  weight * (tf / (tf + k1 * (1 - b + b * length / average)))
 *     weight = times in the query * ln(1 + (N - df + 0.5) / (df + 0.5))
 *
 * The order of operations is fixed: the same document gets the same float64 in any segment.
 */
export class Bm25 {
  readonly k1: number;
  readonly b: number;
  readonly averageLength: number;
  /** The part of the norm that no length changes, and the part per term of length. */
  readonly normBase: number;
  readonly normPerTerm: number;
  private readonly documents: number;

  /** @throws UsageError for k1 outside 0 to 1e9 or b outside 0 to 1 */
  constructor(collection: Collection, options: { k1?: number; b?: number }) {
    const { k1 = DEFAULT_K1, b = DEFAULT_B } = options;
    if (!(k1 >= 0 && k1 <= MAX_K1)) throw new UsageError(`k1 is ${k1}; it must be from 0 to ${MAX_K1}`);
    if (!(b >= 0 && b <= 1)) throw new UsageError(`b is ${b}; it must be from 0 to 1`);
    this.k1 = k1;
    this.b = b;
    this.documents = collection.documents;
    this.averageLength = collection.documents === 0 ? 0 : collection.tokens / collection.documents;
    this.normBase = k1 * (1 - b);
    this.normPerTerm = this.averageLength === 0 ? 0 : (k1 * b) / this.averageLength;
  }

  /** @param df documents with the term, over all segments */
  idf(df: number): number {
    return Math.log(1 + (this.documents - df + 0.5) / (df + 0.5));
  }

  norm(length: number): number {
    return this.normBase + this.normPerTerm * length;
  }

  /** What a clause adds to a score. Loops that are hot write this out. */
  part(weight: number, tf: number, length: number): number {
    return weight * (tf / (tf + this.norm(length)));
  }
}
