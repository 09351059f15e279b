import type { JudgedQuery } from './judged-query.js';

/** A measure against judgments, ready to compute. */
export interface JudgedMeasure {
  /** Canonical, as ir_measures writes it: `nDCG@10`, `AP(rel=2)`. Two measures are the same when this is. */
  readonly name: string;
  readonly needs: 'qrels';
  /** Deepest rank it looks at (1-based); undefined: the whole list. */
  readonly depth: number | undefined;
  /** How the values of queries become one figure. 'geometric' lifts values below 1e-5 to it first. */
  readonly over: 'mean' | 'sum' | 'geometric';
  /** Largest grade it is defined for; evaluateRun refuses judgments above it. */
  readonly largestGrade: number;
  compute(query: JudgedQuery): number;
}

/** recall@k, 1-recall@k or distanceRatio@k against the exact nearest neighbours: see recallAtK and distanceRatio. */
export interface TruthMeasure {
  readonly name: string;
  readonly needs: 'truth';
  /** k. */
  readonly depth: number;
  /** True neighbours looked for among the first k; k where not given. */
  readonly neighbours?: number;
  /** distanceRatio@k: 1 at best and higher for worse, so that runs are neither compared nor chosen by it. */
  readonly ratio?: true;
}

/** alpha_nDCG@k, against judgments per subtopic: see alphaNdcg. */
export interface SubtopicMeasure {
  readonly name: string;
  readonly needs: 'subtopics';
  /** k. */
  readonly depth: number;
  readonly alpha: number;
}

export type Measure = JudgedMeasure | TruthMeasure | SubtopicMeasure;

/** A family of measures as help and documentation show it. */
export interface MeasureName {
  /** Without cut-off or parameters: `nDCG`. */
  readonly name: string;
  /** How it is written, canonical spellings first: `nDCG`, `nDCG@k`, `nDCG(dcg='exp-log2')@k`. */
  readonly forms: readonly string[];
  /** trec_eval's and other names that are accepted. */
  readonly aliases: readonly string[];
  /** What it tells, in a line. */
  readonly what: string;
  /** How it is computed, in a line. */
  readonly formula: string;
}
