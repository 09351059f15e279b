import type { Measure } from './measure.js';
import type { Qrels } from './qrels.js';
import type { EvalReport, RunSummary } from './report.js';
import type { Run } from './run.js';
import { evaluateRun } from './score-run.js';

/** A run measured against judgments, with warnings of what could make its figures misleading. */
export function scoreRun(
  name: string,
  run: Run,
  measures: Measure[],
  qrels: Qrels,
  warnings: string[],
  options: { perQuery?: boolean },
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
