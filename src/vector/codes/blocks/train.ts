import type { Pace } from '../../pace.js';
import { hash32, uniform } from '../../random.js';
import { Codebook, evenStarts, nearestWord, WORDS } from './codebook.js';

const ITERATIONS = 12;
/** Of levels: each takes a few binary searches. */
const LEVEL_ITERATIONS = 40;
/** Parts of a component's range that levels are spread over at first. */
const SPANS = [1, 0.75, 0.5, 0.3];

/** Rows drawn without replacement, one after the other. */
interface Sample {
  rows: Float64Array;
  count: number;
  dim: number;
}

/** Learns the words of a product quantiser by k-means in each group. All in float64, in order. */
export async function trainWords(
  { rows, count, dim }: Sample,
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

/**
 * Learns sixteen levels for each component: those with which the squared error of the sample is least, as near as
 * Lloyd's iterations come (Lloyd, "Least squares quantization in PCM", 1982), ascending.
 */
export async function trainLevels({ rows, count, dim }: Sample, pace: Pace): Promise<Codebook> {
  const words = new Float32Array(WORDS * dim);
  const values = new Float64Array(count);
  const sums = new Float64Array(count + 1);
  for (let j = 0; j < dim; j++) {
    for (let i = 0; i < count; i++) values[i] = rows[i * dim + j];
    values.sort();
    for (let i = 0; i < count; i++) sums[i + 1] = sums[i] + values[i];
    words.set(bestLevels(values, sums), WORDS * j);
    await pace.step(j);
  }
  return new Codebook(evenStarts(dim, dim), words);
}

/**
 * Of starts even over a part of the range, about its middle, the one that ends with the least error.
 * @param values ascending @param sums of the first i values, at i
 */
function bestLevels(values: Float64Array, sums: Float64Array): Float64Array {
  const [low, high] = [values[0], values[values.length - 1]];
  let best = { levels: new Float64Array(WORDS), loss: Number.POSITIVE_INFINITY };
  for (const span of SPANS) {
    const levels = Float64Array.from(
      { length: WORDS },
      (_, v) => (low + high) / 2 + span * ((v + 0.5) / WORDS - 0.5) * (high - low),
    );
    const loss = settle(levels, values, sums);
    // Where components overflow nothing is less than anything.
    if (loss < best.loss || span === 1) best = { levels, loss };
  }
  return best.levels;
}

/** Moves ascending levels to the means of the values nearest to them, again and again. @returns less for less error */
function settle(levels: Float64Array, values: Float64Array, sums: Float64Array): number {
  let loss = 0;
  for (let iteration = 0; iteration < LEVEL_ITERATIONS; iteration++) {
    loss = 0;
    let from = 0;
    for (let v = 0; v < WORDS; v++) {
      const last = v + 1 === WORDS;
      const to = last ? values.length : below(values, (levels[v] + levels[v + 1]) / 2, from);
      if (to > from) {
        levels[v] = (sums[to] - sums[from]) / (to - from);
        // The squares of the values themselves are the same for all levels.
        loss -= (to - from) * levels[v] * levels[v];
      }
      from = to;
    }
  }
  return loss;
}

/** How many values are below a border; at least `from` of them. O(log values). */
function below(values: Float64Array, border: number, from: number): number {
  let low = from;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < border) low = middle + 1;
    else high = middle;
  }
  return low;
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
