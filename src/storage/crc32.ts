import { byteKernels } from '../kernels/index.js';

/** Bytes hashed before node:zlib is loaded for it: more than a text query reads. */
const FEW_BYTES = 4 * 2 ** 20;

let hashed = 0;
let native: ((bytes: Uint8Array, value: number) => number) | undefined;

/**
 * CRC-32 of zip. node:zlib has it at more than 1 GB/s and takes 5 ms to load, with Node's streams: what reads little, which
 * is one query, does without.
 * @param value the checksum of what stands before these bytes
 */
export function crc32(bytes: Uint8Array, value = 0): number {
  if (native !== undefined) return native(bytes, value);
  hashed += bytes.length;
  if (hashed > FEW_BYTES) native = process.getBuiltinModule('node:zlib').crc32;
  return byteKernels().crc32(bytes, value);
}
