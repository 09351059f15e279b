import type { DocSet } from './contract.js';

/** Words of a set over so many documents. */
export function setWords(documents: number): number {
  return Math.ceil(documents / 32);
}

/** @param words bits of documents; those behind the last document are 0 */
export function docSet(words: Uint32Array): DocSet {
  return { words, count: countBits(words) };
}

/** Words with the bits of all documents set. */
export function fullWords(documents: number): Uint32Array {
  const words = new Uint32Array(setWords(documents)).fill(0xffffffff);
  if (documents % 32 !== 0) words[words.length - 1] = (1 << (documents % 32)) - 1;
  return words;
}

export function inSet({ words }: DocSet, doc: number): boolean {
  return ((words[doc >>> 5] >>> (doc & 31)) & 1) === 1;
}

/** Members, ascending. */
export function members({ words, count }: DocSet): Uint32Array {
  const out = new Uint32Array(count);
  let n = 0;
  for (let w = 0; w < words.length; w++) {
    for (let bits = words[w]; bits !== 0; bits &= bits - 1) out[n++] = w * 32 + 31 - Math.clz32(bits & -bits);
  }
  return out;
}

/** Set bits: in groups of 2, 4 and 8, summed by a product (Warren, "Hacker's Delight", section 5-1). */
function countBits(words: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < words.length; i++) {
    let bits = words[i];
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
