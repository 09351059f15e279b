/** Measures that weigh a result by its grade. A grade of 0 or less, and no judgment, gain nothing. */
import { isRelevant, type JudgedQuery } from '../judged-query.js';

/**
 * nDCG (Järvelin and Kekäläinen, TOIS 2002, with the log2(rank + 1) discount of trec_eval):
 * DCG of the first `depth` results over the DCG of the best `depth` judged documents.
 * @param exponential gain 2^grade − 1 (Burges et al., ICML 2005) rather than the grade
 */
export function ndcg(query: JudgedQuery, depth: number, exponential: boolean): number {
  const ideal = dcg(query.grades, depth, exponential);
  return ideal === 0 ? 0 : dcg(query.ranking, depth, exponential) / ideal;
}

function dcg(ranking: readonly (number | undefined)[], depth: number, exponential: boolean): number {
  const end = Math.min(depth, ranking.length);
  let sum = 0;
  for (let i = 0; i < end; i++) {
    const grade = ranking[i];
    if (grade === undefined || grade <= 0) continue;
    sum += (exponential ? 2 ** grade - 1 : grade) / Math.log2(i + 2);
  }
  return sum;
}

/**
 * RBP (Moffat and Zobel, TOIS 2008): (1 − p) Σ gain · p^(rank − 1).
 * @param rel gain 1 from this grade on; undefined: gain = grade over the query's largest grade, as trec_eval 10
 */
export function rankBiasedPrecision(
  query: JudgedQuery,
  p: number,
  rel: number | undefined,
  depth: number,
): number {
  const largest = query.grades[0] ?? 0;
  const end = Math.min(depth, query.ranking.length);
  let weight = 1 - p;
  let sum = 0;
  for (let i = 0; i < end; i++) {
    const grade = query.ranking[i];
    if (rel !== undefined) sum += isRelevant(grade, rel) ? weight : 0;
    else if (grade !== undefined && grade > 0) sum += (weight * grade) / largest;
    weight *= p;
  }
  return sum;
}

/**
 * ERR (Chapelle, Metzler, Zhang, Grinspan, CIKM 2009, section 4): a reader goes down the list and stops at a
 * result with probability (2^grade − 1) / 2^max; the expected value of one over the rank where that happens.
 * @param max largest grade of the scale
 */
export function expectedReciprocalRank(query: JudgedQuery, max: number, depth: number): number {
  const end = Math.min(depth, query.ranking.length);
  let reading = 1;
  let sum = 0;
  for (let i = 0; i < end; i++) {
    const grade = query.ranking[i];
    if (grade === undefined || grade <= 0) continue;
    const satisfied = (2 ** grade - 1) / 2 ** max;
    sum += (reading * satisfied) / (i + 1);
    reading *= 1 - satisfied;
  }
  return sum;
}
