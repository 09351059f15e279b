import { closeSync, fsyncSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { CorruptError, IndexMissingError } from '../errors/index.js';
import type { Schema } from '../schema/index.js';
import { decodeEnvelope, encodeEnvelope, type MsgMap, type MsgValue } from '../segment/index.js';
import { fromSystem, type SpillDirectory, syncDirectory, writeExactly } from '../storage/index.js';
import { isDirectory, MANIFEST, SEGMENT_NAME } from './directory.js';
import { decodeSchema, encodeSchema } from './schema-codec.js';

/** One segment as the manifest names it. */
export interface SegmentEntry {
  file: string;
  bytes: number;
  /** SHA-256, hex; see WrittenSegment. */
  digest: string;
  documents: number;
}

/** The state of an index: which segments it has, and every setting that shaped them. */
export interface Manifest {
  /** Version of shortlist that wrote it. */
  tool: string;
  schema: Schema;
  seed: number;
  /** Most documents a segment may have. */
  segmentDocuments: number;
  documents: number;
  /** Records read, rejected ones included: the range of input rows. */
  rows: number;
  /** Counts by name ('terms' are summed over segments), for `info`. */
  counts: Record<string, number>;
  segments: SegmentEntry[];
}

/**
 * Puts a manifest in place: the commit. Segment files are already fsynced under their names.
 * Written aside, fsynced, renamed, directory fsynced: readers see the old state or this one.
 */
export function commitManifest(directory: string, manifest: Manifest, spills: SpillDirectory): void {
  const bytes = encodeEnvelope({
    tool: manifest.tool,
    schema: encodeSchema(manifest.schema),
    seed: manifest.seed,
    segmentDocuments: manifest.segmentDocuments,
    documents: manifest.documents,
    rows: manifest.rows,
    counts: manifest.counts,
    segments: manifest.segments.map(({ file, bytes: size, digest, documents }) => ({
      file,
      bytes: size,
      digest,
      documents,
    })),
  });
  const scratch = spills.path('manifest');
  try {
    const fd = openSync(scratch, 'wx');
    try {
      writeExactly(fd, bytes, 0, scratch);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    syncDirectory(directory);
    renameSync(scratch, join(directory, MANIFEST));
    syncDirectory(directory);
  } catch (error) {
    throw fromSystem(error, directory);
  }
}

/**
 * @throws IndexMissingError, NotOursError, TooOldError, TooNewError, TruncatedError, CorruptError
 */
export function readManifest(directory: string): Manifest {
  const path = join(directory, MANIFEST);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (!isDirectory(directory)) throw new IndexMissingError(directory);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new IndexMissingError(directory, 'a directory without an index in it');
    }
    throw fromSystem(error, path);
  }
  const map = decodeEnvelope(bytes, path);
  try {
    return decodeManifest(map);
  } catch (error) {
    throw new CorruptError(path, (error as Error).message);
  }
}

/** True when the directory has a manifest, whole or not. */
export function hasManifest(directory: string): boolean {
  try {
    closeSync(openSync(join(directory, MANIFEST), 'r'));
    return true;
  } catch {
    return false;
  }
}

/**
 * Segment files of the current state, for a writer that tidies up.
 * @returns undefined when there is a manifest that can't be read: then nothing may be deleted
 */
export function filesOf(directory: string): Set<string> | undefined {
  if (!hasManifest(directory)) return new Set();
  try {
    return new Set(readManifest(directory).segments.map((segment) => segment.file));
  } catch {
    return undefined;
  }
}

function decodeManifest(map: MsgMap): Manifest {
  const segments = list(map, 'segments').map((value): SegmentEntry => {
    if (!(value instanceof Map)) throw new Error('a segment is not a map');
    const entry = {
      file: text(value, 'file'),
      bytes: count(value, 'bytes'),
      digest: text(value, 'digest'),
      documents: count(value, 'documents'),
    };
    if (!SEGMENT_NAME.test(entry.file)) throw new Error(`'${entry.file}' is not a segment's name`);
    return entry;
  });
  const documents = count(map, 'documents');
  const sum = segments.reduce((total, segment) => total + segment.documents, 0);
  if (sum !== documents) throw new Error(`segments have ${sum} documents, the index ${documents}`);
  const counts = map.get('counts');
  if (!(counts instanceof Map)) throw new Error("'counts' is missing");
  const schema = map.get('schema');
  if (!(schema instanceof Map)) throw new Error("'schema' is missing");
  return {
    tool: text(map, 'tool'),
    schema: decodeSchema(schema),
    seed: count(map, 'seed'),
    segmentDocuments: count(map, 'segmentDocuments'),
    documents,
    rows: count(map, 'rows'),
    counts: Object.fromEntries([...counts.keys()].map((key) => [key, count(counts, key)])),
    segments,
  };
}

export function text(map: MsgMap, key: string): string {
  const value = map.get(key);
  if (typeof value !== 'string') throw new Error(`'${key}' is not text`);
  return value;
}

export function count(map: MsgMap, key: string): number {
  const value = map.get(key);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new Error(`'${key}' is not a count`);
  return value;
}

export function list(map: MsgMap, key: string): MsgValue[] {
  const value = map.get(key);
  if (!Array.isArray(value)) throw new Error(`'${key}' is not a list`);
  return value;
}
