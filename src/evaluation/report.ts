import type { AssertionOutcome } from './assertions.js';
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
  perQuery?: Record<string, Record<string, number>>;
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
  /** All runs, the primary one (whose figures stand above) included. */
  runs: RunSummary[];
  primary: string;
  assertions: AssertionOutcome[];
  /** With a baseline: each run and measure against it. */
  comparisons?: Comparison[];
  /** What could make a figure misleading: missing queries, unjudged results. */
  warnings: string[];
  perQuery?: Record<string, Record<string, number>>;
}
