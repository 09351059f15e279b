import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../errors/index.js';
import { fromSystem, syncDirectory } from '../storage/index.js';

export const MANIFEST = 'manifest.msgpack';
export const LOCK = 'lock';
const MARKER = 'shortlist.txt';
const MARKER_TEXT =
  'This folder is a search index made by shortlist. Its files belong together: do not edit or rename them.\n' +
  "See what is inside with 'shortlist info', verify it with 'shortlist check'.\n";

/** Named by content, so that a name never means two different files. */
export const SEGMENT_NAME = /^seg-[0-9a-f]{16}\.msgpack$/;
/** Scratch of a writer: spill files, files about to be renamed into place, stale locks. */
const SCRATCH_NAME = /^tmp-[0-9A-Za-z-]+$/;

export function segmentName(digest: string): string {
  return `seg-${digest.slice(0, 16)}.msgpack`;
}

function isOurName(name: string): boolean {
  return [MANIFEST, LOCK, MARKER].includes(name) || SEGMENT_NAME.test(name) || SCRATCH_NAME.test(name);
}

function entriesOf(path: string): string[] | undefined {
  try {
    return readdirSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR') throw new UsageError(`${path}: a file, not a directory; choose another output`);
    throw error;
  }
}

/**
 * Makes sure a directory is one we may write into, and marks it. A directory is ours when it is
 * empty, or holds our marker and only names of our pattern. A kill while the marker is being
 * written leaves a piece of it, which counts.
 * @returns true when the directory was created here
 * @throws UsageError for anything else: nothing in it is touched, --force or not
 */
export function claimDirectory(path: string): boolean {
  const entries = entriesOf(path);
  if (entries === undefined) {
    try {
      mkdirSync(path, { recursive: true });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOTDIR' || code === 'EEXIST') {
        throw new UsageError(`${path}: part of this path is a file; choose another output`);
      }
      throw fromSystem(error, path);
    }
  } else {
    const stranger = entries.find((name) => !isOurName(name));
    const marked = entries.includes(MARKER) && isMarker(join(path, MARKER), entries.length === 1);
    if (entries.length > 0 && (stranger !== undefined || !marked)) {
      const why = stranger === undefined ? `it lacks the file ${MARKER}` : `it holds '${stranger}'`;
      throw new UsageError(
        `${path}: not an index (${why}), so it will not be overwritten, not even with --force; choose another output`,
      );
    }
  }
  const marker = join(path, MARKER);
  try {
    if (!entries?.includes(MARKER) || !isMarker(marker, false))
      writeFileSync(marker, MARKER_TEXT, { flush: true });
    syncDirectory(path);
    if (entries === undefined) syncDirectory(dirname(resolve(path)));
  } catch (error) {
    throw fromSystem(error, path);
  }
  return entries === undefined;
}

/** @param partial accept a beginning of the text */
function isMarker(path: string, partial: boolean): boolean {
  const text = readFileSync(path, 'utf8');
  return partial ? MARKER_TEXT.startsWith(text) : text === MARKER_TEXT;
}

/** True when the marker stands as it was written: part of what `check` verifies. */
export function markerIsWhole(path: string): boolean {
  try {
    return isMarker(join(path, MARKER), false);
  } catch {
    return false;
  }
}

/**
 * Deletes what no manifest names: scratch of writers that died, segments of older states. The
 * caller holds the lock.
 * @param keep segment files of the current manifest; undefined keeps all
 */
export function cleanDirectory(path: string, keep: Set<string> | undefined): void {
  for (const name of entriesOf(path) ?? []) {
    const stale =
      SCRATCH_NAME.test(name) || (keep !== undefined && SEGMENT_NAME.test(name) && !keep.has(name));
    if (stale) rmSync(join(path, name), { force: true });
  }
}

/** Undoes claimDirectory after a failed first build: the directory is left as it was found. */
export function releaseDirectory(path: string, created: boolean): void {
  const entries = entriesOf(path) ?? [];
  if (entries.includes(MANIFEST)) return;
  rmSync(join(path, MARKER), { force: true });
  if (created && entries.every((name) => name === MARKER)) rmdirSync(path);
}

/** True when `path` is a directory. */
export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
