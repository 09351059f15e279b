import type { Query } from '../branch/index.js';
import { InputError, UsageError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import type { Hit, RecallSettings } from '../recall/index.js';
import { openVectors } from '../records/index.js';
import type { Metric } from '../schema/index.js';
import type { TruthMeasure } from './measure.js';
import { distanceRatio, type QueryRecall, recallAtK, summariseRecall } from './recall.js';
import type { RunSummary } from './report.js';
import type { QueryAnswer, QueryRunner } from './run-queries.js';
import { runTogether } from './runners.js';

/** Relative difference up to which two scores are a tie: float32 distances against ours in float64. */
const TIE_TOLERANCE = 1e-6;

/** The exact neighbours of every query, by query id: input rows, nearest first. */
export interface Truth {
  rows: Map<string, Int32Array>;
  /** Scores of those rows, where ties are to count, or distances are. */
  scores: Map<string, Float64Array> | undefined;
  index: IndexReader;
  queries: number;
  warnings: string[];
}

/** Exact search on the same index, k deep, among what the filter leaves. */
export async function exactTruth(
  index: IndexReader,
  runner: QueryRunner,
  queries: Query[],
  field: string,
  k: number,
  options: {
    settings?: RecallSettings;
    signal?: AbortSignal;
    onProgress?: (run: string, done: number, total: number) => void;
  },
): Promise<Truth> {
  await runner.warm([field]);
  let done = 0;
  const answers = await runTogether(
    runner,
    queries,
    { k, branches: [field], exact: true, filter: options.settings?.filter },
    () => options.onProgress?.('exact', ++done, queries.length),
    options.signal,
  );
  const rows = new Map<string, Int32Array>();
  const scores = new Map<string, Float64Array>();
  for (const { query, hits } of answers) {
    rows.set(
      query,
      Int32Array.from(hits, (hit) => index.documents.row(hit.doc)),
    );
    scores.set(
      query,
      Float64Array.from(hits, (hit) => hit.score),
    );
  }
  return {
    rows,
    scores,
    index,
    queries: queries.length,
    warnings: [],
  };
}

/**
 * Neighbour rows from a file, one row of the file a query, in query order.
 * @param k the deepest that will be looked at; the file may be deeper
 * @throws InputError when the file is not whole numbers, or has another number of rows than there are queries
 */
export async function readTruth(
  path: string,
  index: IndexReader,
  queries: Query[],
  field: string,
  k: number,
  scored: boolean | undefined,
): Promise<Truth> {
  const source = await openVectors(path, { dataset: 'neighbors' });
  const notRows = () =>
    new InputError(
      { file: path },
      `holds ${source.dtype} values, not row numbers`,
      'give .ivecs, .ibin, .hdf5#neighbors, or .npy of int32',
    );
  if (!/^[iu](32|64)$/.test(source.dtype)) throw notRows();
  const rows = new Map<string, Int32Array>();
  const warnings: string[] = [];
  let row = 0;
  for await (const { count, integers } of source.batches()) {
    if (integers === undefined) throw notRows();
    for (let i = 0; i < count; i++, row++) {
      if (row >= queries.length) break;
      rows.set(queries[row].id, integers.slice(i * source.dim, (i + 1) * source.dim));
    }
    if (row >= queries.length && source.count !== undefined) break;
  }
  if (row < queries.length || (source.count ?? row) !== queries.length) {
    throw new InputError(
      { file: path },
      `has ${source.count ?? row} rows, but there are ${queries.length} queries`,
      'row i must be the neighbours of query i',
    );
  }
  if (source.dim < k)
    warnings.push(`${path} has ${source.dim} neighbours a query: recall@${k} is over ${source.dim}`);
  return {
    rows,
    scores: scored ? scoresOf(index, queries, rows, field) : undefined,
    index,
    queries: queries.length,
    warnings,
  };
}

/** What our own arithmetic makes of the truth rows' scores, so that ties can be told. */
function scoresOf(
  index: IndexReader,
  queries: Query[],
  rows: Map<string, Int32Array>,
  field: string,
): Map<string, Float64Array> {
  const branch = index.branch(field);
  const scores = new Map<string, Float64Array>();
  for (const query of queries) {
    const prepared = branch.prepare(query, {});
    const values = Float64Array.from(rows.get(query.id) ?? [], (row) => {
      const doc = index.documents.docOfRow(row);
      if (doc === undefined || prepared === undefined) return Number.NaN;
      const segment = index.segments.findLastIndex((view) => view.base <= doc);
      return prepared.explain(segment, doc - index.segments[segment].base)?.score ?? Number.NaN;
    });
    scores.set(query.id, values);
  }
  return scores;
}

/** Adds recall@k and its like of a run to its summary. */
export function recallOf(
  summary: RunSummary,
  answers: QueryAnswer[],
  truth: Truth,
  measures: TruthMeasure[],
  queries: Query[],
  options: { perQuery?: boolean; tieAware?: boolean; metric: Metric },
): void {
  const byQuery = new Map(answers.map((answer) => [answer.query, answer.hits]));
  const keep = (id: string, measure: string, value: number) => {
    if (!options.perQuery) return;
    summary.perQuery ??= {};
    summary.perQuery[id] ??= {};
    summary.perQuery[id][measure] = value;
  };
  for (const measure of measures) {
    if (measure.ratio) ratioOf(summary, byQuery, truth, measure, queries, options.metric, keep);
    else recallsOf(summary, byQuery, truth, measure, queries, options.tieAware ?? false, keep);
  }
}

type Keep = (id: string, measure: string, value: number) => void;

function recallsOf(
  summary: RunSummary,
  byQuery: Map<string, Hit[]>,
  truth: Truth,
  { name, depth, neighbours }: TruthMeasure,
  queries: Query[],
  tieAware: boolean,
  keep: Keep,
): void {
  const present = (row: number) => truth.index.documents.docOfRow(row) !== undefined;
  const recalls: QueryRecall[] = [];
  for (const { id } of queries) {
    const hits = byQuery.get(id) ?? [];
    const results = hits.map((hit) => truth.index.documents.row(hit.doc));
    const scores = tieAware ? truth.scores?.get(id) : undefined;
    const ties = scores && {
      results: hits.map((hit) => hit.score),
      truth: scores,
      tolerance: TIE_TOLERANCE,
    };
    const one = recallAtK(results, truth.rows.get(id) ?? [], depth, { present, ties, neighbours });
    recalls.push(one);
    keep(id, name, one.recall);
  }
  const { mean, absent, queriesWithoutTruth } = summariseRecall(recalls, neighbours ?? depth);
  summary.measures[name] = mean;
  if (absent > 0) truth.warnings.push(`${absent} true neighbours are not in the index and were passed over`);
  if (queriesWithoutTruth > 0)
    truth.warnings.push(`${queriesWithoutTruth} queries have no true neighbour left`);
}

/** The ratio of sums over all queries, so that one whose neighbours lie at distance 0 has one, too. */
function ratioOf(
  summary: RunSummary,
  byQuery: Map<string, Hit[]>,
  truth: Truth,
  { name, depth }: TruthMeasure,
  queries: Query[],
  metric: Metric,
  keep: Keep,
): void {
  if (metric === 'ip')
    throw new UsageError(`${name} is of distances, and an inner product is none: measure recall@${depth}`);
  // Scores in float32 arithmetic may be a little beyond those of a distance of 0.
  const distance: (score: number) => number = {
    l2: (score: number) => Math.sqrt(Math.max(0, -score)),
    cosine: (score: number) => Math.max(0, 1 - score),
    hamming: (score: number) => -score,
  }[metric];
  const found: number[] = [];
  const exact: number[] = [];
  for (const { id } of queries) {
    const results = (byQuery.get(id) ?? []).slice(0, depth).map((hit) => distance(hit.score));
    const scores = truth.scores?.get(id) ?? [];
    const nearest = Array.from(scores, distance).filter((value) => !Number.isNaN(value));
    keep(id, name, distanceRatio(results, nearest, depth));
    const both = Math.min(depth, results.length, nearest.length);
    found.push(...results.slice(0, both));
    exact.push(...nearest.slice(0, both));
  }
  summary.measures[name] = distanceRatio(found, exact, found.length);
}
