// The bench's own folder outside the repository: prepared data, compiled drivers, indexes. Safe to delete.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export const cacheFolder =
  process.env.SHORTLIST_BENCH_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'shortlist-bench');

/** A path in the cache whose folder exists. */
export function cachePath(...parts) {
  const path = join(cacheFolder, ...parts);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** First 12 hex digits of a SHA-256 over the parts: enough to tell versions of one thing apart. */
export function digest(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(typeof part === 'string' ? `${part}\n` : part);
  return hash.digest('hex').slice(0, 12);
}

/** Digest of every file under a folder, with their names. */
export function digestFolder(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return digest(...files.flatMap((file) => [file.slice(folder.length), readFileSync(file)]));
}

/** Bytes of a file, or of all files under a folder; 0 when there is nothing. */
export function sizeOf(path) {
  if (!existsSync(path)) return 0;
  if (!statSync(path).isDirectory()) return statSync(path).size;
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/**
 * The value that `make` gave for this path, from its note beside it when it was made before.
 * What `make` leaves behind is trusted only once the note is written, which is last.
 */
export async function once(path, again, make) {
  const note = `${path}.json`;
  if (!again && existsSync(note)) return JSON.parse(readFileSync(note, 'utf8'));
  rmSync(note, { force: true });
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  const value = await make();
  writeFileSync(note, JSON.stringify(value));
  return value;
}
