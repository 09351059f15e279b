import { type ByteWriter, DecodeError } from './bytes.js';
import type { PostingsCodec } from './codec.js';

/**
 * Gaps and frequencies as VBytes, posting by posting. The lowest bit of a gap says that the
 * frequency is 1 and left out, as in Lucene's .frq of old.
 */
export const vbyteCodec: PostingsCodec = {
  encode(docs, tfs, from, to, previous, out: ByteWriter): void {
    let last = previous;
    for (let i = from; i < to; i++) {
      const gap = docs[i] - last;
      last = docs[i];
      if (tfs[i] === 1) {
        out.vbyte(gap * 2 + 1);
      } else {
        out.vbyte(gap * 2);
        out.vbyte(tfs[i]);
      }
    }
  },

  decode(bytes, start, end, count, previous, documents, docs, tfs, into): void {
    let at = start;
    let doc = previous;
    for (let i = into; i < into + count; i++) {
      // Past the end of the array `byte` is undefined: every comparison with it is false, and the gap becomes 0.
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
    if (at !== end) throw new DecodeError('a postings list does not end where it should');
  },
};
