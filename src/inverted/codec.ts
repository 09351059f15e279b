import type { ByteWriter } from './bytes.js';

/**
 * How a run of postings becomes bytes: a whole short list, or one block of a long one. A list of
 * one posting never gets here: it stands in the dictionary. Every codec runs the one suite
 * test/inverted/codec.test.ts.
 */
export interface PostingsCodec {
  /**
   * Appends postings from <= i < to.
   * @param docs strictly ascending @param tfs each >= 1
   * @param previous the document before docs[from]; -1 for the first of a list
   */
  encode(
    docs: Uint32Array,
    tfs: Uint32Array,
    from: number,
    to: number,
    previous: number,
    out: ByteWriter,
  ): void;
  /**
   * Fills docs[into + i] and tfs[into + i] for i < count.
   * @param bytes from `at` to `end`: exactly what encode() appended
   * @param documents every document number is below
   * @throws DecodeError when the bytes are not such postings; what was filled is then worthless
   */
  decode(
    bytes: Uint8Array,
    at: number,
    end: number,
    count: number,
    previous: number,
    documents: number,
    docs: Uint32Array,
    tfs: Uint32Array,
    into: number,
  ): void;
}
