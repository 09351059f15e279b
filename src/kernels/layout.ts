/** Floats from one row to the next: components rounded up to a 16-byte block. */
export function rowFloats(dim: number): number {
  return Math.ceil(dim / 4) * 4;
}

/** u32 slots of a row for `links` links: whole 64-byte cache lines. */
export function linkSlots(links: number): number {
  return Math.ceil(links / 16) * 16;
}

/** Bytes from one row of bytes to the next: whole cache lines. */
export function byteStride(dim: number): number {
  return Math.ceil(dim / 64) * 64;
}

/** Bytes of such a row that are compared. */
export function byteWidth(dim: number): number {
  return Math.ceil(dim / 16) * 16;
}

/** Bytes setEncoder() wants to work in. @param floats of a padded query @param components of a code, added ones and columns counted */
export function encodeScratchBytes(floats: number, components: number): number {
  return (Math.max(floats, components) + 2) * 8 + floats * 4 + 32;
}

/** Bytes of a bit for each node, in whole words. */
export function markBytes(nodes: number): number {
  return Math.ceil(nodes / 32) * 4;
}

/** Bytes of one lane of searchGraphs(): its head, the nodes seen, a bit for each node. */
export function laneBytes(nodes: number): number {
  return Math.ceil((128 + (4096 + 512 + 4) * 4 + markBytes(nodes)) / 64) * 64;
}

/** Bytes from one row of packed bits to the next: none lies in two cache lines without need. */
export function bitStride(bytes: number): number {
  return bytes <= 16 ? 16 : bytes <= 32 ? 32 : byteStride(bytes);
}

/** Bytes of a code of `width` bytes in 16-bit numbers, with the sum of its squares before them. */
export function wideCodeBytes(width: number): number {
  return 16 + 2 * width;
}
