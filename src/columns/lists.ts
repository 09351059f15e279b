import { bitmapBytes } from './format.js';

/**
 * Documents of a value, ascending. Either VBytes (7 bits a byte, lowest first, the top bit set on all
 * but the last) of each document less the one before (−1 for the first) less 1; or, where that would
 * take as many bytes or more, a bitmap. So a list is a bitmap when it is as long as one.
 */
export class ListEncoder {
  private readonly bitmap: number;
  private bytes: Uint8Array<ArrayBuffer>;

  constructor(documents: number) {
    this.bitmap = bitmapBytes(documents);
    this.bytes = new Uint8Array(this.bitmap + 8);
  }

  /** @param docs ascending, at least one @returns bytes valid until the next call */
  encode(docs: Uint32Array): Uint8Array {
    const { bytes, bitmap } = this;
    let at = 0;
    let previous = -1;
    for (let i = 0; i < docs.length && at < bitmap; i++) {
      let gap = docs[i] - previous - 1;
      previous = docs[i];
      for (; gap > 127; gap >>>= 7) bytes[at++] = (gap & 127) | 128;
      bytes[at++] = gap;
    }
    if (at < bitmap) return bytes.subarray(0, at);
    const bits = bytes.fill(0).subarray(0, bitmap);
    for (let i = 0; i < docs.length; i++) bits[docs[i] >>> 3] |= 1 << (docs[i] & 7);
    return bits;
  }
}

/**
 * Sets the bits of a list's documents.
 * @returns what is wrong with the list, undefined when nothing is
 */
export function decodeList(list: Uint8Array, documents: number, words: Uint32Array): string | undefined {
  const bitmap = bitmapBytes(documents);
  if (list.length === 0 || list.length > bitmap) return `is ${list.length} bytes long`;
  if (list.length === bitmap) return addBitmap(list, documents, words);
  let doc = -1;
  for (let at = 0; at < list.length; ) {
    let byte = list[at++];
    let gap = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      if (at === list.length || shift > 28) return 'is cut off';
      byte = list[at++];
      gap += (byte & 127) * 2 ** shift;
    }
    doc += gap + 1;
    if (doc >= documents) return `names document ${doc} of ${documents}`;
    words[doc >>> 5] |= 1 << (doc & 31);
  }
  return undefined;
}

/** Sets the bits of a bitmap. @returns what is wrong with it */
export function addBitmap(bitmap: Uint8Array, documents: number, words: Uint32Array): string | undefined {
  const last = bitmap[bitmap.length - 1];
  if (documents % 8 !== 0 && last >>> (documents % 8) !== 0) return 'has bits behind the last document';
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  for (let i = 0; i < bitmap.length; i++) bytes[i] |= bitmap[i];
  return undefined;
}
