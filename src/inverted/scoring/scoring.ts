/** Numbers over all segments of an index that scores are made of. */
export interface Collection {
  /** Documents with at least one term: N. */
  documents: number;
  /** Terms in all of them, repeats counted. */
  tokens: number;
}

/** What the collection knows of a clause, term by term; a phrase's repeated terms stand repeatedly. */
export interface ClauseStatistics {
  /** Documents with each term. */
  df: number[];
  /** Occurrences of each. */
  occurrences: number[];
}

/** A clause as scores see it. */
export interface ClauseWeight {
  /** What a unit is multiplied by, for a clause that stands in the query once. */
  weight: number;
  /** A number that units depend on beside frequency and length; 0 where they don't. */
  rarity: number;
  /** Rises with what the clause adds at most: clauses are looked at, and summed, by falling order. */
  order: number;
}

/** See Scoring.saturation. */
export interface Saturation {
  floor: number;
  base: number;
  perTerm: number;
}

/** Stands in where units come from unit(). */
export const NO_SATURATION: Saturation = { floor: 0, base: 0, perTerm: 0 };

/**
 * How documents are scored: the sum over the clauses of weight * unit. A unit is above 0, never falls when the frequency
 * grows, and never rises when the document gets longer: the bounds of blocks, and so exact search that skips, rest on it.
 */
export interface Scoring {
  /** As --explain writes it: `BM25 (k1=1.2, b=0.75)`. */
  readonly label: string;
  /**
   * Where every unit is floor + tf / (tf + (base + perTerm * length)), computed so: loops that are hot write it out, which is
   * a fifth faster for OR than a call. undefined: units come from unit().
   */
  readonly saturation: Saturation | undefined;
  weigh(clause: ClauseStatistics): ClauseWeight;
  /** @param tf at least 1 @param length terms in the document, at least tf */
  unit(tf: number, length: number, rarity: number): number;
  /**
   * Where fields count apart: the unit of a document by the occurrences in each text field, and the terms in each. 0: it does
   * not match. unit() is not asked then.
   */
  byField?(counts: Uint32Array, lengths: Uint32Array): number;
  /** Whether every unit is the same under another scoring: bounds may be kept. */
  same(other: Scoring): boolean;
  /** Numbers that went into a clause's part, for --explain. */
  details(clause: ClauseStatistics, length: number): Record<string, number>;
}
