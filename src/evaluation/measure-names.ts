import { families } from './families.js';
import type { MeasureName } from './measure.js';

const truthRecall: MeasureName = {
  name: 'recall',
  forms: ['recall@k'],
  aliases: [],
  what: 'share of the exact k nearest neighbours that a vector search found (against --truth, not judgments)',
  formula: 'first k results that are among the first k true neighbours / k',
};

const truthNearest: MeasureName = {
  name: '1-recall',
  forms: ['1-recall@k'],
  aliases: [],
  what: 'whether the nearest neighbour is among the first k that a vector search found (against --truth)',
  formula: '1 if the nearest true neighbour is in the first k results, else 0',
};

const truthRatio: MeasureName = {
  name: 'distanceRatio',
  forms: ['distanceRatio@k'],
  aliases: [],
  what: 'how much farther the first k results are than the k nearest neighbours (against --truth): 1 at best',
  formula: 'sum of the distances of the first k results / sum of those of the first k true neighbours',
};

const diversity: MeasureName = {
  name: 'alpha_nDCG',
  forms: ['alpha_nDCG@k', 'alpha_nDCG(alpha=0.5)@k'],
  aliases: ['alpha_ndcg@k'],
  what: 'are the best documents at the top, each subtopic of a query counting less when it is met again',
  formula:
    'nDCG with the gain of a document = sum over its subtopics of (1 - alpha)^(times met above); ideal by greedy choice; alpha = 0.5 when not given',
};

/** Every family of measures, for help and documentation, in the order to show them. */
export const measureNames: readonly MeasureName[] = [
  ...families,
  diversity,
  truthRecall,
  truthNearest,
  truthRatio,
].map(({ name, forms, aliases, what, formula }) => ({ name, forms, aliases, what, formula }));
