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

/** Every family of measures, for help and documentation, in the order to show them. */
export const measureNames: readonly MeasureName[] = [...families, truthRecall, truthNearest].map(
  ({ name, forms, aliases, what, formula }) => ({ name, forms, aliases, what, formula }),
);
