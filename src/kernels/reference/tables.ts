/** Words of a group. */
const WORDS = 16;
/** Largest table entry: two of them are added in a byte. */
const ENTRY_MOST = 127;
/** Most that the largest entries of all groups may sum to: the kernel adds in 16 bits. */
const SUM_MOST = 65_535;

/**
 * Inner products of the sixteen words of each group with the group's components of a vector: the first half of layTables().
 * @param words of group g from 16 · starts[g] on @param starts group g is components starts[g] to starts[g + 1]
 * @returns sixteen of each group
 */
export function wordProducts(words: Float32Array, starts: Uint32Array, vector: Float64Array): Float64Array {
  const products: number[] = [];
  let at = 0;
  for (let g = 0; g + 1 < starts.length; g++) {
    for (let v = 0; v < WORDS; v++) {
      let sum = 0;
      for (let k = starts[g]; k < starts[g + 1]; k++) sum += vector[k] * words[at++];
      products.push(sum);
    }
  }
  return Float64Array.from(products);
}

/**
 * Rounds tables to bytes, each group's smallest entry to 0, all in one step: the second half of layTables().
 * @param tables sixteen of each group @param out the same, and zeros for a group added
 * @returns what the sum of the smallest is, and the step
 */
export function putTables(tables: Float64Array, out: Uint8Array): [number, number] {
  const groups = tables.length / WORDS;
  const lows = new Float64Array(groups);
  let offset = 0;
  let widest = 0;
  let total = 0;
  for (let g = 0; g < groups; g++) {
    let low = tables[g * WORDS];
    let high = low;
    for (let i = g * WORDS + 1; i < (g + 1) * WORDS; i++) {
      if (tables[i] < low) low = tables[i];
      if (tables[i] > high) high = tables[i];
    }
    lows[g] = low;
    offset += low;
    total += high - low;
    if (high - low > widest) widest = high - low;
  }
  // Rounding may add a half in each group.
  const step = Math.max(widest / ENTRY_MOST, total / (SUM_MOST - groups / 2));
  const scale = step > 0 ? 1 / step : 0;
  out.fill(0, tables.length);
  // Rounded to the nearest: what is no number becomes 0.
  for (let i = 0; i < tables.length; i++) out[i] = (tables[i] - lows[i >> 4]) * scale + 0.5;
  return [offset, step];
}
