import { SPACE, type Space } from './exports.js';

const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);

/** Key of a NaN distance: infinities that cancelled. Behind everything, Infinity included. */
export const NAN_KEY = 0xffffffff;

/** The u32 whose unsigned order is the order of float32 distances. @param distance rounded to float32 */
export function keyOf(distance: number): number {
  if (Number.isNaN(distance)) return NAN_KEY;
  floats[0] = distance + 0;
  const bits = words[0];
  return (bits & 0x80000000 ? ~bits : bits | 0x80000000) >>> 0;
}

/** The distance of a key; NaN for NAN_KEY. */
export function distanceOf(key: number): number {
  words[0] = key & 0x80000000 ? key & 0x7fffffff : ~key;
  return floats[0];
}

/** The distance of a key in any space. */
export function distanceIn(space: Space, key: number): number {
  if (space === SPACE.byteL2 || space === SPACE.hamming) return key;
  if (space === SPACE.byteDot || space === SPACE.signedDot) return key - 0x80000000;
  return distanceOf(key);
}

/** The key of a whole distance between rows of bytes or bits. */
export function byteKeyOf(space: Space, distance: number): number {
  return space === SPACE.byteDot || space === SPACE.signedDot ? distance + 0x80000000 : distance;
}
