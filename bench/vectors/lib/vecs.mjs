// fvecs, bvecs, ivecs (little-endian int32 dimension before every row), gzipped or not, as flat arrays.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const TYPES = { f: Float32Array, b: Uint8Array, i: Int32Array };

/**
 * @param path file name ending in .fvecs, .bvecs or .ivecs, and .gz if it is
 * @returns dimension, number of rows, and a row-major Float32Array, Uint8Array or Int32Array of rows * dim
 */
export function readVecs(path) {
  const match = /\.([fbi])vecs(\.gz)?$/.exec(path);
  if (match === null) throw new Error(`${path}: not named .fvecs, .bvecs or .ivecs`);
  const raw = readFileSync(path);
  const bytes = match[2] ? gunzipSync(raw) : raw;
  const Type = TYPES[match[1]];
  const dim = bytes.length < 4 ? 0 : bytes.readInt32LE(0);
  const rowBytes = 4 + dim * Type.BYTES_PER_ELEMENT;
  if (dim < 1 || bytes.length % rowBytes !== 0)
    throw new Error(`${path}: not whole rows of ${dim} components`);
  const rows = bytes.length / rowBytes;
  const data = new Type(rows * dim);
  const view = new Uint8Array(data.buffer);
  for (let row = 0; row < rows; row++) {
    const at = row * rowBytes;
    if (bytes.readInt32LE(at) !== dim) throw new Error(`${path}: row ${row} is not of ${dim} components`);
    view.set(bytes.subarray(at + 4, at + rowBytes), row * (rowBytes - 4));
  }
  return { dim, rows, data };
}

/** The bytes of rows in the layout that readVecs reads. @param data row-major, of a typed array */
export function packVecs(data, dim) {
  const width = dim * data.BYTES_PER_ELEMENT;
  const rows = data.length / dim;
  const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const out = Buffer.alloc(rows * (4 + width));
  for (let row = 0; row < rows; row++) {
    out.writeInt32LE(dim, row * (4 + width));
    out.set(view.subarray(row * width, (row + 1) * width), row * (4 + width) + 4);
  }
  return out;
}
