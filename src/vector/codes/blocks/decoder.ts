import { expectShape, type VectorPart } from '../../part.js';
import { norm } from '../../unit.js';
import type { BlockCoder } from './coder.js';
import { BLOCK, blockBytes, takeCodes } from './layout.js';
import { loadBlockCoder } from './table.js';

/**
 * What codes of 4 bits stand for: the centroid of the list and the words, these as long as what the vector is beside the
 * centroid. Measured on SIFT, that ranks better than the words as they are, or as long as leaves the least error.
 */
export class BlockDecoder {
  readonly stride: number;
  readonly together = BLOCK;
  readonly longest: number;
  private readonly coder: BlockCoder;
  private readonly offsets: Uint32Array;
  private readonly scales: Float32Array;
  private readonly codes: Uint8Array;
  private readonly word: Float64Array;

  /** @throws CorruptError */
  constructor(part: VectorPart) {
    const { reader, name, count } = part;
    this.coder = loadBlockCoder(part);
    const { book, centroids, floats } = this.coder;
    this.stride = blockBytes(book.groups);
    this.offsets = reader.has(`${name}/offsets`)
      ? reader.loadU32(`${name}/offsets`)
      : Uint32Array.of(0, count);
    expectShape(part, 'scales', 'f32', [count]);
    this.scales = reader.loadF32(`${name}/scales`);
    this.codes = new Uint8Array(book.groups);
    this.word = new Float64Array(book.dim);
    let furthest = 0;
    for (let at = 0; at < centroids.length; at += floats) {
      furthest = Math.max(furthest, norm(centroids.subarray(at, at + floats)));
    }
    const most = this.scales.reduce((largest, scale) => Math.max(largest, Math.abs(scale)), 0);
    this.longest = furthest + most * book.longest * 1.001;
  }

  decode(block: Uint8Array, position: number, out: Float64Array): void {
    const { coder, codes, word, scales } = this;
    const { book, centroids, floats } = coder;
    takeCodes(block, position, codes);
    book.decode(codes, word);
    book.turnBack(word);
    const from = this.listOf(position) * floats;
    for (let j = 0; j < floats; j++) {
      out[j] = centroids[from + j] + (j < book.dim ? scales[position] * word[j] : 0);
    }
  }

  /** O(log lists). */
  private listOf(position: number): number {
    const { offsets } = this;
    let low = 0;
    let high = offsets.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (offsets[middle] <= position) low = middle;
      else high = middle;
    }
    return low;
  }
}
