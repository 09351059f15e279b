/** Arrays of the part, all under `documents/`. Offsets are of the first byte; one more closes the last. */
export const PART = 'documents';
export const ARRAYS = {
  /** u8: ids as UTF-8, one after the other. Absent when ids are row numbers. */
  ids: `${PART}/ids`,
  /** u64[documents + 1]. */
  idOffsets: `${PART}/id-offsets`,
  /** u32[documents]: idHash of each id, ascending; equal hashes by document number. */
  hashes: `${PART}/id-hashes`,
  /** u32[documents]: the document of each hash. */
  hashDocs: `${PART}/id-documents`,
  /** u64[documents]: input row of each document. Absent when rows are firstRow, firstRow + 1, … */
  rows: `${PART}/rows`,
  /** u8: stored fields as JSON objects in UTF-8, one after the other. Absent when nothing is stored. */
  stored: `${PART}/stored`,
  /** u64[documents + 1]. */
  storedOffsets: `${PART}/stored-offsets`,
} as const;

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
