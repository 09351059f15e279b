import type { IndexReader } from '../index/index.js';
import type { QueryEmbedder, RecallSettings } from '../recall/index.js';
import type { KnownItems } from './known-items/index.js';
import type { EvalDetails } from './report.js';
import type { QueryRunner } from './run-queries.js';

export interface EvalOptions {
  /** Open index; absent when runs made elsewhere are scored. */
  index?: IndexReader;
  /** Answers queries; by default in this thread. */
  runner?: QueryRunner;
  queries?: string;
  queryFormat?: string;
  /** Queries made of the index itself, in place of others. */
  self?: boolean;
  /** How many. Default 200, or all documents where there are fewer. */
  items?: number;
  /** These, made already. */
  known?: KnownItems;
  /** `field=path[,ids=path]`. */
  vectors?: string[];
  /** Gives queries that have a text a vector of it. */
  embedder?: QueryEmbedder;
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
  /** Of the randomisation, the bootstrap and known items. Default 0. */
  seed?: number;
  /** `efSearch=10..400`: a run at each value, at each combination of several; see parseAxis. */
  sweep?: string[];
  /** Rounds that every run is timed in. Default 3 in a sweep, else 1. */
  rounds?: number;
  /** Takes the primary run's lines. */
  saveRun?: (line: string) => void;
  /** Is given what the report is made of, where a page is drawn of it. */
  details?: EvalDetails;
  onProgress?: (run: string, done: number, total: number) => void;
  signal?: AbortSignal;
  stdin?: NodeJS.ReadableStream;
}
