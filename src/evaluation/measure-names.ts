import { families } from './families.js';
import type { MeasureName } from './measure.js';

const truthRecall: MeasureName = {
  name: 'recall',
  forms: ['recall@k'],
  aliases: [],
  what: 'share of the exact k nearest neighbours that a vector search found (against --truth, not judgments)',
  formula: 'first k results that are among the first k true neighbours / k',
};

/** Every family of measures, for help and documentation, in the order to show them. */
export const measureNames: readonly MeasureName[] = [...families, truthRecall].map(
  ({ name, forms, aliases, what, formula }) => ({ name, forms, aliases, what, formula }),
);
