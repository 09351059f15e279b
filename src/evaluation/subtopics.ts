import { InputError } from '../errors/index.js';
import { byScoreThenId } from './judged-query.js';
import { columns, eachLine } from './lines.js';
import type { Run } from './run.js';

/** Query id → document id → the subtopics it is relevant to. */
export type Subtopics = Map<string, Map<string, Set<string>>>;

/**
 * Reads judgments of diversity tracks: `query subtopic document grade`; a grade above 0 is relevant. Memory:
 * O(judgments).
 * @throws InputError naming the line
 */
export async function readSubtopics(path: string): Promise<Subtopics> {
  const subtopics: Subtopics = new Map();
  const file = path === '-' ? 'standard input' : path;
  await eachLine(path, (text, line) => {
    const fields = columns(text);
    if (fields.length === 0) return;
    const [query, subtopic, document, grade] = fields;
    if (fields.length !== 4 || !/^[+-]?\d+$/.test(grade)) {
      throw new InputError(
        { file, line },
        'not a judgment',
        "write lines of 'query subtopic document grade'",
      );
    }
    let judged = subtopics.get(query);
    if (judged === undefined) {
      judged = new Map();
      subtopics.set(query, judged);
    }
    if (Number(grade) <= 0) return;
    judged.set(document, (judged.get(document) ?? new Set()).add(subtopic));
  });
  if (subtopics.size === 0) throw new InputError({ file }, 'holds no judgments');
  return subtopics;
}

/**
 * alpha-nDCG@k (Clarke et al., SIGIR 2008): nDCG whose gain for a subtopic falls by 1 - alpha each time it was met
 * before, over the best order that a greedy choice finds (the exact one is NP-complete; ndeval is greedy, too).
 * @param ranking document ids, best first
 * @param judged document id → subtopics; without a relevant document the value is 0
 */
export function alphaNdcg(
  ranking: readonly string[],
  judged: ReadonlyMap<string, ReadonlySet<string>>,
  k: number,
  alpha = 0.5,
): number {
  const depth = Math.min(k, ranking.length);
  const best = idealGain(judged, k, alpha);
  if (best === 0) return 0;
  const met = new Map<string, number>();
  let gain = 0;
  for (let i = 0; i < depth; i++) {
    const topics = judged.get(ranking[i]);
    if (topics !== undefined) gain += take(topics, met, alpha) / Math.log2(i + 2);
  }
  return gain / best;
}

/** Mean of alpha-nDCG@k over judged queries, a query that the run lacks counting 0; ties as in all measures. */
export function evaluateDiversity(
  run: Run,
  subtopics: Subtopics,
  k: number,
  alpha = 0.5,
): { mean: number; perQuery: Map<string, number> } {
  const perQuery = new Map<string, number>();
  for (const [query, judged] of subtopics) {
    const ranking = [...(run.get(query) ?? [])].sort(byScoreThenId).map(({ id }) => id);
    perQuery.set(query, alphaNdcg(ranking, judged, k, alpha));
  }
  const sum = [...perQuery.values()].reduce((total, value) => total + value, 0);
  return { mean: sum / perQuery.size, perQuery };
}

/** Gain of a document's subtopics, which are marked as met once more. */
function take(topics: ReadonlySet<string>, met: Map<string, number>, alpha: number): number {
  let gain = 0;
  for (const topic of topics) {
    const times = met.get(topic) ?? 0;
    gain += (1 - alpha) ** times;
    met.set(topic, times + 1);
  }
  return gain;
}

/** O(k × documents × subtopics). */
function idealGain(judged: ReadonlyMap<string, ReadonlySet<string>>, k: number, alpha: number): number {
  const left = new Set(judged.values());
  const met = new Map<string, number>();
  let total = 0;
  for (let rank = 0; rank < k && left.size > 0; rank++) {
    let best: ReadonlySet<string> | undefined;
    let bestGain = -1;
    for (const topics of left) {
      let gain = 0;
      for (const topic of topics) gain += (1 - alpha) ** (met.get(topic) ?? 0);
      if (gain > bestGain) {
        best = topics;
        bestGain = gain;
      }
    }
    left.delete(best!);
    total += take(best!, met, alpha) / Math.log2(rank + 2);
  }
  return total;
}
