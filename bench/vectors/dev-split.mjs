// node bench/vectors/dev-split.mjs SET FOLDER [QUERIES=500]
// Makes a set to try settings out on: rows of SET's base become the queries and leave the base; true neighbours by brute
// force. SET's own queries are not looked at.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareSet } from './lib/data.mjs';
import { random } from './lib/random.mjs';
import { packVecs, readVecs } from './lib/vecs.mjs';

const SEED = 7;
const DEPTH = 100;

function choose(rows, count) {
  const next = random(SEED);
  const chosen = new Set();
  while (chosen.size < count) chosen.add(Math.floor(next() * rows));
  return [...chosen].sort((a, b) => a - b);
}

/** Float64 sums of one query against one row, as the metric's distance: the smaller the nearer. */
const DISTANCE = {
  l2(x, y) {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
    return sum;
  },
  ip(x, y) {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
    return -sum;
  },
  cosine(x, y) {
    let dot = 0;
    let a = 0;
    let b = 0;
    for (let i = 0; i < x.length; i++) {
      dot += x[i] * y[i];
      a += x[i] * x[i];
      b += y[i] * y[i];
    }
    return 1 - dot / Math.sqrt(a * b);
  },
};

/** The DEPTH nearest rows of base, ties by the lower row. */
function nearest(distance, query, base) {
  const distances = Float64Array.from(base, (row) => distance(query, row));
  const bound = Float64Array.from(distances).sort()[DEPTH - 1];
  const rows = [];
  for (let row = 0; row < distances.length; row++) if (distances[row] <= bound) rows.push(row);
  rows.sort((a, b) => distances[a] - distances[b] || a - b);
  return rows.slice(0, DEPTH).map((row) => ({ row, distance: distances[row] }));
}

const [name, folder, wanted = '500'] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: node bench/vectors/dev-split.mjs SET FOLDER [QUERIES]\n');
  process.exit(2);
}
const set = await prepareSet(name);
const { dim, rows, data } = readVecs(set.given.base);
const count = Number(wanted);
if (!Number.isSafeInteger(count) || count < 1 || rows - count < DEPTH) {
  process.stderr.write(`QUERIES '${wanted}': a whole number that leaves ${DEPTH} of ${rows} rows\n`);
  process.exit(2);
}
const chosen = new Set(choose(rows, count));
const row = (i) => data.subarray(i * dim, (i + 1) * dim);
const base = [];
const queries = [];
for (let i = 0; i < rows; i++) (chosen.has(i) ? queries : base).push(row(i));

const ids = new Int32Array(count * DEPTH);
const distances = new Float32Array(count * DEPTH);
queries.forEach((query, q) => {
  nearest(DISTANCE[set.metric], query, base).forEach((found, i) => {
    ids[q * DEPTH + i] = found.row;
    distances[q * DEPTH + i] = found.distance;
  });
});

const flat = (list) => {
  const out = new data.constructor(list.length * dim);
  list.forEach((vector, i) => {
    out.set(vector, i * dim);
  });
  return out;
};
const ending = data instanceof Uint8Array ? 'bvecs' : 'fvecs';
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, `base.${ending}`), packVecs(flat(base), dim));
writeFileSync(join(folder, `query.${ending}`), packVecs(flat(queries), dim));
writeFileSync(join(folder, 'gt.ivecs'), packVecs(ids, DEPTH));
writeFileSync(join(folder, 'gt_dist.fvecs'), packVecs(distances, DEPTH));
process.stdout.write(
  `${folder}: ${base.length} vectors of ${dim}, ${queries.length} queries, ${set.metric}\n`,
);
