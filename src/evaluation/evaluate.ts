import { statSync } from 'node:fs';
import type { Query } from '../branch/index.js';
import { InputError, UsageError } from '../errors/index.js';
import { type IndexReader, openReader } from '../index/index.js';
import {
  checkFilter,
  formatFusion,
  openQueries,
  type RecallSettings,
  soleVectorField,
} from '../recall/index.js';
import { parseVectorsArgument } from '../records/index.js';
import { TEXT_BRANCH } from '../schema/index.js';
import { checkAssertions, parseAssertion } from './assertions.js';
import type { Measure } from './measure.js';
import { parseMeasure } from './parse-measure.js';
import { type Qrels, readQrels } from './qrels.js';
import type { EvalReport, RunSummary } from './report.js';
import { formatRunLine, type Run, readRun } from './run.js';
import { type Conditions, type QueryAnswer, type QueryRunner, runQueries } from './run-queries.js';
import { openRunner } from './runners.js';
import { evaluateRun } from './score-run.js';
import { compareSeveral } from './significance/compare.js';
import { checkDrops, parseMaxDrop } from './significance/drops.js';
import { exactTruth, readTruth, recallOf, type Truth } from './truth.js';

/** Depth for measures that look at the whole list: trec_eval's own habit. */
const WHOLE_LIST_DEPTH = 1000;
const QRELS_MEASURES = ['nDCG@10', 'AP', 'RR', 'R@100', 'Judged@10'];
const TRUTH_MEASURES = ['recall@10'];

export interface EvalOptions {
  /** Open index; absent when runs made elsewhere are scored. */
  index?: IndexReader;
  /** Answers queries; by default in this thread. */
  runner?: QueryRunner;
  queries?: string;
  queryFormat?: string;
  /** `field=path[,ids=path]`. */
  vectors?: string[];
  qrels?: string;
  /** ivecs (or .npy) of exact neighbour rows, one row a query. */
  truth?: string;
  /** Make the truth by exact search on the same index. */
  exact?: boolean;
  /** Results as near as the k-th true neighbour count as found. */
  tieAware?: boolean;
  measures?: string[];
  assertions?: string[];
  settings?: RecallSettings;
  /** Fusions to compare; the first is the primary run. */
  fusions?: RecallSettings['fusion'][];
  /** A run for each branch alone, too. */
  eachBranch?: boolean;
  /** Runs in TREC format, instead of an index. */
  runs?: string[];
  perQuery?: boolean;
  /** A run in TREC format, or the directory of an index that answers the same queries: what the runs are compared with. */
  baseline?: string;
  /** `measure=drop`: how far the primary run may fall below the baseline. */
  maxDrops?: string[];
  /** Of the randomisation and the bootstrap. Default 0. */
  seed?: number;
  /** Takes the primary run's lines. */
  saveRun?: (line: string) => void;
  onProgress?: (run: string, done: number, total: number) => void;
  signal?: AbortSignal;
  stdin?: NodeJS.ReadableStream;
}

/**
 * Runs queries against an index (or takes runs made elsewhere), measures them, times them, and
 * checks assertions. Queries and runs are held in memory.
 * @throws UsageError, InputError; an assertion that fails is an outcome, not an error
 */
export async function evaluate(asked: EvalOptions): Promise<EvalReport> {
  const drops = (asked.maxDrops ?? []).map((text) => parseMaxDrop(text));
  if (drops.length > 0 && asked.baseline === undefined) {
    throw new UsageError('a largest drop is one from a baseline: give --baseline RUN or INDEX');
  }
  // A comparison is query by query, printed or not.
  const options = asked.baseline === undefined ? asked : { ...asked, perQuery: true };
  const assertions = (options.assertions ?? []).map((text) => parseAssertion(text));
  const measures = chooseMeasures(
    options,
    [...assertions, ...drops].map((gate) => gate.measure),
  );
  const judged = measures.filter((measure) => measure.needs === 'qrels');
  if (judged.length > 0 && options.qrels === undefined) {
    throw new UsageError(`${judged[0].name} needs judgments: give --qrels FILE`);
  }
  const needsTruth = measures.some((measure) => measure.needs === 'truth');
  if (needsTruth && options.truth === undefined && !options.exact) {
    throw new UsageError('recall@k needs the true neighbours: give --truth FILE, or --exact to compute them');
  }
  const qrels = options.qrels === undefined ? undefined : await readQrels(options.qrels);
  const report =
    options.runs !== undefined && options.runs.length > 0
      ? await scoreFiles(options.runs, measures, qrels, options)
      : await runIndex(options, measures, qrels);
  const figures = {
    ...report.measures,
    ...report.latency,
    ...(report.qps === undefined ? {} : { qps: report.qps }),
  };
  report.assertions = checkAssertions(assertions, figures);
  if (options.baseline !== undefined) {
    const names = measures.map((measure) => measure.name);
    const baseline = await evaluateBaseline(options.baseline, measures, qrels, options);
    const candidates = report.runs.map(({ name, perQuery = {} }) => ({ name, perQuery }));
    const compared = names.filter((name) => name in baseline.measures && name in report.measures);
    report.comparisons = compareSeveral(baseline.perQuery ?? {}, candidates, compared, {
      seed: options.seed,
    });
    report.assertions.push(...checkDrops(drops, baseline.measures, report.measures));
    for (const warning of baseline.warnings) report.warnings.push(`baseline: ${warning}`);
  }
  if (!asked.perQuery) {
    report.perQuery = undefined;
    for (const run of report.runs) run.perQuery = undefined;
  }
  return report;
}

/** The baseline by the same measures: a run from a file, or what another index answers to the same queries. */
async function evaluateBaseline(
  path: string,
  measures: Measure[],
  qrels: Qrels | undefined,
  options: EvalOptions,
): Promise<EvalReport> {
  const plain = { ...options, saveRun: undefined, eachBranch: false, runs: undefined };
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    if (qrels === undefined)
      throw new UsageError('a baseline that is a run is measured by judgments: give --qrels FILE');
    return scoreFiles(
      [path],
      measures.filter((measure) => measure.needs === 'qrels'),
      qrels,
      plain,
    );
  }
  const index = openReader(path);
  const runner = openRunner(index, 1);
  try {
    // An older index may lack a branch that the new one has: it answers with those it has.
    const has = (name: string) => index.branchNames.includes(name);
    const vectors = options.vectors?.filter((text) => has(parseVectorsArgument(text).field));
    const branches = options.settings?.branches?.filter(has);
    const settings = { ...options.settings, branches: branches?.length === 0 ? undefined : branches };
    return await runIndex({ ...plain, index, runner, vectors, settings }, measures, qrels);
  } finally {
    await runner.close();
    index.close();
  }
}

function chooseMeasures(options: EvalOptions, asserted: string[]): Measure[] {
  const defaults = [
    ...(options.qrels === undefined ? [] : QRELS_MEASURES),
    ...(options.truth === undefined && !options.exact ? [] : TRUTH_MEASURES),
  ];
  const names = options.measures?.length ? options.measures : defaults;
  const chosen = new Map<string, Measure>();
  for (const name of names.flatMap(splitMeasures)) {
    const measure = parseMeasure(name);
    chosen.set(measure.name, measure);
  }
  // An asserted measure is computed, listed or not.
  for (const name of asserted) {
    if (/^(p50Ms|p95Ms|p99Ms|meanMs|maxMs|qps)$/.test(name) || chosen.has(name)) continue;
    chosen.set(name, parseMeasure(name));
  }
  if (chosen.size === 0)
    throw new UsageError('nothing to measure: give --qrels FILE, --truth FILE or --exact');
  return [...chosen.values()];
}

/** `nDCG@10,AP` is two measures; commas inside parentheses belong to one. */
function splitMeasures(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((name) => name.trim());
}

async function scoreFiles(
  paths: string[],
  measures: Measure[],
  qrels: Qrels | undefined,
  options: EvalOptions,
): Promise<EvalReport> {
  if (measures.some((measure) => measure.needs === 'truth')) {
    throw new UsageError(
      'recall@k is measured on an index; a run from a file is scored with --qrels (R@k is recall against judgments)',
    );
  }
  if (options.saveRun !== undefined)
    throw new UsageError('--save-run saves what an index answers; a run from a file is there already');
  const warnings: string[] = [];
  const runs: RunSummary[] = [];
  for (const path of paths)
    runs.push(score(path, await readRun(path), measures, qrels as Qrels, warnings, options));
  return finishReport(runs, runs[0], qrels?.size ?? 0, warnings, options);
}

async function runIndex(
  options: EvalOptions,
  measures: Measure[],
  qrels: Qrels | undefined,
): Promise<EvalReport> {
  const { index, runner, settings = {} } = options;
  if (index === undefined || runner === undefined)
    throw new UsageError('give an index, or runs to score with --run FILE');
  if (options.queries === undefined) throw new UsageError('give the queries with --queries FILE');
  if (settings.filter !== undefined) checkFilter(index, settings.filter);
  const queries = await collectQueries(index, options);
  const truthMeasures = measures.filter((measure) => measure.needs === 'truth');
  const depth = Math.max(settings.k ?? 1, ...measures.map((measure) => measure.depth ?? WHOLE_LIST_DEPTH));
  const branches = settings.branches ?? firing(index, queries);
  const plans = planRuns(branches, options);
  const field = truthMeasures.length > 0 ? soleVectorField(index, branches) : undefined;
  let truth: Truth | undefined;
  if (field !== undefined) {
    const deepest = Math.max(...truthMeasures.map((measure) => measure.depth as number));
    truth =
      options.truth === undefined
        ? await exactTruth(index, runner, queries, field, deepest, options)
        : await readTruth(options.truth, index, queries, field, deepest, options.tieAware ?? false);
  }

  const warnings = qrels === undefined ? [] : foreignJudgments(index, qrels);
  const runs: RunSummary[] = [];
  let primaryAnswers: QueryAnswer[] = [];
  let conditions: Conditions | undefined;
  const primary = plans.find((plan) => plan.primary) ?? plans[0];
  for (const plan of plans) {
    const ran = await runQueries(
      runner,
      queries,
      { ...plan.settings, k: depth },
      {
        signal: options.signal,
        onProgress: (done) => options.onProgress?.(plan.name, done, queries.length),
      },
    );
    const run: Run = new Map(
      ran.answers.map(({ query, hits }) => [query, hits.map(({ id, score }) => ({ id, score }))]),
    );
    const summary =
      qrels === undefined
        ? { name: plan.name, measures: {} }
        : score(
            plan.name,
            run,
            measures.filter((m) => m.needs === 'qrels'),
            qrels,
            warnings,
            options,
          );
    summary.branches = plan.settings.branches ?? branches;
    if (truth !== undefined && summary.branches.length === 1 && summary.branches[0] === field) {
      recallOf(summary, ran.answers, truth, truthMeasures, queries, options.perQuery ?? false);
    }
    summary.latency = ran.latency;
    summary.qps = ran.qps;
    runs.push(summary);
    if (plan === primary) {
      primaryAnswers = ran.answers;
      conditions = ran.conditions;
    }
  }
  if (options.saveRun !== undefined) {
    for (const { query, hits } of primaryAnswers) {
      for (const { id, rank, score: value } of hits)
        options.saveRun(formatRunLine(query, id, rank, value, primary.name.replace(/\s/g, '_')));
    }
  }
  const first = runs[plans.indexOf(primary)];
  if (
    truth !== undefined &&
    runs.every((run) => !truthMeasures.some((measure) => measure.name in run.measures))
  ) {
    throw new UsageError(
      `${truthMeasures[0].name} is of the vector branch alone: add --branches ${field} or --each-branch`,
    );
  }
  const count = qrels?.size ?? truth?.queries ?? queries.length;
  warnings.push(...new Set(truth?.warnings));
  const report = finishReport(runs, first, count, warnings, options);
  report.conditions = conditions;
  return report;
}

interface Plan {
  name: string;
  settings: RecallSettings;
  primary: boolean;
}

/** Branches that at least one of the queries has input for. */
function firing(index: IndexReader, queries: Query[]): string[] {
  return index.branchNames.filter((name) =>
    queries.some((query) =>
      name === TEXT_BRANCH ? query.text !== undefined : query.vectors[name] !== undefined,
    ),
  );
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

/** Which runs to make: each branch alone if asked, then each fusion; a plain run when there is nothing to compare. */
function planRuns(branches: string[], options: EvalOptions): Plan[] {
  const { settings = {}, fusions = [], eachBranch = false } = options;
  const plans: Plan[] = [];
  if (eachBranch)
    for (const name of branches)
      plans.push({ name, settings: { ...settings, branches: [name] }, primary: false });
  if (branches.length > 1) {
    for (const [i, fusion] of fusions.entries()) {
      if (fusion)
        plans.push({ name: formatFusion(fusion), settings: { ...settings, fusion }, primary: i === 0 });
    }
  }
  if (plans.length === 0) plans.push({ name: branches.join('+') || 'none', settings, primary: true });
  return plans;
}

async function collectQueries(index: IndexReader, options: EvalOptions): Promise<Query[]> {
  const source = await openQueries(index, {
    path: options.queries as string,
    format: options.queryFormat,
    vectors: options.vectors,
    branches: options.settings?.branches,
    stdin: options.stdin,
  });
  try {
    const queries: Query[] = [];
    const seen = new Set<string>();
    for await (const query of source.queries) {
      if (seen.has(query.id)) {
        throw new InputError(
          { file: options.queries as string, row: queries.length },
          `query id '${query.id}' is there twice`,
          'give every query an id of its own',
        );
      }
      seen.add(query.id);
      queries.push(query);
    }
    if (queries.length === 0)
      throw new InputError({ file: options.queries as string }, 'holds no queries', 'name a file that does');
    return queries;
  } finally {
    source.close();
  }
}

function score(
  name: string,
  run: Run,
  measures: Measure[],
  qrels: Qrels,
  warnings: string[],
  options: EvalOptions,
): RunSummary {
  const result = evaluateRun(run, qrels, measures);
  const warn = (n: number, what: string) => {
    if (n > 0) warnings.push(`${name}: ${n} ${what}`);
  };
  warn(
    result.missingQueries.length,
    `judged queries of ${result.queries} are missing and count as 0 (first: ${result.missingQueries[0]})`,
  );
  warn(result.unjudgedQueries.length, 'queries have no judgments and are left out of the means');
  warn(result.queriesWithoutRelevant.length, 'judged queries have no relevant document');
  const summary: RunSummary = { name, measures: result.means };
  if (options.perQuery) summary.perQuery = Object.fromEntries(result.perQuery);
  return summary;
}

function finishReport(
  runs: RunSummary[],
  primary: RunSummary,
  queries: number,
  warnings: string[],
  options: EvalOptions,
): EvalReport {
  return {
    schema: 'shortlist.eval@1',
    queries,
    measures: primary.measures,
    latency: primary.latency,
    qps: primary.qps,
    runs,
    primary: primary.name,
    assertions: [],
    warnings,
    perQuery: options.perQuery ? primary.perQuery : undefined,
  };
}
