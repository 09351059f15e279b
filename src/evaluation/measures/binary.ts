/** Measures that know relevant and not relevant only: a grade of `rel` or more is relevant. */
import { countRelevant, isRelevant, type JudgedQuery, relevantRetrieved } from '../judged-query.js';

/** P@k: relevant results in the first k, over k even where fewer were retrieved. */
export function precision(query: JudgedQuery, rel: number, k: number): number {
  return relevantRetrieved(query, rel, k) / k;
}

/** R@k: relevant results in the first k, over all relevant documents; 0 when there are none. */
export function recall(query: JudgedQuery, rel: number, k: number): number {
  const relevant = countRelevant(query.grades, rel);
  return relevant === 0 ? 0 : relevantRetrieved(query, rel, k) / relevant;
}

/** Success@k: 1 when the first k hold a relevant result. */
export function success(query: JudgedQuery, rel: number, k: number): number {
  return relevantRetrieved(query, rel, k) > 0 ? 1 : 0;
}

/** Rprec: precision at R, the number of relevant documents. */
export function rPrecision(query: JudgedQuery, rel: number): number {
  const relevant = countRelevant(query.grades, rel);
  return relevant === 0 ? 0 : relevantRetrieved(query, rel, relevant) / relevant;
}

/** RR: one over the rank of the first relevant result, 0 without one within `depth`. */
export function reciprocalRank(query: JudgedQuery, rel: number, depth: number): number {
  const end = Math.min(depth, query.ranking.length);
  for (let i = 0; i < end; i++) if (isRelevant(query.ranking[i], rel)) return 1 / (i + 1);
  return 0;
}

/** AP: mean over all relevant documents of the precision at their rank, 0 for those not within `depth`. */
export function averagePrecision(query: JudgedQuery, rel: number, depth: number): number {
  const relevant = countRelevant(query.grades, rel);
  if (relevant === 0) return 0;
  const end = Math.min(depth, query.ranking.length);
  let found = 0;
  let sum = 0;
  for (let i = 0; i < end; i++) {
    if (!isRelevant(query.ranking[i], rel)) continue;
    found++;
    sum += found / (i + 1);
  }
  return sum / relevant;
}

/**
 * IPrec at each recall level: the best precision at any rank that has found at least the level's share of
 * the relevant documents. The share is rounded half up to whole documents (trec_eval 10's
 * printed figures agree with that, and not with rounding up).
 * @param levels recall levels in 0..1
 * @returns one value a level. O(ranks + levels)
 */
export function interpolatedPrecision(query: JudgedQuery, rel: number, levels: readonly number[]): number[] {
  const relevant = countRelevant(query.grades, rel);
  // best[n]: highest precision at a rank where at least n + 1 relevant documents have been found
  const best: number[] = [];
  query.ranking.forEach((grade, i) => {
    if (isRelevant(grade, rel)) best.push((best.length + 1) / (i + 1));
  });
  for (let n = best.length - 2; n >= 0; n--) best[n] = Math.max(best[n], best[n + 1]);
  return levels.map((level) => best[Math.max(1, Math.floor(level * relevant + 0.5)) - 1] ?? 0);
}

/** 11pt_avg: mean of IPrec at 0.0, 0.1 .. 1.0. */
export function elevenPointAverage(query: JudgedQuery, rel: number): number {
  const levels = Array.from({ length: 11 }, (_, i) => i / 10);
  return interpolatedPrecision(query, rel, levels).reduce((sum, value) => sum + value, 0) / 11;
}

/**
 * Bpref (Buckley and Voorhees, SIGIR 2004): for each relevant result the share of judged non-relevant
 * documents that do not stand above it, over all relevant documents:
 * 1/R · Σ (1 − min(n, R) / min(R, N)), n = judged non-relevant results above, N = judged non-relevant documents.
 * Results without a judgment, and those with a negative grade (by TREC's habit pooled, not judged), are
 * passed over.
 */
export function bpref(query: JudgedQuery, rel: number): number {
  const relevant = countRelevant(query.grades, rel);
  if (relevant === 0) return 0;
  const nonRelevant = countRelevant(query.grades, 0) - relevant;
  const bound = Math.min(relevant, nonRelevant);
  let above = 0;
  let sum = 0;
  for (const grade of query.ranking) {
    if (grade === undefined || grade < 0) continue;
    if (grade < rel) above++;
    else sum += above === 0 ? 1 : 1 - Math.min(above, relevant) / bound;
  }
  return sum / relevant;
}
