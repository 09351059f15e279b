import { norm } from '../../unit.js';
import type { Codebook } from './codebook.js';

/** A vector's code, beside the words: see BlockCoder. */
export interface Correction {
  bias: number;
  factor: number;
  /** What the words are multiplied by where they stand for the residual itself. */
  scale: number;
}

/**
 * Codes of residuals, and distances estimated from them.
 *
 * A vector is c + r, c the centroid of its list; r is coded as the words w. By the estimator of RaBitQ
 * (Gao & Long, 2024, section 3.2), here with any words, r·x is taken for f · (w·x), f = |r|² / (w·r):
 * right where x points along r, as it does for queries near the vector. So, with m the mean of the
 * centroids and S = w·(q - m), the one part that needs the query and the code together,
 *
 *     |q - v|² = |q - c|² + [|r|² + 2f · w·(c - m)] - 2f · S
 *       - q·v  =  - q·c   + [f · w·(c - m) - c·r]   -  f · S
 *
 * The brackets are a vector's bias, 2f or f its factor. Everything is linear in w, so that a query
 * needs one table for all lists.
 */
export class BlockCoder {
  readonly book: Codebook;
  /** Mean of the centroids, float64. */
  readonly mean: Float64Array;
  private readonly l2: boolean;
  /** Rows of `floats`. */
  readonly centroids: Float32Array;
  readonly floats: number;
  /** What estimates are best for of the last list, a query near its centroid; the same less the mean, turned. */
  private readonly likely: Float64Array;
  private readonly shift: Float64Array;
  /** Under ip a query is not longer where the vectors near it are. */
  private readonly longest: number;
  private list = -1;
  private readonly residual: Float64Array;
  private readonly word: Float64Array;

  /** @param centroids rows of `floats` @param l2 false: inner products */
  constructor(book: Codebook, centroids: Float32Array, floats: number, l2: boolean) {
    this.book = book;
    this.l2 = l2;
    this.centroids = centroids;
    this.floats = floats;
    this.mean = meanOf(centroids, floats);
    this.likely = new Float64Array(floats);
    this.shift = new Float64Array(book.dim);
    this.longest = l2 ? Number.POSITIVE_INFINITY : medianLength(centroids, floats);
    this.residual = new Float64Array(book.dim);
    this.word = new Float64Array(book.dim);
  }

  /** @param rows padded rows, of which number `i` is coded @param codes one byte a group */
  encode(rows: Float32Array, i: number, list: number, codes: Uint8Array): Correction {
    const { book, centroids, floats, residual, word, l2 } = this;
    if (list !== this.list) this.select(list);
    const centroid = list * floats;
    residual.fill(0);
    // How far r, and r and a likely query, go together: turning changes neither.
    let length = 0;
    let along = 0;
    for (let j = 0; j < Math.min(floats, book.dim); j++) {
      const value = rows[i * floats + j] - centroids[centroid + j];
      residual[j] = value;
      length += value * value;
      along += value * this.likely[j];
    }
    book.turn(residual);
    book.encode(residual, codes, word);
    let product = 0;
    let shifted = 0;
    let words = 0;
    for (let j = 0; j < book.dim; j++) {
      product += word[j] * residual[j];
      words += word[j] * word[j];
      shifted += word[j] * this.shift[j];
    }
    const factor = product > 0 ? length / product : 0;
    const scale = words > 0 ? Math.sqrt(length / words) : 0;
    return l2
      ? { bias: length + 2 * factor * shifted, factor: 2 * factor, scale }
      : { bias: factor * shifted - along, factor, scale };
  }

  /** A query as tables take it: relative to the mean, turned. @param out the codebook's dim */
  turnQuery(query: ArrayLike<number>, out: Float64Array): void {
    out.fill(0);
    for (let j = 0; j < Math.min(this.floats, out.length); j++) out[j] = query[j] - this.mean[j];
    this.book.turn(out);
  }

  private select(list: number): void {
    const { likely, floats, centroids, longest } = this;
    const length = norm(centroids.subarray(list * floats, (list + 1) * floats));
    const scale = length > longest ? longest / length : 1;
    for (let j = 0; j < floats; j++) likely[j] = centroids[list * floats + j] * scale;
    this.turnQuery(likely, this.shift);
    this.list = list;
  }
}

function medianLength(centroids: Float32Array, floats: number): number {
  const lengths = new Float64Array(centroids.length / floats);
  for (let list = 0; list < lengths.length; list++) {
    lengths[list] = norm(centroids.subarray(list * floats, (list + 1) * floats));
  }
  return lengths.sort()[lengths.length >> 1];
}

function meanOf(centroids: Float32Array, floats: number): Float64Array {
  const mean = new Float64Array(floats);
  for (let i = 0; i < centroids.length; i++) mean[i % floats] += centroids[i];
  return mean.map((sum) => sum / (centroids.length / floats));
}
