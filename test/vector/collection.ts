import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { shared } from '../helpers/shared.js';

/** A collection with its true neighbours. */
export interface Collection {
  base: Float32Array[];
  queries: Float32Array[];
  /** The 100 nearest rows of each query, nearest first, equal distances by row. */
  truth: Uint32Array[];
}

/** Rows of an fvecs, bvecs or ivecs file, each a little-endian i32 count and its values. */
function readVecs(path: string): Buffer[] {
  const raw = readFileSync(path);
  const bytes = path.endsWith('.gz') ? gunzipSync(raw) : raw;
  const width = path.includes('.bvecs') ? 1 : 4;
  const rows: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readInt32LE(at) * width;
    rows.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return rows;
}

const words = (row: Buffer) => row.buffer.slice(row.byteOffset, row.byteOffset + row.length);

/** Undefined when the collection is not here. @param name folder under data/ */
export function collection(name: string, type: 'fvecs' | 'bvecs'): Collection | undefined {
  const base = shared(`data/${name}/base.${type}.gz`);
  const queries = shared(`data/${name}/query.${type}`);
  const truth = shared(`data/${name}/gt.ivecs`);
  if (base === undefined || queries === undefined || truth === undefined) return undefined;
  const floats = (row: Buffer) =>
    type === 'bvecs' ? Float32Array.from(row) : new Float32Array(words(row) as ArrayBuffer);
  return {
    base: readVecs(base).map(floats),
    queries: readVecs(queries).map(floats),
    truth: readVecs(truth).map((row) => new Uint32Array(words(row) as ArrayBuffer)),
  };
}
