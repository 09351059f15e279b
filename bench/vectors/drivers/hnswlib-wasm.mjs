// hnswlib-wasm: hnswlib compiled by Emscripten for browsers. It refuses to start without a `window` and can't read or write
// files in Node, so it is given a window, and opening builds the graph anew in memory.

import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readRows, serve } from './serve.mjs';

const home = dirname(createRequire(import.meta.url).resolve('hnswlib-wasm/package.json'));
const { version } = createRequire(import.meta.url)('hnswlib-wasm/package.json');
globalThis.window = globalThis;
const factory = readdirSync(join(home, 'dist')).find((name) => /^hnswlib-[0-9a-f]+\.js$/.test(name));
const { default: load } = await import(pathToFileURL(join(home, 'dist', factory)).href);
const library = await load();

let graph;
let queries;

serve({
  version,

  build() {
    throw new Error('hnswlib-wasm keeps no files in Node: opening builds the graph');
  },

  open(job) {
    queries = readRows(job.query, job.dim);
    graph = new library.HierarchicalNSW(job.metric === 'l2' ? 'l2' : 'ip', job.dim, '');
    graph.initIndex(job.rows, job.M, job.efConstruction, 100);
    for (const [row, vector] of readRows(job.base, job.dim).entries()) graph.addPoint(vector, row, false);
  },

  set({ ef }) {
    graph.setEfSearch(ef);
  },

  search(count, k, ids) {
    for (let q = 0; q < count; q++) ids.set(graph.searchKnn(queries[q], k, undefined).neighbors, q * k);
  },
});
