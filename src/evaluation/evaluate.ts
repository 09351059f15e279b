import { statSync } from 'node:fs';
import { UsageError } from '../errors/index.js';
import { openReader } from '../index/index.js';
import { parseFusion } from '../recall/index.js';
import { parseVectorsArgument } from '../records/index.js';
import { TEXT_BRANCH } from '../schema/index.js';
import { checkAssertions, parseAssertion } from './assertions.js';
import type { EvalOptions } from './eval-options.js';
import { runIndex } from './index-runs.js';
import { knownItems } from './known-items/index.js';
import type { Measure } from './measure.js';
import { parseMeasure } from './parse-measure.js';
import { firing } from './plans.js';
import { type Judgments, readQrels } from './qrels.js';
import type { EvalReport, RunSummary } from './report.js';
import { readRun } from './run.js';
import { openRunner } from './runners.js';
import { compareSeveral } from './significance/compare.js';
import { checkDrops, parseMaxDrop } from './significance/drops.js';
import { readSubtopics } from './subtopics.js';
import { reportOf, scoreRun } from './summaries.js';

const QRELS_MEASURES = ['nDCG@10', 'AP', 'RR', 'R@100', 'Judged@10'];
const TRUTH_MEASURES = ['recall@10'];
const KNOWN_ITEM_MEASURES = ['Success@1', 'Success@10', 'RR@10'];

/**
 * Runs queries against an index (or takes runs made elsewhere), measures them, times them, and
 * checks assertions. Queries and runs are held in memory.
 * @throws UsageError, InputError; an assertion that fails is an outcome, not an error
 */
export async function evaluate(given: EvalOptions): Promise<EvalReport> {
  const asked = given.self ? withKnownItems(given) : given;
  const drops = (asked.maxDrops ?? []).map((text) => parseMaxDrop(text));
  if (drops.length > 0 && asked.baseline === undefined) {
    throw new UsageError('a largest drop is one from a baseline: give --baseline RUN or INDEX');
  }
  // A comparison is query by query, printed or not.
  const byQuery = asked.baseline !== undefined || asked.details !== undefined;
  const options = byQuery ? { ...asked, perQuery: true } : asked;
  const assertions = (options.assertions ?? []).map((text) => parseAssertion(text));
  const measures = chooseMeasures(
    options,
    [...assertions, ...drops].map((gate) => gate.measure),
  );
  const judged = measures.filter((measure) => measure.needs !== 'truth');
  const byTopic = measures.find((measure) => measure.needs === 'subtopics');
  if (judged.length > 0 && options.qrels === undefined && options.known === undefined) {
    throw new UsageError(`${judged[0].name} needs judgments: give --qrels FILE`);
  }
  const needsTruth = measures.some((measure) => measure.needs === 'truth');
  if (needsTruth && options.truth === undefined && !options.exact) {
    throw new UsageError('recall@k needs the true neighbours: give --truth FILE, or --exact to compute them');
  }
  const ratios = measures.filter((measure) => measure.needs === 'truth' && measure.ratio);
  const dropped = ratios.find(({ name }) => drops.some(({ measure }) => measure === name));
  if (dropped !== undefined)
    throw new UsageError(
      `${dropped.name} is better when it is lower: hold it by --assert '${dropped.name}<=1.01'`,
    );
  if (ratios.includes(measures[0]) && options.sweep?.length)
    throw new UsageError(
      `${measures[0].name} is better when it is lower: name another measure first to sweep by`,
    );
  if (byTopic !== undefined && options.known !== undefined)
    throw new UsageError(`${byTopic.name} needs judgments of subtopics, which --self does not make`);
  const judgments = await readJudgments(options, byTopic !== undefined);
  const report =
    options.runs !== undefined && options.runs.length > 0
      ? await scoreFiles(options.runs, measures, judgments, options)
      : await runIndex(options, measures, judgments);
  const figures = {
    ...report.measures,
    ...report.latency,
    ...(report.qps === undefined ? {} : { qps: report.qps }),
  };
  report.assertions = checkAssertions(assertions, figures);
  if (options.baseline !== undefined) {
    // Recall is not of a run of several branches.
    const comparable = measures.filter(
      (measure) => !ratios.includes(measure) && measure.name in report.measures,
    );
    const names = comparable.map((measure) => measure.name);
    const baseline = await evaluateBaseline(options.baseline, comparable, judgments, options);
    const candidates = report.runs.map(({ name, perQuery = {} }) => ({ name, perQuery }));
    const compared = names.filter((name) => name in baseline.measures);
    report.comparisons = compareSeveral(baseline.perQuery ?? {}, candidates, compared, {
      seed: options.seed,
    });
    if (asked.details !== undefined) asked.details.baseline = baseline.perQuery;
    report.assertions.push(...checkDrops(drops, baseline.measures, report.measures));
    for (const warning of baseline.warnings) report.warnings.push(`baseline: ${warning}`);
  }
  report.warnings.unshift(...(options.known?.warnings ?? []));
  for (const { name, perQuery = {} } of report.runs) asked.details?.perQuery.set(name, perQuery);
  if (!asked.perQuery) {
    report.perQuery = undefined;
    for (const run of report.runs) run.perQuery = undefined;
  }
  return report;
}

/** What runs are measured by: made of the index, or read from a file, its subtopics too where a measure asks for them. */
async function readJudgments(
  { known, qrels }: EvalOptions,
  subtopics: boolean,
): Promise<Judgments | undefined> {
  if (known !== undefined) return { grades: known.qrels };
  if (qrels === undefined) return undefined;
  if (!subtopics) return { grades: await readQrels(qrels) };
  if (qrels === '-')
    throw new UsageError('judgments of subtopics are read twice: give --qrels FILE, not standard input');
  return { grades: await readQrels(qrels, { subtopics }), subtopics: await readSubtopics(qrels) };
}

/**
 * Options with queries made of the index: every branch has some, so that each is measured alone, too, where there are
 * several; a vector field's neighbours are compared with the exact ones.
 */
function withKnownItems(options: EvalOptions): EvalOptions {
  const { index, settings = {} } = options;
  const others = { '--queries': options.queries, '--qrels': options.qrels, '--truth': options.truth };
  const [extra] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (extra !== undefined || index === undefined) {
    throw new UsageError(
      `--self makes queries and judgments of an index: ${extra === undefined ? 'name one, and leave out --run' : `leave out ${extra}, or --self`}`,
    );
  }
  const branches = settings.branches ?? index.branchNames;
  const known = knownItems(index, branches, options);
  const fired = firing(index, known.queries).filter((name) => branches.includes(name));
  const fields = fired.filter((name) => name !== TEXT_BRANCH);
  const several = fired.length > 1;
  return {
    ...options,
    known,
    exact: options.exact || fields.length === 1,
    eachBranch: options.eachBranch || several,
    fusions: several && !options.fusions?.length ? [parseFusion('rrf')] : options.fusions,
  };
}

/** The baseline by the same measures: a run from a file, or what another index answers to the same queries. */
async function evaluateBaseline(
  path: string,
  measures: Measure[],
  judgments: Judgments | undefined,
  options: EvalOptions,
): Promise<EvalReport> {
  const plain = {
    ...options,
    saveRun: undefined,
    details: undefined,
    eachBranch: false,
    runs: undefined,
    sweep: undefined,
  };
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    if (judgments === undefined)
      throw new UsageError('a baseline that is a run is measured by judgments: give --qrels FILE');
    return scoreFiles(
      [path],
      measures.filter((measure) => measure.needs !== 'truth'),
      judgments,
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
    return await runIndex({ ...plain, index, runner, vectors, settings }, measures, judgments);
  } finally {
    await runner.close();
    index.close();
  }
}

function chooseMeasures(options: EvalOptions, asserted: string[]): Measure[] {
  const defaults = [
    ...(options.known === undefined ? [] : KNOWN_ITEM_MEASURES),
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
    throw new UsageError(
      'nothing to measure: give --qrels FILE, --truth FILE or --exact; or --self, without queries',
    );
  return [...chosen.values()];
}

/** `nDCG@10,AP` is two measures; commas inside parentheses belong to one. */
function splitMeasures(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((name) => name.trim());
}

async function scoreFiles(
  paths: string[],
  measures: Measure[],
  judgments: Judgments | undefined,
  options: EvalOptions,
): Promise<EvalReport> {
  if (measures.some((measure) => measure.needs === 'truth')) {
    throw new UsageError(
      'recall@k is measured on an index; a run from a file is scored with --qrels (R@k is recall against judgments)',
    );
  }
  if (options.sweep !== undefined && options.sweep.length > 0)
    throw new UsageError('--sweep tries settings of an index; a run from a file is what it is');
  if (options.saveRun !== undefined)
    throw new UsageError('--save-run saves what an index answers; a run from a file is there already');
  const warnings: string[] = [];
  const runs: RunSummary[] = [];
  for (const path of paths)
    runs.push(scoreRun(path, await readRun(path), measures, judgments as Judgments, warnings, options));
  return reportOf(runs, runs[0], judgments?.grades.size ?? 0, warnings, options);
}
