/** Measures that look at the retrieved set as a whole, and counts. */
import { countRelevant, type JudgedQuery, relevantRetrieved } from '../judged-query.js';

/** SetP: relevant results over results; 0 without results. */
export function setPrecision(query: JudgedQuery, rel: number): number {
  return query.ranking.length === 0 ? 0 : relevantRetrieved(query, rel) / query.ranking.length;
}

/** SetR: relevant results over relevant documents; 0 when there are none. */
export function setRecall(query: JudgedQuery, rel: number): number {
  const relevant = countRelevant(query.grades, rel);
  return relevant === 0 ? 0 : relevantRetrieved(query, rel) / relevant;
}

/** SetF (van Rijsbergen 1979): (1 + β²) P R / (β² P + R); 0 when both are 0. */
export function setF(query: JudgedQuery, rel: number, beta: number): number {
  const p = setPrecision(query, rel);
  const r = setRecall(query, rel);
  return p + r === 0 ? 0 : ((1 + beta * beta) * p * r) / (beta * beta * p + r);
}

/** Judged@k: share of the first k results (of all there are, when fewer) that have a judgment of any grade. */
export function judgedShare(query: JudgedQuery, depth: number): number {
  const end = Math.min(depth, query.ranking.length);
  if (end === 0) return 0;
  let judged = 0;
  for (let i = 0; i < end; i++) if (query.ranking[i] !== undefined) judged++;
  return judged / end;
}
