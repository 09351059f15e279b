const MAGIC = 0x184d2204;
const LARGEST_BLOCK = 4 * 1024 * 1024;

/**
 * Inflates one LZ4 frame (lz4_Frame_format.md 1.6.4), in memory; checksums are not compared.
 * @param limit most bytes it may have inflated
 * @throws RangeError, Error at damage
 */
export function inflateLz4Frame(bytes: Uint8Array, limit: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new Error('no LZ4 frame');
  const flags = bytes[4];
  const contentSize = (flags & 8) !== 0 ? Number(view.getBigUint64(6, true)) : undefined;
  if (contentSize !== undefined && contentSize > limit) throw tooLong(limit);
  let at = 7 + (contentSize === undefined ? 0 : 8) + ((flags & 1) !== 0 ? 4 : 0);
  let out = new Uint8Array(contentSize ?? Math.min(limit, bytes.length * 4));
  let length = 0;
  const room = (wanted: number) => {
    if (wanted > limit) throw tooLong(limit);
    if (wanted <= out.length) return;
    const grown = new Uint8Array(Math.min(limit, Math.max(wanted, out.length * 2)));
    grown.set(out.subarray(0, length));
    out = grown;
  };
  for (;;) {
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const size = word & 0x7fffffff;
    if (size > LARGEST_BLOCK || at + size > bytes.length)
      throw new Error('a block of an LZ4 frame is cut off');
    const block = bytes.subarray(at, at + size);
    at += size + ((flags & 0x10) !== 0 ? 4 : 0);
    if (word >>> 31 === 1) {
      room(length + size);
      out.set(block, length);
      length += size;
    } else {
      length = inflateBlock(block, length, room, () => out);
    }
  }
  if (contentSize !== undefined && contentSize !== length)
    throw new Error('an LZ4 frame of another length than it says');
  return out.subarray(0, length);
}

function tooLong(limit: number): RangeError {
  return new RangeError(`an LZ4 frame above ${limit} bytes`);
}

/** Blocks may refer to those before: `out` is all that was inflated so far. @returns the new length */
function inflateBlock(
  block: Uint8Array,
  start: number,
  room: (bytes: number) => void,
  output: () => Uint8Array,
): number {
  let length = start;
  let at = 0;
  const more = (count: number): number => {
    if (count !== 15) return count;
    let total = count;
    for (;;) {
      if (at >= block.length) throw new Error('an LZ4 block is cut off');
      const byte = block[at++];
      total += byte;
      if (byte !== 255) return total;
    }
  };
  while (at < block.length) {
    const token = block[at++];
    const literals = more(token >> 4);
    if (at + literals > block.length) throw new Error('an LZ4 block is cut off');
    room(length + literals);
    output().set(block.subarray(at, at + literals), length);
    length += literals;
    at += literals;
    if (at === block.length) break;
    if (at + 2 > block.length) throw new Error('an LZ4 block is cut off');
    const offset = block[at] | (block[at + 1] << 8);
    at += 2;
    if (offset === 0 || offset > length) throw new Error('an LZ4 match before the beginning');
    const match = more(token & 15) + 4;
    room(length + match);
    const out = output();
    for (const end = length + match; length < end; length++) out[length] = out[length - offset];
  }
  return length;
}
