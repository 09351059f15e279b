/** Positions of a block. */
export const BLOCK = 32;

/** Bytes of a block; an odd number of groups is made even. */
export function blockBytes(groups: number): number {
  return 16 * (groups + (groups & 1));
}

/** Puts a position's codes, one a byte, into zeroed blocks: see kernels/assembly/blocks.ts. */
export function putCodes(blocks: Uint8Array, position: number, codes: Uint8Array): void {
  const lane = position % BLOCK;
  const at = Math.floor(position / BLOCK) * blockBytes(codes.length) + laneByte(lane);
  const shift = lane < 16 ? 0 : 4;
  for (let g = 0; g < codes.length; g++) blocks[at + 16 * g] |= codes[g] << shift;
}

/** The codes of a position. @param block the block it is in */
export function takeCodes(block: Uint8Array, position: number, codes: Uint8Array): void {
  const lane = position % BLOCK;
  for (let g = 0; g < codes.length; g++) {
    codes[g] = (block[laneByte(lane) + 16 * g] >> (lane < 16 ? 0 : 4)) & 15;
  }
}

/** Even bytes have vectors 0 to 7 and 16 to 23, odd ones 8 to 15 and 24 to 31. */
function laneByte(lane: number): number {
  return 2 * (lane & 7) + ((lane >> 3) & 1);
}
