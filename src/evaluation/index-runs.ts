import type { Query } from '../branch/index.js';
import { UsageError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import { checkFilter, soleVectorField } from '../recall/index.js';
import { collectQueries } from './collect-queries.js';
import type { EvalOptions } from './eval-options.js';
import type { Measure, TruthMeasure } from './measure.js';
import { firing, type Plan, planRuns } from './plans.js';
import type { Judgments, Qrels } from './qrels.js';
import type { EvalReport, RunSummary } from './report.js';
import { formatRunLine, type Run } from './run.js';
import type { QueryAnswer, QueryRunner } from './run-queries.js';
import { reportOf, scoreRun } from './summaries.js';
import { choose, paretoFront } from './sweep/front.js';
import { type Axis, parseAxis } from './sweep/settings.js';
import { timeRuns } from './timed-runs.js';
import { exactTruth, readTruth, recallOf, type Truth } from './truth.js';

/** Depth for measures that look at the whole list: trec_eval's own habit. */
const WHOLE_LIST_DEPTH = 1000;
/** Rounds of a sweep: the least that have a middle one. */
const SWEEP_ROUNDS = 3;

/** Runs of an index: queries are read, every plan answers and is timed, answers are measured. */
export async function runIndex(
  asked: EvalOptions,
  measures: Measure[],
  judgments: Judgments | undefined,
): Promise<EvalReport> {
  const axes = (asked.sweep ?? []).map(parseAxis);
  const { options, target } = sweepTarget(asked, axes);
  const { index, runner, settings = {} } = options;
  if (index === undefined || runner === undefined)
    throw new UsageError('give an index, or runs to score with --run FILE');
  if (options.queries === undefined && options.known === undefined)
    throw new UsageError('give the queries with --queries FILE, or --self to make some of the index');
  if (settings.filter !== undefined) checkFilter(index, settings.filter);
  const queries = options.known?.queries ?? (await collectQueries(index, options));
  const depth = Math.max(settings.k ?? 1, ...measures.map((measure) => measure.depth ?? WHOLE_LIST_DEPTH));
  const branches = settings.branches ?? firing(index, queries);
  const plans = planRuns(branches, options, axes);
  const truthMeasures = measures.filter((measure) => measure.needs === 'truth');
  const field = truthMeasures.length > 0 ? soleVectorField(index, branches) : undefined;
  const { metric = 'l2' } = index.manifest.schema.vectors.find(({ name }) => name === field) ?? {};
  const truth = await truthOf(field, truthMeasures, queries, options);

  const warnings = judgments === undefined ? [] : foreignJudgments(index, judgments.grades);
  const runs: RunSummary[] = [];
  const summaries = new Map<Plan, RunSummary>();
  const kept = new Map<Plan, QueryAnswer[]>();
  const measure = (plan: Plan, answers: QueryAnswer[]) => {
    const own = measures.filter((m) => m.needs !== 'truth');
    const summary =
      judgments === undefined
        ? { name: plan.name, measures: {} }
        : scoreRun(plan.name, asRun(answers), own, judgments, warnings, options);
    summary.branches = plan.settings.branches ?? branches;
    if (axes.length > 0) summary.swept = plan.swept;
    if (truth !== undefined && summary.branches.length === 1 && summary.branches[0] === field)
      recallOf(summary, answers, truth, truthMeasures, queries, { ...options, metric });
    summaries.set(plan, summary);
    if (options.saveRun !== undefined) kept.set(plan, answers);
  };
  const speeds = await timeRuns(
    runner,
    queries,
    plans,
    { depth, rounds: options.rounds ?? (axes.length > 0 ? SWEEP_ROUNDS : 1) },
    measure,
    {
      signal: options.signal,
      onProgress: (plan, done, total) => options.onProgress?.(plan.name, done, total),
    },
  );
  for (const [i, plan] of plans.entries()) {
    const { times, latency, qps, qpsRange } = speeds[i];
    options.details?.times.set(plan.name, times);
    runs.push(Object.assign(summaries.get(plan) as RunSummary, { latency, qps, qpsRange }));
  }
  if (truth !== undefined && runs.every((run) => !truthMeasures.some(({ name }) => name in run.measures))) {
    throw new UsageError(
      `${truthMeasures[0].name} is of the vector branch alone: add --branches ${field} or --each-branch`,
    );
  }
  const points = runs.map((run) => ({
    quality: run.measures[measures[0].name] ?? Number.NaN,
    qps: run.qps as number,
  }));
  const chosen = axes.length > 0 ? choose(points, target) : undefined;
  const usual = plans.findIndex((plan) => plan.primary);
  const primary = chosen ?? (axes.length > 0 ? choose(points) : undefined) ?? Math.max(0, usual);
  const { saveRun } = options;
  if (saveRun !== undefined) {
    const tag = plans[primary].name.replace(/\s/g, '_');
    for (const { query, hits } of kept.get(plans[primary]) ?? [])
      for (const { id, rank, score } of hits) saveRun(formatRunLine(query, id, rank, score, tag));
  }
  const count = judgments?.grades.size ?? truth?.queries ?? queries.length;
  warnings.push(...new Set(truth?.warnings));
  const report = reportOf(runs, runs[primary], count, warnings, options);
  report.conditions = speeds[primary].conditions;
  report.knownItems = options.known?.note;
  if (axes.length > 0) {
    report.sweep = {
      measure: measures[0].name,
      axes: Object.fromEntries(axes.map(({ name, values }) => [name, values])),
      front: paretoFront(points).map((i) => runs[i].name),
      ...(target === undefined ? {} : { target }),
      ...(chosen === undefined ? {} : { chosen: runs[chosen].name }),
    };
    if (chosen === undefined)
      warnings.push(
        `no setting reaches ${measures[0].name} ${target}: the best has ${points[primary].quality}`,
      );
  }
  return report;
}

/** In a sweep a target is not for the searches, which have their settings, but for the choice among them. */
function sweepTarget(
  options: EvalOptions,
  axes: Axis[],
): { options: EvalOptions; target: number | undefined } {
  const target = options.settings?.targetRecall;
  if (axes.length === 0 || target === undefined) return { options, target: undefined };
  return { options: { ...options, settings: { ...options.settings, targetRecall: undefined } }, target };
}

async function truthOf(
  field: string | undefined,
  measures: TruthMeasure[],
  queries: Query[],
  options: EvalOptions,
): Promise<Truth | undefined> {
  if (field === undefined) return undefined;
  const index = options.index as IndexReader;
  const deepest = Math.max(...measures.map((measure) => measure.depth));
  const scored = options.tieAware || measures.some((measure) => measure.ratio);
  return options.truth === undefined
    ? exactTruth(index, options.runner as QueryRunner, queries, field, deepest, options)
    : readTruth(options.truth, index, queries, field, deepest, scored);
}

function asRun(answers: QueryAnswer[]): Run {
  return new Map(answers.map(({ query, hits }) => [query, hits.map(({ id, score }) => ({ id, score }))]));
}

/** Judged documents looked up, to tell judgments of another collection. */
const LOOKED_UP = 1000;

/** Judgments that name none of an index's documents are those of another collection: every figure would be 0. */
function foreignJudgments(index: IndexReader, qrels: Qrels): string[] {
  const ids = new Set<string>();
  for (const judgments of qrels.values()) {
    for (const id of judgments.keys()) {
      if (ids.size < LOOKED_UP) ids.add(id);
    }
  }
  if ([...ids].some((id) => index.documents.find(id) !== undefined)) return [];
  return [`none of ${ids.size} judged documents is in this index: the judgments are of another collection`];
}
