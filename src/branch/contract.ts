import type { IndexDocument, Schema, SparseVector } from '../schema/index.js';
import type { SegmentReader, SegmentWriter } from '../segment/index.js';
import type { Metadata } from '../segment/metadata.js';
import type { SpillDirectory } from '../storage/index.js';

/** What a structure's writer may use while an index is built. */
export interface WriterEnvironment {
  spills: SpillDirectory;
  /** Bytes of memory this structure may hold before it must spill, and for its final build. */
  memoryBytes: number;
  threads: number;
  /** Seed of every random choice; same seed, same bytes. */
  seed: number;
  /** Structures that can, measure what they find at which effort. */
  calibrate?: boolean;
  /** Recall that searches shall reach unless told otherwise. */
  targetRecall?: number;
  /** Reports a long step: what it is, how many of how many units are done. */
  progress(step: string, done: number, total: number): void;
}

/** What a structure left in a segment. */
export interface WrittenPart {
  /** Stands in the segment's metadata under the structure's part name; read back with partMeta(). */
  meta: { [key: string]: Metadata };
  /** Counts for the summary: 'terms', 'postings', 'tokens', 'vectors'. Summed over segments. */
  counts: Record<string, number>;
  /** Remarks for the report. */
  notes?: string[];
}

/** Takes documents in order, then writes its arrays once. */
export interface StructureWriter {
  /** @param doc 0-based number in this segment; called with 0, 1, 2… */
  add(doc: number, document: IndexDocument): void;
  /** What to wait for before more is added, where threads are behind. */
  room?(): Promise<void> | undefined;
  /** Bytes of memory held now that spill() would free. */
  buffered(): number;
  /** Moves what is buffered to disk. */
  spill(): void;
  /**
   * Writes all arrays of this structure, named `<part>/…`. Long work yields to
   * the event loop now and then, so that signals are seen.
   * @param documents documents in the segment
   */
  finish(out: SegmentWriter, documents: number): Promise<WrittenPart>;
}

/** One open segment of an index. */
export interface SegmentView {
  reader: SegmentReader;
  /** Number of the segment's first document in the index. */
  base: number;
  documents: number;
}

/** A query, whatever branches it is for. */
export interface Query {
  id: string;
  text?: string;
  /** By field name. */
  vectors: Record<string, Float32Array>;
  /** Terms with weights, by field name; absent where there are none. */
  sparse?: Record<string, SparseVector>;
  /** Only documents for which this holds are found; see src/filter. */
  filter?: string;
}

/** Query-time settings; each branch takes what concerns it. Undefined means the default. */
export interface SearchOptions {
  /** Text: 'bm25', 'bm25+:delta=1', 'bm25l:delta=0.5', 'bm25f:title=3,title.b=0.5' or 'ql:mu=1000' (Dirichlet). Default 'bm25'. */
  scoring?: string;
  /**
   * Text: pseudo-relevance feedback, 'rm3:docs=10,terms=10,weight=0.5': what the best documents are about is searched, too, the
   * query having that weight.
   */
  feedback?: string;
  /** BM25 and its kin; default 1.2 and 0.75. */
  k1?: number;
  b?: number;
  /** 'any': one term suffices. 'all': every term and phrase must match. Default 'any'. */
  operator?: 'any' | 'all';
  /** Text: 'plain' takes any text, quotes make phrases; 'query' knows +, -, AND, OR, NOT, (), field:, *, ~, ^. Default 'plain'. */
  syntax?: 'plain' | 'query';
  /** HNSW: candidates kept while the graph is walked; raised to the depth asked for. */
  efSearch?: number;
  /** HNSW: the walk ends where what is left is farther than 1 + gamma times the last hit. */
  gamma?: number;
  /** IVF: lists scanned at most. */
  nprobe?: number;
  /** IVF: how quickly farther lists are left out. */
  probeFade?: number;
  /** Codes: candidates ranked on the vectors for each result wanted. */
  refine?: number;
  /**
   * Vectors: share of the true nearest to find, above 0 and below 1. Chooses efSearch, nprobe and refine, as was measured
   * when the index was built; where one of them is given, that stands and nothing is chosen.
   */
  targetRecall?: number;
  /** Vectors: compare with every one. */
  exact?: boolean;
  /** Vectors: all within this and none beyond, exactly: l2 distance, 1 - cosine, differing bits, or inner product of at least this. */
  radius?: number;
  /** Vectors, under a filter: how those that match are found. Undefined: by what was measured to cost least. */
  filterPlan?: FilterPlan;
}

/**
 * How what a filter leaves is found. 'scan' compares with each match; 'walk' follows a graph from match to match, over
 * what lies between; 'post' searches all and leaves out; 'lists' scans the nearest lists that hold some.
 */
export type FilterPlan = 'scan' | 'walk' | 'post' | 'lists';

/** Documents of one segment that a search may find: what a filter left. */
export interface DocSet {
  /** Bit i % 32 of word i / 32 is set for document i. Length: documents / 32, rounded up. */
  words: Uint32Array;
  /** How many are set. */
  count: number;
}

/** Scored documents of one segment: best first, equal scores by lower document number. */
export interface Candidates {
  docs: Uint32Array;
  /** Higher is better; float64, parallel to docs. */
  scores: Float64Array;
}

/** How a score came about, as data; the CLI renders it. */
export interface Explanation {
  score: number;
  /** One line for a person. */
  summary: string;
  details: Record<string, unknown>[];
}

/** A query bound to a branch, with collection-wide statistics looked up. */
export interface PreparedQuery {
  /**
   * @param segment index into the views the branch was opened with @param depth most candidates wanted, >= 1
   * @param filter only these documents; undefined: all
   */
  search(segment: number, depth: number, filter?: DocSet): Candidates;
  explain(segment: number, doc: number): Explanation | undefined;
  /** Settings as used ('efSearch raised to 100'), for --explain and eval's conditions. */
  notes: string[];
}

/** A document that a first search found. */
export interface FeedbackDocument {
  texts: string[];
  score: number;
}

export interface FeedbackModel {
  /** Terms added. */
  terms: number;
  /** Of the query as it was, 0 to 1. */
  weight: number;
}

/** A way of recall over all segments of an index. */
export interface Branch {
  /** 'text', or the vector field's name. */
  name: string;
  kind: string;
  /** @returns undefined when the query has nothing for this branch; throws UsageError when it has, but wrong (dimension) */
  prepare(query: Query, options: SearchOptions): PreparedQuery | undefined;
  /**
   * The query once more, widened by what documents are about that it found. Absent where there is no such thing.
   * @throws UsageError for a query that can't be widened
   */
  widen?(
    query: Query,
    found: FeedbackDocument[],
    model: FeedbackModel,
    options: SearchOptions,
  ): PreparedQuery;
  /**
   * Answers of several queries this branch prepared, each what its search() gives. Absent where many at
   * once are no faster than one by one.
   */
  searchMany?(prepared: PreparedQuery[], segment: number, depth: number, filter?: DocSet): Candidates[];
  /** Loads into memory what a batch of queries will touch; optional before any search. */
  warm(): void;
  close(): void;
}

/** How what a schema names is searched. */
export interface BranchKind {
  /** Names of the branches a schema asks for: ['text'], or one for each vector field. */
  names(schema: Schema): string[];
  branch(name: string, schema: Schema, segments: SegmentView[]): Branch;
}

/** A kind of part of a segment: how it is written, checked and, if it is a branch, searched. */
export interface Structure {
  kind: string;
  /** Names of the parts a schema asks for: ['text'], or one for each vector field. */
  names(schema: Schema): string[];
  writer(name: string, schema: Schema, environment: WriterEnvironment): StructureWriter;
  /**
   * Refuses at the start what finish() would refuse at the end, where the number of documents is known.
   * @throws ResourceError saying what is needed
   */
  requireMemory?(name: string, schema: Schema, documents: number, memoryBytes: number): void;
  /** Absent for structures that are not searched (stored documents). */
  branch?(name: string, schema: Schema, segments: SegmentView[]): Branch;
  /**
   * Measures the structure as queries will search it, once all of a segment is written. Only where the environment asks.
   * @returns what is added to the part's metadata, and remarks for the report
   */
  calibrate?(
    name: string,
    schema: Schema,
    segment: SegmentView,
    environment: WriterEnvironment,
  ): Promise<{ meta: { [key: string]: Metadata }; notes: string[] }>;
  /**
   * Verifies what checksums can't: order, ranges, reachability. Reads whole arrays.
   * @throws CorruptError saying what is wrong
   */
  check(name: string, schema: Schema, segment: SegmentView): void;
  /** Where the structure stands in a segment: its arrays are named `<part>/…`, its metadata is under `<part>`. */
  part(name: string): string;
}
