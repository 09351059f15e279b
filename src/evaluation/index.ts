/**
 * evaluation: how good an answer is.
 *
 * Maps a run (query → scored document ids) and judgments (query → document id → grade) to measures
 * as trec_eval 10 and ir_measures define them, result rows and exact neighbour rows to recall@k,
 * query times to percentiles, two runs to differences and how likely chance makes them, and all of these to
 * assertions passed or failed, and to reports.
 * Good for: measuring any run, ours or another tool's, from files or from memory. Not for: runs that don't fit
 * memory.
 */

export { type Assertion, type AssertionOutcome, checkAssertions, parseAssertion } from './assertions.js';
export type { EvalOptions } from './eval-options.js';
export { evaluate } from './evaluate.js';
export { formatFigure } from './figure.js';
export { type LatencySummary, latencyNames, summariseLatency } from './latency.js';
export type { JudgedMeasure, Measure, MeasureName, TruthMeasure } from './measure.js';
export { measureNames } from './measure-names.js';
export { parseMeasure } from './parse-measure.js';
export { type Qrels, readQrels } from './qrels.js';
export {
  distanceRatio,
  type QueryRecall,
  type RecallOptions,
  type RecallSummary,
  recallAtK,
  summariseRecall,
} from './recall.js';
export type { EvalDetails, EvalReport, RunSummary, SweepReport } from './report.js';
export { toGithub } from './reporters/github.js';
export { toJunit } from './reporters/junit.js';
export { toMarkdown } from './reporters/markdown.js';
export { formatRunLine, type Run, type RunEntry, readRun } from './run.js';
export type { Conditions, QueryAnswer, QueryRunner } from './run-queries.js';
export { localRunner, openRunner } from './runners.js';
export { type Evaluation, evaluateRun } from './score-run.js';
export { bootstrapInterval, type Interval } from './significance/bootstrap.js';
export {
  type CompareOptions,
  type Comparison,
  compareRuns,
  compareSeveral,
  type PerQuery,
  type QueryChange,
} from './significance/compare.js';
export { checkDrops, type MaxDrop, parseMaxDrop } from './significance/drops.js';
export { holm } from './significance/holm.js';
export { type Randomisation, randomisationTest } from './significance/randomisation.js';
export { pairedTTest, type TTest } from './significance/t-test.js';
export { alphaNdcg, evaluateDiversity, readSubtopics, type Subtopics } from './subtopics.js';
export { choose, type Point, paretoFront } from './sweep/front.js';
export { type Axis, gridOf, parseAxis, type SweptName } from './sweep/settings.js';
