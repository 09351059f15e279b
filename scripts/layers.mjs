// Checks that imports between the rooms of src/ point one way, and prints the largest files.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A room may import from rooms on later lines only; rooms on one line don't know each other. */
const LAYERS = [
  ['library', 'cli'],
  ['report'],
  ['evaluation'],
  ['recall'],
  ['index'],
  ['sparse', 'reorder'],
  ['inverted', 'vector', 'forward', 'columns'],
  ['filter'],
  ['branch'],
  ['schema'],
  ['analysis'],
  ['ciff', 'embedding'],
  ['records'],
  ['segment'],
  ['storage', 'threads'],
  ['kernels'],
  ['errors', 'version'],
];
const LARGE_BYTES = 17 * 1024;

const src = fileURLToPath(new URL('../src/', import.meta.url));
const level = new Map(LAYERS.flatMap((rooms, i) => rooms.map((room) => [room, i])));
const roomOf = (path) => relative(src, path).split(sep)[0].replace(/\.ts$/, '');
const files = readdirSync(src, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name));

let wrong = 0;
const graph = new Map();
for (const file of files) {
  const from = roomOf(file);
  if (!level.has(from)) {
    console.error(`${relative(src, file)}: room '${from}' is not in the list of layers`);
    wrong++;
    continue;
  }
  if (file.includes(`${sep}assembly${sep}`)) continue;
  const targets = [];
  for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
    const path = join(file, '..', target).replace(/\.js$/, '.ts');
    targets.push(path);
    const to = roomOf(path);
    if (to === from) continue;
    if (!(level.get(to) > level.get(from))) {
      console.error(`${relative(src, file)} imports ${target}: '${from}' may not know '${to}'`);
      wrong++;
    }
  }
  graph.set(file, targets);
}

// Cycles between files hide inside a room.
const state = new Map();
const visit = (file, trail) => {
  if (state.get(file) === 'done' || !graph.has(file)) return;
  if (state.get(file) === 'open') {
    const loop = [...trail.slice(trail.indexOf(file)), file].map((path) => relative(src, path));
    console.error(`cycle: ${loop.join(' → ')}`);
    wrong++;
    return;
  }
  state.set(file, 'open');
  for (const target of graph.get(file)) visit(target, [...trail, file]);
  state.set(file, 'done');
};
for (const file of graph.keys()) visit(file, []);

const sizes = files.map((file) => [statSync(file).size, relative(src, file)]).sort((a, b) => b[0] - a[0]);
console.log(`${files.length} files, median ${sizes[sizes.length >> 1][0]} bytes; the largest:`);
for (const [bytes, file] of sizes.slice(0, 10))
  console.log(`${String(bytes).padStart(7)}  ${file}${bytes > LARGE_BYTES ? '  (large)' : ''}`);
if (wrong > 0) {
  console.error(`${wrong} imports go the wrong way`);
  process.exit(1);
}
