/** What recallAtK is told beyond the two lists. */
export interface RecallOptions {
  /** Whether a truth row is in the index; rows that are not are removed before the first k are taken. */
  present?: (row: number) => boolean;
  /** How many true neighbours are looked for; k where not given. 1 makes it the 1-recall@k of FAISS. */
  neighbours?: number;
  /**
   * Counts a result that is as near as the k-th true neighbour as a hit although its row is another.
   * Both arrays go with the lists, in one unit (scores or distances).
   */
  ties?: {
    /** Of the results. */
    results: ArrayLike<number>;
    /** Of the truth rows. */
    truth: ArrayLike<number>;
    /** Relative difference up to which two values are equal: for distances that were computed in other arithmetic. 0 by default. */
    tolerance?: number;
  };
}

/** One query's recall. */
export interface QueryRecall {
  /** hits / of; NaN when `of` is 0. */
  recall: number;
  hits: number;
  /** min(k, truth rows left). */
  of: number;
  /** Truth rows that were removed because the index lacks them. */
  absent: number;
}

/**
 * recall@k of one query: |first k results ∩ first k true neighbours| / k, as sets of rows, with k cut to
 * the length of the truth. Negative truth rows are padding and are passed over; a row given twice
 * counts once. O(k + truth).
 * @param results rows found, best first; those after the k-th are not looked at
 * @param truth rows of the exact neighbours, nearest first
 */
export function recallAtK(
  results: ArrayLike<number>,
  truth: ArrayLike<number>,
  k: number,
  options: RecallOptions = {},
): QueryRecall {
  const { present, ties, neighbours = k } = options;
  const nearest = new Set<number>();
  let absent = 0;
  let last = -1;
  for (let i = 0; i < truth.length; i++) {
    const row = truth[i];
    if (row < 0) continue;
    if (present !== undefined && !present(row)) {
      absent++;
      continue;
    }
    if (nearest.size < neighbours && !nearest.has(row)) {
      nearest.add(row);
      last = i;
    }
  }

  const of = nearest.size;
  const found = new Set<number>();
  const end = Math.min(k, results.length);
  for (let i = 0; i < end; i++) {
    const row = results[i];
    if (
      nearest.has(row) ||
      (ties !== undefined && of > 0 && tied(ties.results[i], ties.truth[last], ties.tolerance))
    ) {
      found.add(row);
    }
  }
  const hits = Math.min(found.size, of);
  return { recall: of === 0 ? Number.NaN : hits / of, hits, of, absent };
}

function tied(a: number, b: number, tolerance = 0): boolean {
  return a === b || Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}

/**
 * How much farther the results are than the true neighbours: the sum of the first k distances over that of the true
 * ones, 1 at best (`rel` of ann-benchmarks is that over all queries). Of results fewer than k, as many as there are of both.
 * @param results distances, not squared, nearest first
 * @param truth distances of the exact neighbours, nearest first
 * @returns NaN without any, Infinity where only the true ones are all 0
 */
export function distanceRatio(results: ArrayLike<number>, truth: ArrayLike<number>, k: number): number {
  const depth = Math.min(k, results.length, truth.length);
  let found = 0;
  let exact = 0;
  for (let i = 0; i < depth; i++) {
    found += results[i];
    exact += truth[i];
  }
  if (depth === 0) return Number.NaN;
  return exact === 0 && found === 0 ? 1 : found / exact;
}

/** Recall over queries. */
export interface RecallSummary {
  /** Mean over the queries that have truth; NaN when none has. */
  mean: number;
  /** Queries that the mean is over. */
  queries: number;
  /** Queries left without a true neighbour: not in the mean. */
  queriesWithoutTruth: number;
  /** Queries whose truth was shorter than k. */
  shortQueries: number;
  /** Truth rows that the index lacks, over all queries. */
  absent: number;
}

/** Mean of recallAtK over queries, with counts of what a reader should be warned of. */
export function summariseRecall(recalls: Iterable<QueryRecall>, k: number): RecallSummary {
  const summary: RecallSummary = { mean: 0, queries: 0, queriesWithoutTruth: 0, shortQueries: 0, absent: 0 };
  let sum = 0;
  for (const { recall, of, absent } of recalls) {
    summary.absent += absent;
    if (of === 0) {
      summary.queriesWithoutTruth++;
      continue;
    }
    if (of < k) summary.shortQueries++;
    summary.queries++;
    sum += recall;
  }
  summary.mean = sum / summary.queries;
  return summary;
}
