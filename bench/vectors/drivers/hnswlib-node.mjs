// hnswlib-node: Node's binding of hnswlib, compiled on installation. Vectors cross as plain arrays, one a call.
import hnswlib from 'hnswlib-node';
import packageJson from 'hnswlib-node/package.json' with { type: 'json' };
import { readRows, serve } from './serve.mjs';

const spaceOf = (job) => (job.metric === 'l2' ? 'l2' : 'ip');
let graph;
let queries;

serve({
  version: packageJson.version,

  build(job) {
    const made = new hnswlib.HierarchicalNSW(spaceOf(job), job.dim);
    made.initIndex({ maxElements: job.rows, m: job.M, efConstruction: job.efConstruction });
    for (const [row, vector] of readRows(job.base, job.dim).entries()) made.addPoint(Array.from(vector), row);
    made.writeIndexSync(job.index);
  },

  open(job) {
    queries = readRows(job.query, job.dim).map((vector) => Array.from(vector));
    graph = new hnswlib.HierarchicalNSW(spaceOf(job), job.dim);
    graph.readIndexSync(job.index);
  },

  set({ ef }) {
    graph.setEf(ef);
  },

  search(count, k, ids) {
    for (let q = 0; q < count; q++) ids.set(graph.searchKnn(queries[q], k).neighbors, q * k);
  },
});
