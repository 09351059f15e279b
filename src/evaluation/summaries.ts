import type { Measure } from './measure.js';
import type { Judgments } from './qrels.js';
import type { EvalReport, RunSummary } from './report.js';
import type { Run } from './run.js';
import { evaluateRun } from './score-run.js';
import { evaluateDiversity } from './subtopics.js';

/** A run measured against judgments, with warnings of what could make its figures misleading. */
export function scoreRun(
  name: string,
  run: Run,
  measures: Measure[],
  judgments: Judgments,
  warnings: string[],
  options: { perQuery?: boolean },
): RunSummary {
  const graded = measures.filter((measure) => measure.needs !== 'subtopics');
  const result = evaluateRun(run, judgments.grades, graded);
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
  const perQuery = Object.fromEntries(result.perQuery);
  for (const measure of measures) {
    if (measure.needs !== 'subtopics' || judgments.subtopics === undefined) continue;
    const found = evaluateDiversity(run, judgments.subtopics, measure.depth, measure.alpha);
    summary.measures[measure.name] = found.mean;
    for (const [query, value] of found.perQuery) perQuery[query][measure.name] = value;
  }
  if (options.perQuery) summary.perQuery = perQuery;
  return summary;
}

/** The report of runs, the primary one's figures at its top. */
export function reportOf(
  runs: RunSummary[],
  primary: RunSummary,
  queries: number,
  warnings: string[],
  options: { perQuery?: boolean },
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
