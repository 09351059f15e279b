/**
 * storage: bytes on disk, below any format.
 *
 * Maps paths to positional reads and writes that are whole or fail, to spill files that live beside
 * the index being built and are merged in order, and to the two promises a commit leans on (fsync of a file, fsync of a
 * directory). Good for: everything that touches the file system while building or reading an index.
 * Not for: reading user inputs (records) or knowing what the bytes mean (segment).
 */
export { crc32 } from './crc32.js';
export { sha256 } from './digest.js';
export { fromSystem, readExactly, syncDirectory, writeExactly } from './files.js';
export { SpillingIdMap } from './id-map.js';
export { RunHeap, type SortedRun } from './run-heap.js';
export { SpillDirectory, SpillFile } from './spill.js';
