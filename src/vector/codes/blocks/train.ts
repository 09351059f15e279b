import type { Pace } from '../../pace.js';
import { hash32, uniform } from '../../random.js';
import { Codebook, evenStarts, nearestWord, WORDS } from './codebook.js';

const ITERATIONS = 12;

/**
 * Learns the words of a product quantiser by k-means in each group, from rows drawn without
 * replacement. All in float64, in order.
 * @param rows `count` of `dim`
 */
export async function trainWords(
  rows: Float64Array,
  count: number,
  dim: number,
  groups: number,
  seed: number,
  pace: Pace,
): Promise<Codebook> {
  const starts = evenStarts(dim, groups);
  const words = new Float32Array(WORDS * dim);
  for (let g = 0; g < groups; g++) {
    const start = starts[g];
    const width = starts[g + 1] - start;
    const group = new Float64Array(count * width);
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < width; k++) group[i * width + k] = rows[i * dim + start + k];
    }
    words.set(cluster(group, count, width, hash32(seed, g)), WORDS * start);
    await pace.step(g);
  }
  return new Codebook(starts, words);
}

/** Lloyd's k-means of 16 words; one without rows goes to the row worst served. */
function cluster(rows: Float64Array, count: number, width: number, seed: number): Float64Array {
  const words = new Float64Array(WORDS * width);
  for (let v = 0; v < WORDS; v++) {
    const row = Math.floor(((v + uniform(seed, v)) * count) / WORDS);
    words.set(rows.subarray(row * width, (row + 1) * width), v * width);
  }
  const sums = new Float64Array(WORDS * width);
  const counts = new Uint32Array(WORDS);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    sums.fill(0);
    counts.fill(0);
    let furthest = 0;
    let most = -1;
    for (let i = 0; i < count; i++) {
      const v = nearestWord(words, 0, width, rows, i * width);
      let distance = 0;
      for (let k = 0; k < width; k++) {
        const value = rows[i * width + k];
        sums[v * width + k] += value;
        distance += (value - words[v * width + k]) ** 2;
      }
      counts[v]++;
      if (distance > most) {
        most = distance;
        furthest = i;
      }
    }
    for (let v = 0; v < WORDS; v++) {
      if (counts[v] > 0)
        for (let k = 0; k < width; k++) words[v * width + k] = sums[v * width + k] / counts[v];
      else if (most > 0) {
        words.set(rows.subarray(furthest * width, (furthest + 1) * width), v * width);
        most = 0;
      }
    }
  }
  return words;
}
