/**
 * index: an index on disk.
 *
 * Maps a directory to one consistent state: immutable segment files and one manifest that names
 * them. Good for: building (records in, a commit out), opening, checking and describing an index.
 * Not for: ranking (recall) or knowing what is inside a segment (inverted, vector, forward): it only
 * walks the list in structures.ts.
 */
export { buildIndex, DEFAULT_MEMORY_BYTES } from './build.js';
export { type CheckReport, checkIndex } from './check.js';
export { describeIndex, type IndexInfo } from './describe.js';
export { type CiffExport, exportCiff } from './export-ciff.js';
export type { Manifest, SegmentEntry } from './manifest.js';
export { type IndexReader, openReader } from './open.js';
export type { BuildOptions } from './options.js';
export type { BuildProgress, BuildReport } from './report.js';
export { analyzerFor } from './request.js';
export { openFeed, type VectorFeed } from './vector-feed.js';
