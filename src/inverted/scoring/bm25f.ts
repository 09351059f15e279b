import { UsageError } from '../../errors/index.js';
import { DEFAULT_B, DEFAULT_K1, luceneIdf, MAX_K1 } from './bm25.js';
import type { ClauseStatistics, ClauseWeight, Collection, Scoring } from './scoring.js';

/** A text field over all segments of an index. */
export interface FieldCollection {
  name: string;
  /** Documents with at least one term in the field. */
  documents: number;
  /** Terms in all of them. */
  tokens: number;
}

/** How one field counts. */
export interface FieldSetting {
  /** >= 0; 0 leaves the field out. Default 1. */
  weight?: number;
  /** 0 to 1. Default that of all fields. */
  b?: number;
}

/**
 * BM25F (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, section 3.6), with the idf
 * of BM25 here:
 *
 *     score = sum over terms of  weight * (f / (f + k1)),  weight = times in the query * idf
 *     f = sum over fields of  w * tf / (1 - b + b * length / average)
 *
 * tf, length and average are the field's; the average is over documents that have the field. With one field of weight 1
 * it is BM25.
 */
export class Bm25f implements Scoring {
  readonly label: string;
  readonly saturation = undefined;
  private readonly documents: number;
  private readonly k1: number;
  /** For each field: weight, what is divided by at any length, and what each term adds to it. */
  private readonly fields: { name: string; weight: number; base: number; perTerm: number }[];

  /**
   * @param settings by field name
   * @throws UsageError for k1 outside 0 to 1e9, b outside 0 to 1, all weights 0
   */
  constructor(
    collection: Collection,
    fields: FieldCollection[],
    settings: Map<string, FieldSetting>,
    { k1 = DEFAULT_K1, b = DEFAULT_B }: { k1?: number; b?: number },
  ) {
    if (!(k1 >= 0 && k1 <= MAX_K1)) throw new UsageError(`k1 is ${k1}; it must be from 0 to ${MAX_K1}`);
    this.documents = collection.documents;
    this.k1 = k1;
    this.fields = fields.map(({ name, documents, tokens }) => {
      const { weight = 1, b: own = b } = settings.get(name) ?? {};
      if (!(own >= 0 && own <= 1)) throw new UsageError(`b of '${name}' is ${own}; it must be from 0 to 1`);
      const average = documents === 0 ? 1 : tokens / documents;
      return { name, weight, base: 1 - own, perTerm: own / average };
    });
    if (this.fields.every(({ weight }) => weight === 0))
      throw new UsageError('bm25f: every field weighs 0; give one a weight');
    const shown = fields.map(
      ({ name }, i) => `${name}=${this.fields[i].weight}, ${name}.b=${settings.get(name)?.b ?? b}`,
    );
    this.label = `BM25F (k1=${k1}, ${shown.join(', ')})`;
  }

  weigh({ df }: ClauseStatistics): ClauseWeight {
    const weight = df.reduce((sum, n) => sum + (n === 0 ? 0 : luceneIdf(this.documents, n)), 0);
    return { weight, rarity: 0, order: weight };
  }

  byField(counts: Uint32Array, lengths: Uint32Array): number {
    let frequency = 0;
    for (let f = 0; f < this.fields.length; f++) {
      if (counts[f] === 0) continue;
      const { weight, base, perTerm } = this.fields[f];
      frequency += (weight * counts[f]) / (base + perTerm * lengths[f]);
    }
    return frequency === 0 ? 0 : frequency / (frequency + this.k1);
  }

  /** A document is not scored by its sums. */
  unit(): number {
    throw new Error('BM25F scores fields');
  }

  same(other: Scoring): boolean {
    return other === this;
  }

  details({ df }: ClauseStatistics): Record<string, number> {
    return { idf: df.reduce((sum, n) => sum + luceneIdf(this.documents, n), 0) };
  }
}
