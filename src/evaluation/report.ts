import type { AssertionOutcome } from './assertions.js';
import type { KnownItemsNote } from './known-items/index.js';
import type { LatencySummary } from './latency.js';
import type { Conditions } from './run-queries.js';
import type { Comparison } from './significance/compare.js';

/** One line of a side-by-side comparison. */
export interface RunSummary {
  name: string;
  /** Branches that fired; absent for a run read from a file. */
  branches?: string[];
  measures: Record<string, number>;
  latency?: LatencySummary;
  qps?: number;
  /** Slowest and fastest round, where there were several; `qps` is their median. */
  qpsRange?: { least: number; most: number };
  /** Values of the settings that are swept. */
  swept?: Record<string, number>;
  perQuery?: QueryFigures;
}

/** Query → measure → value. */
export type QueryFigures = Record<string, Record<string, number>>;

/** What figures are summaries of: evaluate() fills it in where it is given one. */
export interface EvalDetails {
  /** By run. */
  perQuery: Map<string, QueryFigures>;
  baseline?: QueryFigures;
  /** By run of an index: milliseconds of each query, the median where there were several rounds. */
  times: Map<string, Float64Array>;
}

/** What a sweep found: its points are the report's runs. */
export interface SweepReport {
  /** The measure that speed is set against: the first one asked for. */
  measure: string;
  /** Setting → values, as swept. */
  axes: Record<string, number[]>;
  /** Names of the runs that no other beats in the measure and in speed, by the measure ascending. */
  front: string[];
  /** Of the measure, as asked for. */
  target?: number;
  /** The fastest run that reaches the target, without one the best; absent where no run reaches it. */
  chosen?: string;
}

/** The object behind `eval --json`; documented in docs/json.md. */
export interface EvalReport {
  schema: 'shortlist.eval@1';
  /** Queries the measures are means over. */
  queries: number;
  measures: Record<string, number>;
  latency?: LatencySummary;
  qps?: number;
  conditions?: Conditions;
  /** Where the queries were made of the index itself. */
  knownItems?: KnownItemsNote;
  /** All runs, the primary one (whose figures stand above) included. */
  runs: RunSummary[];
  primary: string;
  assertions: AssertionOutcome[];
  sweep?: SweepReport;
  /** With a baseline: each run and measure against it. */
  comparisons?: Comparison[];
  /** What could make a figure misleading: missing queries, unjudged results. */
  warnings: string[];
  perQuery?: QueryFigures;
}
