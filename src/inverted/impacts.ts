import { type ByteReader, type ByteWriter, DecodeError } from './bytes.js';

/**
 * Pairs kept of a block at most. On technical prose a block has 4.3 of them on average and one in
 * sixty has more than eight.
 */
const MAX_PAIRS = 8;

/**
 * What the best postings of a block can score, for any k1 and b: the (frequency, document length)
 * pairs that no other pair beats in both (Grand et al., "From MAXSCORE to Block-Max WAND: The Story of
 * How Lucene Significantly Improved Query Evaluation Performance", ECIR 2020). Frequencies and
 * lengths both ascend.
 */
export class Impacts {
  size = 0;
  readonly tfs: number[] = [];
  readonly lengths: number[] = [];

  clear(): void {
    this.size = 0;
  }

  add(tf: number, length: number): void {
    const { tfs, lengths } = this;
    let at = 0;
    while (at < this.size && lengths[at] < length) {
      if (tfs[at] >= tf) return;
      at++;
    }
    // Those of equal or greater length that are no more frequent.
    let behind = at;
    while (behind < this.size && tfs[behind] <= tf) behind++;
    if (behind === at) {
      if (at < this.size && lengths[at] === length) return;
      for (let i = this.size; i > at; i--) {
        tfs[i] = tfs[i - 1];
        lengths[i] = lengths[i - 1];
      }
      this.size++;
    } else {
      for (let i = behind; i < this.size; i++) {
        tfs[at + 1 + i - behind] = tfs[i];
        lengths[at + 1 + i - behind] = lengths[i];
      }
      this.size -= behind - at - 1;
    }
    tfs[at] = tf;
    lengths[at] = length;
  }

  /**
   * Writes the pairs: (length gap << 3 | min(frequency gap - 1, 3) << 1 | last) as a VByte, then the rest of the
   * frequency gap where it is 4 or more. To be limited before.
   */
  write(out: ByteWriter): void {
    const { tfs, lengths } = this;
    for (let i = 0; i < this.size; i++) {
      const tfGap = tfs[i] - (i === 0 ? 0 : tfs[i - 1]) - 1;
      const lengthGap = lengths[i] - (i === 0 ? 0 : lengths[i - 1]);
      out.vbyte(lengthGap * 8 + Math.min(tfGap, 3) * 2 + (i === this.size - 1 ? 1 : 0));
      if (tfGap >= 3) out.vbyte(tfGap - 3);
    }
  }

  /** Leaves MAX_PAIRS at most: two whose lengths are nearest by ratio become one that beats both. */
  limit(): void {
    const { tfs, lengths } = this;
    while (this.size > MAX_PAIRS) {
      let nearest = 0;
      for (let i = 1; i + 1 < this.size; i++) {
        if (lengths[i + 1] * lengths[nearest] < lengths[nearest + 1] * lengths[i]) nearest = i;
      }
      for (let i = nearest; i + 1 < this.size; i++) {
        tfs[i] = tfs[i + 1];
        if (i > nearest) lengths[i] = lengths[i + 1];
      }
      this.size--;
    }
  }

  /** @throws DecodeError */
  read(reader: ByteReader): void {
    this.size = 0;
    let tf = 0;
    let length = 0;
    for (let last = 0; last === 0; ) {
      if (this.size === MAX_PAIRS) throw new DecodeError('a block has too many impacts');
      const code = reader.vbyte();
      last = code % 2;
      const tfGap = (code >>> 1) & 3;
      tf += 1 + tfGap + (tfGap === 3 ? reader.vbyte() : 0);
      length += Math.floor(code / 8);
      if (tf > 0xffffffff || length > 0xffffffff) throw new DecodeError('an impact is too large');
      this.tfs[this.size] = tf;
      this.lengths[this.size++] = length;
    }
  }
}
