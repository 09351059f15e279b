import { type ByteWriter, DecodeError } from './bytes.js';
import type { Postings, PostingsCodec } from './codec.js';

/**
 * Gaps and frequencies as VBytes, posting by posting. The lowest bit of a gap says that the
 * frequency is 1 and left out, as in Lucene's .frq of old. The first gap counts from -1, so no gap
 * is 0.
 */
export const vbyteCodec: PostingsCodec = {
  name: 'vbyte',

  encode(docs: Uint32Array, tfs: Uint32Array, count: number, out: ByteWriter): void {
    let previous = -1;
    for (let i = 0; i < count; i++) {
      const gap = docs[i] - previous;
      previous = docs[i];
      if (tfs[i] === 1) {
        out.vbyte(gap * 2 + 1);
      } else {
        out.vbyte(gap * 2);
        out.vbyte(tfs[i]);
      }
    }
  },

  decode(bytes: Uint8Array, count: number, documents: number): Postings {
    // A posting takes a byte at least: bound before allocating.
    if (count > bytes.length) throw new DecodeError('a postings list is cut off');
    const docs = new Uint32Array(count);
    const tfs = new Uint32Array(count);
    let at = 0;
    let doc = -1;
    for (let i = 0; i < count; i++) {
      // Past the end, `byte` is undefined: every comparison with it is false, and the gap becomes 0.
      let byte = bytes[at++];
      let gap = byte & 127;
      for (let unit = 128; byte >= 128 && unit < 2 ** 35; unit *= 128) {
        byte = bytes[at++];
        gap += (byte & 127) * unit;
      }
      const once = gap % 2 === 1;
      gap = once ? (gap - 1) / 2 : gap / 2;
      if (gap === 0) throw new DecodeError('documents of a postings list do not ascend');
      doc += gap;
      docs[i] = doc;
      if (once) {
        tfs[i] = 1;
        continue;
      }
      byte = bytes[at++];
      let tf = byte & 127;
      for (let unit = 128; byte >= 128 && unit < 2 ** 35; unit *= 128) {
        byte = bytes[at++];
        tf += (byte & 127) * unit;
      }
      if (tf < 2 || tf > 0xffffffff) throw new DecodeError(`a term is ${tf} times in a document`);
      tfs[i] = tf;
    }
    // Documents ascend, so the last one speaks for all.
    if (doc >= documents) throw new DecodeError(`document ${doc} of ${documents}`);
    if (at !== bytes.length) throw new DecodeError('a postings list does not end where it should');
    return { docs, tfs };
  },
};
