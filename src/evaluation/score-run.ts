import { UsageError } from '../errors/index.js';
import { judgeQuery } from './judged-query.js';
import type { JudgedMeasure, Measure } from './measure.js';
import type { Qrels } from './qrels.js';
import type { Run } from './run.js';

/** What a run is worth. Values are keyed by the canonical names of the measures. */
export interface Evaluation {
  /** Judged queries: what the means are over. */
  queries: number;
  /** Judged query → measure → value, in the order of the judgments. */
  perQuery: Map<string, Record<string, number>>;
  /** Mean over judged queries of the unrounded values; counts are summed, GMAP is a geometric mean. */
  means: Record<string, number>;
  /** Judged, absent from the run: they count as if nothing had been retrieved. */
  missingQueries: string[];
  /** In the run, without a judgment: left out. */
  unjudgedQueries: string[];
  /** Judged, but without any document of grade 1 or more: they count, and most measures give 0. */
  queriesWithoutRelevant: string[];
  /** Results of judged queries within the deepest rank that any of the measures looks at. */
  results: number;
  /** How many of those have no judgment. */
  unjudgedResults: number;
}

/** trec_eval's floor for what enters a geometric mean. */
const GEOMETRIC_FLOOR = 1e-5;

/**
 * Measures a run against judgments as `trec_eval -c` does: results are put in order again by score and
 * then id (descending by UTF-8 bytes), and means are over all judged queries.
 * O(results log results) a query, and O(results) a measure.
 * @throws UsageError when a measure needs the exact neighbours, or a grade is above a measure's largest
 */
export function evaluateRun(run: Run, qrels: Qrels, measures: readonly Measure[]): Evaluation {
  const judged = measures.map(asJudged);
  const depth = Math.max(0, ...judged.map((measure) => measure.depth ?? Number.POSITIVE_INFINITY));
  const totals = judged.map(() => 0);
  const evaluation: Evaluation = {
    queries: qrels.size,
    perQuery: new Map(),
    means: {},
    missingQueries: [],
    unjudgedQueries: [...run.keys()].filter((query) => !qrels.has(query)),
    queriesWithoutRelevant: [],
    results: 0,
    unjudgedResults: 0,
  };

  for (const [id, judgments] of qrels) {
    const results = run.get(id);
    if (results === undefined) evaluation.missingQueries.push(id);
    const query = judgeQuery(results ?? [], judgments);
    const largest = query.grades[0] ?? 0;
    if (largest < 1) evaluation.queriesWithoutRelevant.push(id);
    const looked = Math.min(depth, query.ranking.length);
    evaluation.results += looked;
    for (let i = 0; i < looked; i++) if (query.ranking[i] === undefined) evaluation.unjudgedResults++;

    const values: Record<string, number> = {};
    judged.forEach((measure, i) => {
      if (largest > measure.largestGrade) throw gradeTooLarge(measure, id, largest);
      const value = measure.compute(query);
      values[measure.name] = value;
      totals[i] += measure.over === 'geometric' ? Math.log(Math.max(value, GEOMETRIC_FLOOR)) : value;
    });
    evaluation.perQuery.set(id, values);
  }

  judged.forEach((measure, i) => {
    const mean = totals[i] / qrels.size;
    if (measure.over === 'sum') evaluation.means[measure.name] = totals[i];
    else evaluation.means[measure.name] = measure.over === 'geometric' ? Math.exp(mean) : mean;
  });
  return evaluation;
}

function asJudged(measure: Measure): JudgedMeasure {
  if (measure.needs === 'qrels') return measure;
  throw new UsageError(
    `measure '${measure.name}': is against exact neighbours, not judgments; write R@${measure.depth} for judged recall`,
  );
}

function gradeTooLarge(measure: JudgedMeasure, query: string, grade: number): UsageError {
  const mend = measure.name.startsWith('ERR') && grade <= 1000 ? `; write ERR(max=${grade})` : '';
  return new UsageError(
    `measure '${measure.name}': query '${query}' has a grade of ${grade}, above the largest it allows, ${measure.largestGrade}${mend}`,
  );
}
