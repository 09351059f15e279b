import { norm } from '../../unit.js';
import type { Rotation } from './rotation.js';

/** Words a group of components is coded as. */
export const WORDS = 16;

/**
 * Words of 4 bits for groups of consecutive components: what a product quantiser learns (Jégou, Douze &
 * Schmid, 2011), or, after a rotation, the sixteen signs of four components.
 */
export class Codebook {
  readonly dim: number;
  readonly groups: number;
  /** Group g is components starts[g] to starts[g + 1]. */
  readonly starts: Uint32Array;
  /** Word v of group g begins at 16 · starts[g] + v · width(g). */
  readonly words: Float32Array;
  private readonly rotation: Rotation | undefined;

  /** @param dim of a vector that was rotated, if any is */
  constructor(starts: Uint32Array, words: Float32Array, rotation?: Rotation) {
    this.groups = starts.length - 1;
    this.dim = starts[this.groups];
    this.starts = starts;
    this.words = words;
    this.rotation = rotation;
  }

  /** Turns a vector, of `dim` with zeros behind its own components, as words are. In place. */
  turn(vector: Float64Array): void {
    this.rotation?.apply(vector);
  }

  /** Takes turn() back. */
  turnBack(vector: Float64Array): void {
    this.rotation?.reverse(vector);
  }

  /**
   * The nearest word of each group; of equal ones the first. O(16 · dim).
   * @param vector turned @param codes `groups` @param word what the codes stand for, `dim`
   */
  encode(vector: Float64Array, codes: Uint8Array, word: Float64Array): void {
    const { starts, words } = this;
    for (let g = 0; g < this.groups; g++) {
      const start = starts[g];
      const width = starts[g + 1] - start;
      const code = nearestWord(words, WORDS * start, width, vector, start);
      codes[g] = code;
      for (let k = 0; k < width; k++) word[start + k] = words[WORDS * start + code * width + k];
    }
  }

  /** The words of codes. @param word `dim` */
  decode(codes: Uint8Array, word: Float64Array): void {
    const { starts, words } = this;
    for (let g = 0; g < this.groups; g++) {
      const start = starts[g];
      const width = starts[g + 1] - start;
      const at = WORDS * start + codes[g] * width;
      for (let k = 0; k < width; k++) word[start + k] = words[at + k];
    }
  }

  /** Length of the longest vector that codes can stand for. */
  get longest(): number {
    const { starts, words } = this;
    let sum = 0;
    for (let g = 0; g < this.groups; g++) {
      const width = starts[g + 1] - starts[g];
      let most = 0;
      for (let v = 0; v < WORDS; v++) {
        const at = WORDS * starts[g] + v * width;
        most = Math.max(most, norm(words.subarray(at, at + width)));
      }
      sum += most * most;
    }
    return Math.sqrt(sum);
  }
}

/** @param at where the sixteen words begin @param start where the group's components of the vector do */
export function nearestWord(
  words: ArrayLike<number>,
  at: number,
  width: number,
  vector: Float64Array,
  start: number,
): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let v = 0; v < WORDS; v++) {
    let sum = 0;
    for (let k = 0; k < width; k++) {
      const difference = vector[start + k] - words[at + v * width + k];
      sum += difference * difference;
    }
    if (sum < least) {
      least = sum;
      best = v;
    }
  }
  return best;
}

/** Groups as even as they can be. */
export function evenStarts(dim: number, groups: number): Uint32Array {
  return Uint32Array.from({ length: groups + 1 }, (_, g) => Math.floor((g * dim) / groups));
}

/** The signs of four components each: one bit a component (Gao & Long, "RaBitQ", 2024). */
export function signCodebook(rotation: Rotation): Codebook {
  const groups = rotation.dim / 4;
  const words = Float32Array.from({ length: groups * WORDS * 4 }, (_, i) =>
    ((i >> 2) % WORDS) & (1 << (i & 3)) ? 1 : -1,
  );
  return new Codebook(evenStarts(rotation.dim, groups), words, rotation);
}
