import type { ByteWriter } from './bytes.js';

/** A term's documents, ascending, and how often it stands in each. Parallel arrays. */
export interface Postings {
  docs: Uint32Array;
  tfs: Uint32Array;
}

/**
 * How the postings of one term become bytes. A list of one posting never gets here: it stands in
 * the dictionary. Every codec runs the one suite test/inverted/codec.test.ts.
 */
export interface PostingsCodec {
  /** Recorded in the segment. */
  readonly name: string;
  /** @param docs strictly ascending @param tfs each >= 1 @param count how many of both are meant */
  encode(docs: Uint32Array, tfs: Uint32Array, count: number, out: ByteWriter): void;
  /**
   * @param bytes exactly what encode() appended
   * @param count postings in the list, from the dictionary, at most `documents`
   * @param documents every document number is below
   * @throws DecodeError when the bytes are not such a list
   */
  decode(bytes: Uint8Array, count: number, documents: number): Postings;
}
