import type { Candidates, FilterPlan, WriterEnvironment } from '../branch/index.js';
import type { VectorField } from '../schema/index.js';
import type { SegmentWriter } from '../segment/index.js';
import type { Metadata } from '../segment/metadata.js';
import type { Matches } from './matches.js';
import type { VectorPart } from './part.js';
import type { QueryVector, Settings } from './query.js';
import type { VectorRows } from './rows.js';
import type { RowSource } from './source.js';

/** What a kind builds from; rows are in document order, of length 1 under cosine. */
export interface BuildInput {
  field: VectorField;
  /** Part name: arrays are `<part>/…`. */
  part: string;
  rows: RowSource;
  environment: WriterEnvironment;
}

/** One segment, open for search. */
export interface VectorSearcher {
  readonly rows: VectorRows;
  /** Best first, at most `depth`. */
  search(query: QueryVector, request: VectorRequest): Candidates;
  /**
   * search() among what a filter leaves, more than `depth`; kinds that know a way other than to compare with each have it.
   * @returns undefined where that way costs more; may be fewer than `depth`
   */
  searchAmong?(query: QueryVector, matches: Matches, request: VectorRequest): Planned | undefined;
  /** The answers of search() one by one; kinds that gain by seeing many queries at once have it. */
  searchMany?(queries: QueryVector[], request: VectorRequest): Candidates[];
  /** The best of all rows of each query, where the kind knows a quicker way than to compare with each. */
  exactMany?(queries: QueryVector[], depth: number): Candidates[];
  /** The best `depth` of the rows with a score of at least `least`, likewise. */
  exactWithin?(query: QueryVector, least: number, depth: number): Candidates;
  /** Kinds whose rows are found by way of other rows have it: how to leave some of them out, each in its turn. */
  leaveOut?(positions: Uint32Array): LeftOut;
  /** True when a row may be left out; absent: all may. */
  removable?(position: number): boolean;
}

/** What was found under a filter, and how. */
export interface Planned {
  found: Candidates;
  plan: FilterPlan;
}

/** Rows that can be taken from what is searched, one at a time. */
export interface LeftOut {
  /** search(), with number `i` of the rows gone as if it had never been added. */
  search(i: number, query: QueryVector, request: VectorRequest): Candidates;
}

/** Values of settings that a kind trades time for recall by. */
export type Effort = Partial<Record<EffortSetting, number>>;
export type EffortSetting = 'efSearch' | 'nprobe' | 'refine';
export type EffortRival = 'gamma' | 'probeFade';

/** One of these settings for one part. All functions take the number of results wanted where they depend on it. */
export interface Dial {
  setting: EffortSetting;
  /** Smallest value that makes a difference. */
  least(depth: number): number;
  /** The value tried after another. */
  next(value: number): number;
  /** No value from here on is tried without need. */
  limit(depth: number): number;
  /** From here on nothing is missed on this dial's account. */
  most(depth: number): number;
  /** Other settings of a query that take its place. */
  rivals: EffortRival[];
  /** Values grow with the depth in proportion, beyond those measured. */
  grows: boolean;
  /** Bytes a search reads on this dial's account, roughly: which of two dials to turn. */
  cost(value: number, depth: number): number;
}

/** What is asked of a segment, beside the query vector. */
export interface VectorRequest {
  /** Most candidates wanted, at least 1. */
  depth: number;
  settings: Settings;
  /** Tells of a setting that was changed, once for a query. */
  note(text: string): void;
}

/** How a kind is searched: all that a query needs of it. */
export interface VectorSearching {
  /** Loads and bounds everything a search touches. Called with one row at least. @throws CorruptError, ResourceError */
  open(part: VectorPart): VectorSearcher;
  /** The same leaving the arrays in the file, for a query or a few: a search reads what it touches. The same answers. */
  openCold?(part: VectorPart): VectorSearcher;
  /** What a part's recall depends on; none, or absent: searches are exact. */
  dials?(part: VectorPart): Dial[];
  /** Ways to search under a filter, beside 'scan'. */
  filterPlans?: FilterPlan[];
  /** Settings a query is run with, for --explain. */
  describe(settings: Settings): string;
}

/** One way to find near vectors: what it writes, how it searches that, and what must hold of it. */
export interface VectorImplementation extends VectorSearching {
  /**
   * Writes all arrays of a kind, the array `rows` last, unless rowsGo(). Called with one row at least.
   * @returns its metadata
   * @throws ResourceError when the environment's memory can't hold what the build needs
   */
  build(input: BuildInput, out: SegmentWriter): Promise<{ [key: string]: Metadata }>;
  /**
   * Says before anything is read what build() would say at its end. Absent where memory does not grow with the vectors.
   * @throws ResourceError
   */
  requireMemory?(field: VectorField, vectors: number, memoryBytes: number): void;
  /** @throws CorruptError when an invariant of the kind does not hold */
  check(part: VectorPart): void;
}
