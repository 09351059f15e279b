import { DecodeError } from './bytes.js';

/**
 * Walks the positions of one term: for each posting its tf positions as VBytes, the first absolute,
 * the rest as gaps of at least 1. Forward only.
 */
export class PositionsCursor {
  private readonly bytes: Uint8Array;
  private readonly tfs: Uint32Array;
  private at = 0;
  private posting = 0;

  /** @param tfs frequencies of the term's postings, in order */
  constructor(bytes: Uint8Array, tfs: Uint32Array) {
    this.bytes = bytes;
    this.tfs = tfs;
  }

  /**
   * Positions of a posting, ascending. O(positions skipped), a byte look each.
   * @param posting index into the term's postings; not lower than the one before, and no posting twice
   * @param into scratch, replaced where it is too small
   * @returns an array whose first tf elements are the positions
   * @throws DecodeError
   */
  read(posting: number, into: Uint32Array): Uint32Array {
    while (this.posting < posting) this.skip(this.tfs[this.posting++]);
    const tf = this.tfs[posting];
    if (tf > this.bytes.length - this.at) throw new DecodeError('positions are cut off');
    const out = into.length >= tf ? into : new Uint32Array(Math.max(tf, into.length * 2));
    let position = 0;
    for (let i = 0; i < tf; i++) {
      const gap = this.next();
      if (i > 0 && gap === 0) throw new DecodeError('positions do not ascend');
      position += gap;
      if (position > 0xffffffff) throw new DecodeError(`position ${position}`);
      out[i] = position;
    }
    this.posting++;
    return out;
  }

  /** @throws DecodeError when bytes are left behind the last posting read */
  end(): void {
    if (this.at !== this.bytes.length) throw new DecodeError('positions do not end where they should');
  }

  private next(): number {
    let value = 0;
    for (let unit = 1; unit < 2 ** 36; unit *= 128) {
      if (this.at >= this.bytes.length) throw new DecodeError('positions are cut off');
      const byte = this.bytes[this.at++];
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
    throw new DecodeError('a position is too large');
  }

  private skip(numbers: number): void {
    const { bytes } = this;
    let at = this.at;
    for (let left = numbers; left > 0; at++) {
      if (at >= bytes.length) throw new DecodeError('positions are cut off');
      if (bytes[at] < 128) left--;
    }
    this.at = at;
  }
}
