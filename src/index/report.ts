/** Where a build stands. `step` is set while a structure is being finished. */
export interface BuildProgress {
  phase: 'reading' | 'finishing';
  /** Input bytes read so far, as they stand on disk, and in all where that is known. */
  bytes: number;
  totalBytes: number | undefined;
  documents: number;
  step?: { name: string; done: number; total: number };
}

/** A record that was left out under `onError: 'skip'`. */
export interface RejectedRecord {
  file: string;
  line?: number;
  row?: number;
  reason: string;
}

/** What a build did: the object behind `build --json`. */
export interface BuildReport {
  schema: 'shortlist.build@1';
  documents: number;
  vectors: number;
  /** Distinct terms, summed over segments. */
  terms: number;
  postings: number;
  tokens: number;
  /** Of sparse fields: one for each term of a document. */
  weights: number;
  segments: number;
  /** Bytes by part ('text', 'documents', 'vector/emb'), 'other' (framing, manifest) and 'total'. */
  bytes: Record<string, number>;
  seconds: number;
  peakRssBytes: number;
  rejected: number;
  /** The first rejected records; `rejected` counts them all. */
  rejectedRecords: RejectedRecord[];
  /** What each field became. */
  notes: string[];
  /** What a person should look at: vectors that belong to no document, nothing to search. */
  warnings: string[];
  output: string;
}

/** Rejected records named one by one in a report; all are counted. */
export const LISTED_REJECTIONS = 100;
