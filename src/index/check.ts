import { join } from 'node:path';
import type { SegmentView } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { ReadCounter } from '../segment/index.js';
import { markerIsWhole } from './directory.js';
import { readManifest, type SegmentEntry } from './manifest.js';
import { openSegment } from './open.js';
import { structuresOf } from './structures.js';

/** A segment that the manifest names must be there: nobody commits while a check runs that nothing overtook. */
function openNamed(directory: string, entry: SegmentEntry, base: number): SegmentView {
  try {
    return openSegment(directory, entry, base, new ReadCounter());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CorruptError(join(directory, entry.file), 'the manifest names it, but it is missing');
  }
}

/** What a check that found nothing wrong covered. */
export interface CheckReport {
  schema: 'shortlist.check@1';
  segments: number;
  documents: number;
  bytes: number;
  ok: true;
}

/**
 * Reads every byte of an index: the marker, the manifest, whole-file digests, every chunk checksum,
 * then what checksums can't tell (posting order, graph links, counts), structure by structure.
 * Time and reads are linear in the index; memory is that of the largest structure.
 * @throws the errors of opening, CorruptError with the first damage found
 */
export function checkIndex(
  directory: string,
  onProgress?: (bytes: number, total: number) => void,
): CheckReport {
  const manifest = readManifest(directory);
  if (!markerIsWhole(directory))
    throw new CorruptError(join(directory, 'shortlist.txt'), 'its text is not what we write');
  const total = manifest.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  let base = 0;
  let bytes = 0;
  for (const entry of manifest.segments) {
    const view = openNamed(directory, entry, base);
    try {
      view.reader.verify(entry.digest, (n) => {
        bytes += n;
        onProgress?.(bytes, total);
      });
      for (const { structure, name } of structuresOf(manifest.schema))
        structure.check(name, manifest.schema, view);
    } finally {
      view.reader.close();
    }
    base += entry.documents;
  }
  return {
    schema: 'shortlist.check@1',
    segments: manifest.segments.length,
    documents: manifest.documents,
    bytes: total,
    ok: true,
  };
}
