import { UsageError } from '../../errors/index.js';
import type { ClauseStatistics, ClauseWeight, Collection, Saturation, Scoring } from './scoring.js';

/** Lucene's defaults since 6.0. */
export const DEFAULT_K1 = 1.2;
export const DEFAULT_B = 0.75;
/** Above, scores would come near numbers that a float64 no longer holds to full precision. */
export const MAX_K1 = 1e9;

/** Rarity of a term that `df` of `documents` have, as Lucene has it: never below 0. */
export function luceneIdf(documents: number, df: number): number {
  return Math.log(1 + (documents - df + 0.5) / (df + 0.5));
}

/** 'bm25+' and 'bm25l' are by Lv and Zhai: "Lower-Bounding Term Frequency Normalization", CIKM 2011; "When Documents Are Very Long, BM25 Fails!", SIGIR 2011. */
export type Bm25Variant = 'bm25' | 'bm25+' | 'bm25l';

/** What the papers chose. */
export const DEFAULT_DELTA = { 'bm25+': 1, bm25l: 0.5 };

/**
 * BM25 as Lucene 8 and later score it (Robertson and Zaragoza, "The Probabilistic Relevance
 * Framework", 2009, without the constant factor k1 + 1), with exact document lengths:
 *
 *     score = sum over terms of  weight * (tf / (tf + k1 * (1 - b + b * length / average)))
 *     weight = times in the query * ln(1 + (N - df + 0.5) / (df + 0.5))
 *
 * The variants give a document that has a term something for that alone, so that no length makes it worth nothing:
 *
 *     bm25+  times * ln((N + 1) / df)         * (delta + (k1 + 1) * tf / (tf + norm))
 *     bm25l  times * ln((N + 1) / (df + 0.5)) * (k1 + 1) * (c + delta) / (k1 + c + delta),  c = tf * k1 / norm
 *
 * Both are weight' * (floor + tf / (tf + norm')), which is what is computed: bm25l with norm' = norm * (k1 + delta) / k1.
 *
 * The order of operations is fixed: the same document gets the same float64 in any segment.
 */
export class Bm25 implements Scoring {
  readonly label: string;
  readonly averageLength: number;
  private readonly documents: number;
  private readonly variant: Bm25Variant;
  readonly saturation: Saturation;
  private readonly factor: number;

  /** @throws UsageError for k1 outside 0 to 1e9, b outside 0 to 1, delta below 0 */
  constructor(
    collection: Collection,
    options: { k1?: number; b?: number; variant?: Bm25Variant; delta?: number },
  ) {
    const { k1 = DEFAULT_K1, b = DEFAULT_B, variant = 'bm25' } = options;
    if (!(k1 >= 0 && k1 <= MAX_K1)) throw new UsageError(`k1 is ${k1}; it must be from 0 to ${MAX_K1}`);
    if (!(b >= 0 && b <= 1)) throw new UsageError(`b is ${b}; it must be from 0 to 1`);
    const delta = variant === 'bm25' ? 0 : (options.delta ?? DEFAULT_DELTA[variant]);
    this.variant = variant;
    this.documents = collection.documents;
    this.averageLength = collection.documents === 0 ? 0 : collection.tokens / collection.documents;
    // Without saturation bm25l is a sum of idf.
    const scale = variant === 'bm25l' && k1 > 0 ? k1 + delta : k1;
    const base = scale * (1 - b);
    const perTerm = this.averageLength === 0 ? 0 : (scale * b) / this.averageLength;
    let floor = 0;
    if (variant === 'bm25') {
      this.factor = 1;
      this.label = `BM25 (k1=${k1}, b=${b})`;
    } else if (variant === 'bm25+') {
      floor = delta / (k1 + 1);
      this.factor = k1 + 1;
      this.label = `BM25+ (k1=${k1}, b=${b}, delta=${delta})`;
    } else {
      // (c + delta) / (k1 + c + delta) = share + (1 - share) * tf / (tf + norm'), share = delta / (k1 + delta)
      floor = k1 === 0 ? 0 : delta / k1;
      this.factor = k1 === 0 ? 1 : (k1 + 1) * (k1 / (k1 + delta));
      this.label = `BM25L (k1=${k1}, b=${b}, delta=${delta})`;
    }
    this.saturation = { floor, base, perTerm };
  }

  /** @param df documents with the term, over all segments */
  idf(df: number): number {
    const { documents } = this;
    if (this.variant === 'bm25+') return Math.log((documents + 1) / df);
    if (this.variant === 'bm25l') return Math.log((documents + 1) / (df + 0.5));
    return luceneIdf(documents, df);
  }

  /** A phrase weighs what its terms weigh, as in Lucene. */
  weigh({ df }: ClauseStatistics): ClauseWeight {
    const weight = this.factor * df.reduce((sum, n) => sum + (n === 0 ? 0 : this.idf(n)), 0);
    return { weight, rarity: 0, order: weight };
  }

  norm(length: number): number {
    const { base, perTerm } = this.saturation;
    return base + perTerm * length;
  }

  unit(tf: number, length: number): number {
    const { floor, base, perTerm } = this.saturation;
    return floor + tf / (tf + (base + perTerm * length));
  }

  same(other: Scoring): boolean {
    const { floor, base, perTerm } = this.saturation;
    const { saturation: its } = other;
    return its !== undefined && its.base === base && its.perTerm === perTerm && its.floor === floor;
  }

  details({ df }: ClauseStatistics, length: number): Record<string, number> {
    const idf = df.reduce((sum, n) => sum + this.idf(n), 0);
    return { idf, averageLength: this.averageLength, norm: this.norm(length) };
  }
}
