import { didYouMean, UsageError } from '../errors/index.js';

/**
 * How lists of several branches become one.
 *
 * rrf: sum over branches of weight / (k + rank), rank from 1 (Cormack, Clarke, Büttcher, SIGIR
 * 2009, k = 60). minmax: sum of weight × (score − min) / (max − min), over each branch's list of
 * candidates; a list whose scores are all equal gives every candidate 1; a document absent from a
 * list gets 0 from it.
 */
export interface Fusion {
  method: 'rrf' | 'minmax';
  /** The constant of rrf. */
  k: number;
  /** By branch name; a branch not named has weight 1. */
  weights: Map<string, number>;
}

export const DEFAULT_RRF_K = 60;
const METHODS = ['rrf', 'minmax'];

/** Parses `rrf`, `rrf:k=60,text=2`, `minmax:text=0.4,emb=0.6`. @throws UsageError */
export function parseFusion(text: string): Fusion {
  const colon = text.indexOf(':');
  const method = colon < 0 ? text : text.slice(0, colon);
  if (method !== 'rrf' && method !== 'minmax') {
    throw new UsageError(
      `--fusion ${text}: unknown method '${method}'${didYouMean(method, METHODS) || '; there are rrf and minmax'}`,
    );
  }
  const fusion: Fusion = { method, k: DEFAULT_RRF_K, weights: new Map() };
  const given = new Set<string>();
  for (const pair of colon < 0 ? [] : text.slice(colon + 1).split(',')) {
    const equals = pair.lastIndexOf('=');
    const name = pair.slice(0, Math.max(0, equals));
    const value = Number(pair.slice(equals + 1));
    if (name === '' || pair.slice(equals + 1).trim() === '' || !Number.isFinite(value) || value < 0) {
      throw new UsageError(`--fusion ${text}: '${pair}' is not name=number`);
    }
    if (given.has(name)) throw new UsageError(`--fusion ${text}: '${name}' is given twice`);
    given.add(name);
    if (method === 'rrf' && name === 'k') fusion.k = value;
    else fusion.weights.set(name, value);
  }
  return fusion;
}

/** The canonical text of a fusion. */
export function formatFusion(fusion: Fusion): string {
  const params = [...fusion.weights].map(([name, weight]) => `${name}=${weight}`);
  if (fusion.method === 'rrf') params.unshift(`k=${fusion.k}`);
  return params.length === 0 ? fusion.method : `${fusion.method}:${params.join(',')}`;
}

/** A branch's candidates over the whole index: best first, equal scores by lower document. */
export interface BranchList {
  name: string;
  docs: Uint32Array;
  scores: Float64Array;
}

/** A document with what each branch said of it. `branches` is parallel to the lists fused. */
export interface Fused {
  doc: number;
  score: number;
  ranks: (number | undefined)[];
}

/**
 * Fuses lists into the best k. Ties: lower document number first.
 * O(sum of list lengths), then a sort of the distinct documents.
 */
export function fuse(lists: BranchList[], fusion: Fusion, k: number): Fused[] {
  const byDoc = new Map<number, Fused>();
  lists.forEach((list, branch) => {
    const weight = fusion.weights.get(list.name) ?? 1;
    const contribution = contributionOf(list, fusion);
    for (let i = 0; i < list.docs.length; i++) {
      let fused = byDoc.get(list.docs[i]);
      if (fused === undefined) {
        fused = { doc: list.docs[i], score: 0, ranks: lists.map(() => undefined) };
        byDoc.set(fused.doc, fused);
      }
      fused.ranks[branch] = i + 1;
      fused.score += weight * contribution(i);
    }
  });
  return [...byDoc.values()].sort((a, b) => b.score - a.score || a.doc - b.doc).slice(0, k);
}

/** What the candidate at index i of a list brings, before its branch's weight. */
export function contributionOf(list: BranchList, fusion: Fusion): (i: number) => number {
  if (fusion.method === 'rrf') return (i) => 1 / (fusion.k + i + 1);
  const max = list.scores[0];
  const min = list.scores[list.scores.length - 1];
  return max === min ? () => 1 : (i) => (list.scores[i] - min) / (max - min);
}
