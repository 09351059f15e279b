import type { Branch, Candidates, PreparedQuery, SearchOptions } from '../branch/index.js';
import { UsageError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import { DEFAULT_K } from './recaller.js';
import { soleVectorField } from './sole-field.js';

/** Queries answered together: lists and tiles are shared among so many, and their vectors fit the cache. */
const TOGETHER = 512;
/** Stands where fewer than k were found. */
const NO_DOC = 0xffffffff;

export interface NearestSettings extends SearchOptions {
  /** Hits wanted of each query; default 10. */
  k?: number;
  /** Vector field; default the only one. */
  field?: string;
}

/** Answers to many query vectors, as tables of n rows of k; row i is of query i, best first. */
export interface Nearest {
  k: number;
  /** Hits of each query: k, or fewer where the index holds fewer. */
  counts: Uint32Array;
  /** Document numbers of the index; 0xffffffff behind the last hit. */
  docs: Uint32Array;
  /** Higher is better, as of a single search; NaN behind the last hit. */
  scores: Float64Array;
}

/**
 * The nearest of many query vectors by one field, without an object a hit: what a matrix of queries is
 * answered with fastest.
 * @param vectors float32, n rows of the field's dimension
 * @throws UsageError when they are no whole rows, or a row can't be compared
 */
export function nearest(index: IndexReader, vectors: Float32Array, settings: NearestSettings = {}): Nearest {
  const { k = DEFAULT_K, field = soleVectorField(index) } = settings;
  if (!Number.isSafeInteger(k) || k < 1) throw new UsageError(`k is ${k}: give a whole number, 1 or more`);
  const { dim } = vectorField(index, field);
  const n = vectors.length / dim;
  if (!Number.isInteger(n)) {
    throw new UsageError(`${vectors.length} numbers are no rows of ${dim}, the dimension of '${field}'`);
  }
  const branch = index.branch(field);
  const out: Nearest = {
    k,
    counts: new Uint32Array(n),
    docs: new Uint32Array(n * k).fill(NO_DOC),
    scores: new Float64Array(n * k).fill(Number.NaN),
  };
  for (let from = 0; from < n; from += TOGETHER) {
    const prepared: PreparedQuery[] = [];
    for (let i = from; i < Math.min(n, from + TOGETHER); i++) {
      const query = { id: String(i), vectors: { [field]: vectors.subarray(i * dim, (i + 1) * dim) } };
      prepared.push(branch.prepare(query, settings)!);
    }
    answer(index, branch, prepared, from, out);
  }
  return out;
}

function vectorField(index: IndexReader, name: string) {
  const field = index.manifest.schema.vectors.find((candidate) => candidate.name === name);
  if (field !== undefined) return field;
  const there = index.manifest.schema.vectors.map((candidate) => candidate.name).join(', ');
  throw new UsageError(`no vector field '${name}' in this index (there are: ${there || 'none'})`);
}

function answer(
  { segments }: IndexReader,
  branch: Branch,
  prepared: PreparedQuery[],
  first: number,
  { k, counts, docs, scores }: Nearest,
): void {
  for (const [segment, { base }] of segments.entries()) {
    const found =
      branch.searchMany?.(prepared, segment, k) ?? prepared.map((query) => query.search(segment, k));
    found.forEach((candidates, i) => {
      const row = first + i;
      counts[row] = merge(candidates, base, k, counts[row], row * k, docs, scores);
    });
  }
}

/** Merges candidates of a further segment, whose documents come later, into a row. @returns hits it has then */
function merge(
  found: Candidates,
  base: number,
  k: number,
  held: number,
  at: number,
  docs: Uint32Array,
  scores: Float64Array,
): number {
  const size = Math.min(k, held + found.docs.length);
  // What stays of the row's own, then from the back, so that nothing is overwritten before it is moved.
  let own = 0;
  let other = 0;
  while (own + other < size) {
    const takeOwn = own < held && !(other < found.docs.length && found.scores[other] > scores[at + own]);
    if (takeOwn) own++;
    else other++;
  }
  for (let i = size - 1; i >= 0; i--) {
    const fromOther = other > 0 && !(own > 0 && scores[at + own - 1] < found.scores[other - 1]);
    if (fromOther) {
      other--;
      docs[at + i] = base + found.docs[other];
      scores[at + i] = found.scores[other];
    } else {
      own--;
      docs[at + i] = docs[at + own];
      scores[at + i] = scores[at + own];
    }
  }
  return size;
}
