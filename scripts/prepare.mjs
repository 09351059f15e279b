// What npm runs after an installation, and before the first `npx shortlist` in a checkout: builds dist/ unless it is there
// and newer than all that it is made of. A dist/ that is in use stays as it is.
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = [
  'src',
  'scripts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.types.json',
];
/** What a build writes last, by this version of Node: see code-cache.mjs. */
const last = createRequire(import.meta.url)('../bin/shortlist.js').cacheOf(
  join(root, 'dist/query.cjs'),
  'vector',
);

const timeOf = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

/** Newest time of a file, or of any file below a folder. */
function newest(path) {
  if (!statSync(path).isDirectory()) return timeOf(path);
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(...files.map((entry) => timeOf(join(entry.parentPath, entry.name))));
}

/** Whether dist/ is whole and newer than its sources. */
function isBuilt() {
  const built = timeOf(last);
  return built !== undefined && SOURCES.every((name) => newest(join(root, name)) <= built);
}

if (!isBuilt()) await import('./build.mjs');
