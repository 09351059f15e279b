// usearch: spec "f32", or "i8", which is only right for vectors of length 1. All queries go in one call of one thread.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readRows, serve } from './serve.mjs';

const require = createRequire(import.meta.url);
const { Index } = require('usearch');
// Its package.json is not exported.
const home = require.resolve
  .paths('usearch')
  .find((path) => require.resolve('usearch').startsWith(join(path, 'usearch')));
const { version } = JSON.parse(readFileSync(join(home, 'usearch/package.json'), 'utf8'));

/** The effort of a search is fixed when an index is made, so every setting opens it anew. */
const make = (job, ef) =>
  new Index({
    dimensions: job.dim,
    metric: job.metric === 'l2' ? 'l2sq' : job.spec === 'i8' ? 'cos' : 'ip',
    quantization: job.spec,
    connectivity: job.M,
    expansion_add: job.efConstruction,
    expansion_search: ef,
    multi: false,
  });

let job;
let index;
let queries;

serve({
  version,

  build(wanted) {
    const rows = readRows(wanted.base, wanted.dim);
    const keys = BigUint64Array.from(rows, (_, row) => BigInt(row));
    const made = make(wanted, 10);
    made.add(keys, new Float32Array(rows[0].buffer, rows[0].byteOffset, rows.length * wanted.dim), 1);
    made.save(wanted.index);
  },

  open(wanted) {
    job = wanted;
    const rows = readRows(job.query, job.dim);
    queries = new Float32Array(rows[0].buffer, rows[0].byteOffset, rows.length * job.dim);
    index = undefined;
  },

  set({ ef }) {
    index = make(job, ef);
    index.load(job.index);
  },

  search(count, k, ids) {
    // A batch of one query is answered as a single result.
    const { keys, counts = [keys.length] } = index.search(queries.subarray(0, count * job.dim), k, 1);
    for (let q = 0; q < count; q++) {
      for (let i = 0; i < Number(counts[q]); i++) ids[q * k + i] = Number(keys[q * k + i]);
    }
  },
});
