import type { StringArrays } from './byte-strings.js';

export const PART = 'documents';

/** Ids as UTF-8. Absent when ids are row numbers. */
export const IDS: StringArrays = {
  bytes: `${PART}/ids`,
  lengths: `${PART}/id-lengths`,
  starts: `${PART}/id-starts`,
};

/** Stored fields as JSON objects in UTF-8. Absent when nothing is stored. */
export const STORED: StringArrays = {
  bytes: `${PART}/stored`,
  lengths: `${PART}/stored-lengths`,
  starts: `${PART}/stored-starts`,
};

/** Packed [documents]: all documents, ascending by the hash of their ids (idHash), equal ones by number. */
export const BY_HASH = `${PART}/id-documents`;

/** u64[documents]: input row of each document. Absent when rows are firstRow, firstRow + 1, … */
export const ROWS = `${PART}/rows`;

/** Packed [documents]: all documents, ascending by row. Absent when they stand in that order. */
export const BY_ROW = `${PART}/row-documents`;

/**
 * 32-bit hash by which ids are looked up: FNV-1a over the UTF-8 bytes, then MurmurHash3's finaliser
 * (FNV alone leaves the high bits of short ids alike, and the search interpolates on them).
 */
export function idHash(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
