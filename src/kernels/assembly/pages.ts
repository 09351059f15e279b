// Which chunks of an array are missing where it stands, and whether those that were read are what was written.
import { crcOf, makeTables } from './crc32';

/** Puts a number in its place in an ascending list of `count`. */
@inline
function insertNumber(list: usize, count: u32, number: u32): void {
  let at = list + ((count as usize) << 2);
  for (; at > list; at -= 4) {
    const before = load<u32>(at - 4);
    if (before < number) break;
    store<u32>(at, before);
  }
  store<u32>(at, number);
}

/** See ../page-exports.ts. */
export function missingRuns(
  entries: usize,
  count: u32,
  entryBytes: u32,
  chunkBytes: u32,
  chunks: u32,
  there: usize,
  gap: u32,
  most: u32,
  list: usize,
  runs: usize,
): u32 {
  let missing: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const from = (load<u32>(entries + ((i as usize) << 2)) as u64) * (entryBytes as u64);
    const last = min(((from + (entryBytes as u64) - 1) / (chunkBytes as u64)) as u32, chunks - 1);
    for (let chunk = (from / (chunkBytes as u64)) as u32; chunk <= last; chunk++) {
      if (load<u8>(there + (chunk as usize)) != 0) continue;
      store<u8>(there + (chunk as usize), 1);
      insertNumber(list, missing++, chunk);
    }
  }
  let found: u32 = 0;
  for (let i: u32 = 0; i < missing; ) {
    const from = load<u32>(list + ((i as usize) << 2));
    let to = from + 1;
    for (i++; i < missing; i++) {
      const next = load<u32>(list + ((i as usize) << 2));
      if (next - to > gap || next - from >= most) break;
      to = next + 1;
    }
    for (let chunk = from; chunk < to; chunk++) store<u8>(there + (chunk as usize), 1);
    store<u32>(runs + ((found as usize) << 3), from);
    store<u32>(runs + ((found as usize) << 3), to, 4);
    found++;
  }
  return found;
}

/** See ../page-exports.ts. */
export function damagedChunk(
  runs: usize,
  count: u32,
  base: usize,
  chunkBytes: u32,
  arrayBytes: f64,
  crcs: usize,
  tables: usize,
): i32 {
  for (let i: u32 = 0; i < count; i++) {
    const to = load<u32>(runs + ((i as usize) << 3), 4);
    for (let chunk = load<u32>(runs + ((i as usize) << 3)); chunk < to; chunk++) {
      const start = (chunk as usize) * (chunkBytes as usize);
      const bytes = min(chunkBytes as f64, arrayBytes - (start as f64)) as usize;
      if (crcOf(tables, base + start, bytes, 0) != load<u32>(crcs + ((chunk as usize) << 2))) return chunk as i32;
    }
  }
  return -1;
}

export { makeTables as makeChecksums };

export function sumBytes(at: usize, count: u32): u32 {
  let sum: u32 = 0;
  for (const end = at + (count as usize); at < end; at++) sum += load<u8>(at);
  return sum;
}
