import type { JudgedQuery } from './judged-query.js';
import { countRelevant, relevantRetrieved } from './judged-query.js';
import type { JudgedMeasure, MeasureName } from './measure.js';
import * as binary from './measures/binary.js';
import * as graded from './measures/graded.js';
import * as sets from './measures/sets.js';

/** Parameters as parsed; those not written have their default, `rel` of RBP may stay undefined. */
export interface Parameters {
  rel: number | undefined;
  p: number;
  beta: number;
  max: number;
  dcg: string;
}

/** A family and how to make a measure of it. */
export interface Family extends MeasureName {
  /** What stands after @: ranks, or for IPrec a recall level. */
  readonly cutoff: 'none' | 'optional' | 'required' | 'level';
  readonly parameters: readonly (keyof Parameters)[];
  /** trec_eval's `name_k` spelling of the measure with a cut-off, without `_k`. */
  readonly cut?: string;
  readonly over?: JudgedMeasure['over'];
  largestGrade?(parameters: Parameters): number;
  /** @param cut the cut-off or level, +∞ when none was given */
  compute(query: JudgedQuery, parameters: Parameters, cut: number): number;
}

/** 2^grade must stay a finite double. */
const LARGEST_EXPONENT = 1000;

/** `rel` where a family has a default for it. */
const from = (parameters: Parameters): number => parameters.rel ?? 1;

export const families: readonly Family[] = [
  {
    name: 'nDCG',
    forms: ['nDCG', 'nDCG@k', "nDCG(dcg='exp-log2')@k"],
    aliases: ['ndcg', 'ndcg_cut_k'],
    what: 'are the best documents at the top, counting grades',
    formula:
      "DCG / DCG of the ideal ranking; DCG = sum of gain / log2(rank + 1); gain = grade, or 2^grade - 1 with dcg='exp-log2'",
    cutoff: 'optional',
    parameters: ['dcg'],
    cut: 'ndcg_cut',
    largestGrade: ({ dcg }) => (dcg === 'exp-log2' ? LARGEST_EXPONENT : Number.POSITIVE_INFINITY),
    compute: (query, { dcg }, k) => graded.ndcg(query, k, dcg === 'exp-log2'),
  },
  {
    name: 'AP',
    forms: ['AP', 'AP@k', 'AP(rel=N)'],
    aliases: ['map', 'map_cut_k'],
    what: 'precision averaged over the relevant documents',
    formula: 'sum of the precision at the rank of each relevant result / relevant documents',
    cutoff: 'optional',
    parameters: ['rel'],
    cut: 'map_cut',
    compute: (query, parameters, k) => binary.averagePrecision(query, from(parameters), k),
  },
  {
    name: 'GMAP',
    forms: ['GMAP', 'GMAP(rel=N)'],
    aliases: ['gm_map'],
    what: 'AP with weight on the queries that fail',
    formula: 'geometric mean of AP over queries, AP below 0.00001 counted as 0.00001; per query it is AP',
    cutoff: 'none',
    parameters: ['rel'],
    over: 'geometric',
    compute: (query, parameters, k) => binary.averagePrecision(query, from(parameters), k),
  },
  {
    name: 'RR',
    forms: ['RR', 'RR@k', 'RR(rel=N)@k'],
    aliases: ['recip_rank', 'MRR'],
    what: 'how far down the first relevant result is',
    formula: '1 / rank of the first relevant result, 0 without one',
    cutoff: 'optional',
    parameters: ['rel'],
    compute: (query, parameters, k) => binary.reciprocalRank(query, from(parameters), k),
  },
  {
    name: 'P',
    forms: ['P@k', 'P(rel=N)@k'],
    aliases: ['P_k', 'Precision@k'],
    what: 'share of the first k that is relevant',
    formula: 'relevant results in the first k / k',
    cutoff: 'required',
    parameters: ['rel'],
    cut: 'p',
    compute: (query, parameters, k) => binary.precision(query, from(parameters), k),
  },
  {
    name: 'R',
    forms: ['R@k', 'R(rel=N)@k'],
    aliases: ['recall_k'],
    what: 'share of the relevant documents that is in the first k',
    formula: 'relevant results in the first k / relevant documents',
    cutoff: 'required',
    parameters: ['rel'],
    cut: 'recall',
    compute: (query, parameters, k) => binary.recall(query, from(parameters), k),
  },
  {
    name: 'Success',
    forms: ['Success@k', 'Success(rel=N)@k'],
    aliases: ['success_k'],
    what: 'whether the first k hold anything relevant',
    formula: '1 if a relevant result is in the first k, else 0',
    cutoff: 'required',
    parameters: ['rel'],
    cut: 'success',
    compute: (query, parameters, k) => binary.success(query, from(parameters), k),
  },
  {
    name: 'Rprec',
    forms: ['Rprec', 'Rprec(rel=N)'],
    aliases: ['R-prec'],
    what: 'precision at as many ranks as there are relevant documents',
    formula: 'relevant results in the first R / R, R = relevant documents',
    cutoff: 'none',
    parameters: ['rel'],
    compute: (query, parameters) => binary.rPrecision(query, from(parameters)),
  },
  {
    name: 'Bpref',
    forms: ['Bpref', 'Bpref(rel=N)'],
    aliases: ['bpref'],
    what: 'order of judged documents, unjudged ones passed over',
    formula:
      'sum over relevant results of 1 - min(n, R) / min(R, N), / R; n = judged non-relevant above it, N = in all',
    cutoff: 'none',
    parameters: ['rel'],
    compute: (query, parameters) => binary.bpref(query, from(parameters)),
  },
  {
    name: 'IPrec',
    forms: ['IPrec@0.0 .. IPrec@1.0', 'IPrec(rel=N)@r'],
    aliases: ['iprec_at_recall_r'],
    what: 'best precision that goes with a recall of r or more',
    formula: 'largest precision at any rank with at least floor(r R + 1/2) relevant results',
    cutoff: 'level',
    parameters: ['rel'],
    cut: 'iprec_at_recall',
    compute: (query, parameters, level) => binary.interpolatedPrecision(query, from(parameters), [level])[0],
  },
  {
    name: '11pt_avg',
    forms: ['11pt_avg', '11pt_avg(rel=N)'],
    aliases: [],
    what: 'precision averaged over recall',
    formula: 'mean of IPrec at 0.0, 0.1 .. 1.0',
    cutoff: 'none',
    parameters: ['rel'],
    compute: (query, parameters) => binary.elevenPointAverage(query, from(parameters)),
  },
  {
    name: 'RBP',
    forms: ['RBP(p=0.8)', 'RBP(p=0.8)@k', 'RBP(p=0.8,rel=N)'],
    aliases: ['rbp'],
    what: 'gain for a reader who goes on to the next result with probability p',
    formula:
      '(1 - p) x sum of gain x p^(rank - 1); gain = grade / largest grade of the query, with rel=N 1 from grade N on; p = 0.8 when not given, 0.9 in rbp',
    cutoff: 'optional',
    parameters: ['p', 'rel'],
    compute: (query, { p, rel }, k) => graded.rankBiasedPrecision(query, p, rel, k),
  },
  {
    name: 'ERR',
    forms: ['ERR@k', 'ERR', 'ERR(max=4)@k'],
    aliases: [],
    what: 'one over the rank where a reader is expected to be satisfied',
    formula:
      'sum of s / rank x product of (1 - s) of the results above; s = (2^grade - 1) / 2^max, max = 4 when not given',
    cutoff: 'optional',
    parameters: ['max'],
    largestGrade: ({ max }) => max,
    compute: (query, { max }, k) => graded.expectedReciprocalRank(query, max, k),
  },
  {
    name: 'Judged',
    forms: ['Judged@k', 'Judged'],
    aliases: [],
    what: 'share of the first k that has a judgment: how far the other figures can be trusted',
    formula: 'results with a judgment in the first k / results in the first k',
    cutoff: 'optional',
    parameters: [],
    compute: (query, _, k) => sets.judgedShare(query, k),
  },
  {
    name: 'SetP',
    forms: ['SetP', 'SetP(rel=N)'],
    aliases: ['set_P'],
    what: 'share of all results that is relevant',
    formula: 'relevant results / results',
    cutoff: 'none',
    parameters: ['rel'],
    compute: (query, parameters) => sets.setPrecision(query, from(parameters)),
  },
  {
    name: 'SetR',
    forms: ['SetR', 'SetR(rel=N)'],
    aliases: ['set_recall'],
    what: 'share of the relevant documents that was retrieved',
    formula: 'relevant results / relevant documents',
    cutoff: 'none',
    parameters: ['rel'],
    compute: (query, parameters) => sets.setRecall(query, from(parameters)),
  },
  {
    name: 'SetF',
    forms: ['SetF', 'SetF(beta=2)', 'SetF(rel=N)'],
    aliases: ['set_F'],
    what: 'SetP and SetR in one, recall beta times as important',
    formula: '(1 + beta^2) SetP SetR / (beta^2 SetP + SetR), beta = 1 when not given',
    cutoff: 'none',
    parameters: ['beta', 'rel'],
    compute: (query, parameters) => sets.setF(query, from(parameters), parameters.beta),
  },
  {
    name: 'NumRet',
    forms: ['NumRet'],
    aliases: ['num_ret'],
    what: 'results',
    formula: 'results, added up over queries',
    cutoff: 'none',
    parameters: [],
    over: 'sum',
    compute: (query) => query.ranking.length,
  },
  {
    name: 'NumRel',
    forms: ['NumRel', 'NumRel(rel=N)'],
    aliases: ['num_rel'],
    what: 'relevant documents',
    formula: 'documents with a grade of N (1) or more, added up over queries',
    cutoff: 'none',
    parameters: ['rel'],
    over: 'sum',
    compute: (query, parameters) => countRelevant(query.grades, from(parameters)),
  },
  {
    name: 'NumRelRet',
    forms: ['NumRelRet', 'NumRelRet(rel=N)'],
    aliases: ['num_rel_ret', 'NumRet(rel=N)'],
    what: 'relevant results',
    formula: 'results with a grade of N (1) or more, added up over queries',
    cutoff: 'none',
    parameters: ['rel'],
    over: 'sum',
    compute: (query, parameters) => relevantRetrieved(query, from(parameters)),
  },
];
