// node bench/vectors/filters.mjs --sets sift-128-200k
// Search under filters: recall@10 of the filtered exact answer and queries per CPU second of each plan, over selectivities,
// where what is left has nothing to do with the query, lies near it, or lies far from it. Writes bench/results/<date>-filters/.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { cachePath, digest } from './lib/cache.mjs';
import { prepareSet } from './lib/data.mjs';
import { checkout, ROOT } from './lib/homes.mjs';
import { commandLine, load, machine } from './lib/machine.mjs';
import { random, shuffle } from './lib/random.mjs';
import { readVecs } from './lib/vecs.mjs';

const USAGE = `usage: node bench/vectors/filters.mjs [options]
  --sets NAMES     folders, or names under ../shared/data, comma-separated (default sift-128-200k)
  --kinds SPECS    separated by spaces (default 'hnsw ivf')
  --metric NAME    in place of the sets' own
  --queries N      of the set's own (default 200)
  --base-queries   rows of the base as queries instead: to choose settings by
  --out FOLDER     default bench/results/<date>-filters
  --no-write       print the tables only`;

const K = 10;
const SHARES = [0.5, 0.1, 0.01, 0.001];
const RELATIONS = ['random', 'near', 'far'];
const PLANS = { hnsw: ['scan', 'walk', 'post'], ivf: ['scan', 'lists'] };
/** Rows whose balls the near and far filters leave: a query takes the nearest of them, or the farthest. */
const PIVOTS = 8;
/** Queries that share a filter are asked together, as they would be in a batch; a cell is measured so long at least. */
const LEAST_MS = 150;

const { values: options } = parseArgs({
  options: {
    sets: { type: 'string', default: 'sift-128-200k' },
    kinds: { type: 'string', default: 'hnsw ivf' },
    queries: { type: 'string', default: '200' },
    metric: { type: 'string' },
    'base-queries': { type: 'boolean', default: false },
    out: { type: 'string' },
    'no-write': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (options.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const say = (text) => process.stderr.write(`${text}\n`);
const { buildIndex, openIndex } = await import(pathToFileURL(join(ROOT, 'dist/index.js')).href);

/** Squared distance; of unit vectors it orders as the cosine does. */
function distance(a, i, b, j, dim) {
  let sum = 0;
  for (let d = 0; d < dim; d++) sum += (a[i * dim + d] - b[j * dim + d]) ** 2;
  return sum;
}

function shuffled(count) {
  return shuffle(
    Uint32Array.from({ length: count }, (_, i) => i),
    random(11),
  );
}

/** A number field `random`, a permutation, and `near0`, `near1`, …: the rank of a row by its distance to a pivot. */
function fieldsOf({ data, dim, rows }) {
  const order = shuffled(rows);
  const pivots = [...order.subarray(0, PIVOTS)];
  const ranks = pivots.map((pivot) => {
    const distances = Float64Array.from({ length: rows }, (_, i) => distance(data, pivot, data, i, dim));
    const rank = new Uint32Array(rows);
    [...rank.keys()]
      .sort((a, b) => distances[a] - distances[b])
      .forEach((row, at) => {
        rank[row] = at;
      });
    return rank;
  });
  return { order, pivots, ranks };
}

async function indexOf(set, base, fields, kind) {
  const folder = cachePath('filters', `${set.name.replaceAll('/', '-')}-${digest(kind, checkout().commit)}`);
  if (existsSync(folder)) rmSync(folder, { recursive: true });
  const records = `${folder}.jsonl`;
  const lines = [];
  for (let row = 0; row < base.rows; row++) {
    const near = fields.ranks.map((rank, p) => [`near${p}`, rank[row]]);
    lines.push(JSON.stringify({ _id: String(row), random: fields.order[row], ...Object.fromEntries(near) }));
  }
  writeFileSync(records, `${lines.join('\n')}\n`);
  await buildIndex({
    inputs: [records],
    vectors: [`emb=${set.given.base}`],
    metric: [set.metric],
    vectorIndex: [kind],
    store: 'none',
    output: folder,
    force: true,
  });
  rmSync(records);
  const index = await openIndex(folder);
  index.warm();
  const close = () => {
    index.close();
    rmSync(folder, { recursive: true });
  };
  return { index, close };
}

/** Queries, each with the filter of a relation and a share. */
function questions(queries, base, fields, relation, share) {
  const limit = Math.round(share * base.rows);
  return queries.map((vector) => {
    if (relation === 'random') return { vectors: { emb: vector }, filter: `random < ${limit}` };
    const away = fields.pivots.map((pivot) => distance(vector, 0, base.data, pivot, base.dim));
    const wanted = relation === 'near' ? Math.min(...away) : Math.max(...away);
    return { vectors: { emb: vector }, filter: `near${away.indexOf(wanted)} < ${limit}` };
  });
}

async function answers(index, asked, settings) {
  const hits = [];
  for (const query of asked)
    hits.push((await index.search(query, { k: K, ...settings })).hits.map(({ id }) => id));
  return hits;
}

async function measure(index, asked, truth, filterPlan) {
  const found = await answers(index, asked, { filterPlan });
  let right = 0;
  let wanted = 0;
  let fewest = K;
  for (const [q, ids] of found.entries()) {
    const set = new Set(truth[q]);
    right += ids.filter((id) => set.has(id)).length;
    wanted += set.size;
    fewest = Math.min(fewest, ids.length);
  }
  let rounds = 0;
  const before = process.cpuUsage();
  const began = performance.now();
  while (performance.now() - began < LEAST_MS) {
    await answers(index, asked, { filterPlan });
    rounds++;
  }
  const { user, system } = process.cpuUsage(before);
  return {
    recall: right / wanted,
    fewest,
    qps: (rounds * asked.length * 1e6) / (user + system),
  };
}

async function ofSet(name) {
  const prepared = await prepareSet(name);
  const set = { ...prepared, metric: options.metric ?? prepared.metric };
  const base = readVecs(set.given.base);
  const own = readVecs(set.given.query);
  const count = Math.min(Number(options.queries), own.rows);
  const from = options['base-queries'] ? base : own;
  const step = options['base-queries'] ? Math.floor(base.rows / count) : 1;
  const queries = Array.from({ length: count }, (_, q) =>
    Float32Array.from(from.data.subarray(q * step * base.dim, (q * step + 1) * base.dim)),
  );
  say(`${set.name}: ranks`);
  const fields = fieldsOf(base);
  const kinds = [];
  for (const kind of options.kinds.split(' ')) {
    say(`${set.name}: ${kind}`);
    const { index, close } = await indexOf(set, base, fields, kind);
    const cells = [];
    for (const relation of RELATIONS) {
      for (const share of SHARES) {
        const asked = questions(queries, base, fields, relation, share);
        const truth = await answers(index, asked, { exact: true });
        const plans = {};
        for (const plan of [undefined, ...PLANS[kind.split(/[:+]/)[0]]]) {
          plans[plan ?? 'chosen'] = await measure(index, asked, truth, plan);
        }
        cells.push({ relation, share, plans });
        say(
          `${relation} ${share}: ${Object.entries(plans)
            .map(([plan, { recall, qps }]) => `${plan} ${recall.toFixed(3)} ${Math.round(qps)}`)
            .join(', ')}`,
        );
      }
    }
    close();
    kinds.push({ kind, cells });
  }
  return { name: set.name, rows: base.rows, dim: base.dim, metric: set.metric, queries: count, kinds };
}

function markdown(result) {
  const lines = [
    '# Search under filters',
    '',
    `\`${result.command}\` at ${result.checkout.commit}${result.checkout.changed ? ' with changes' : ''}, ${result.date}; ${result.machine.cpu}, Node ${result.machine.node}; load ${result.load} at the start.`,
    '',
    `recall@${K} of the filtered exact answer / queries per CPU second, one thread. *chosen* is what happens when nothing is said; the other plans are forced, and may be bad ones. *near*: the filter leaves a ball around the one of ${PIVOTS} rows that is nearest to the query; *far*: around the farthest.`,
  ];
  for (const set of result.sets) {
    for (const { kind, cells } of set.kinds) {
      const plans = Object.keys(cells[0].plans);
      lines.push(
        '',
        `## ${set.name} (${set.rows.toLocaleString('en-US')} × ${set.dim}, ${set.metric}), ${kind}`,
        '',
      );
      lines.push(
        `| filter | left | ${plans.join(' | ')} | fewest hits, chosen |`,
        `|---|---:|${plans.map(() => '---:|').join('')}---:|`,
      );
      for (const { relation, share, plans: figures } of cells) {
        const row = plans.map(
          (plan) =>
            `${figures[plan].recall.toFixed(3)} / ${Math.round(figures[plan].qps).toLocaleString('en-US')}`,
        );
        lines.push(`| ${relation} | ${share * 100} % | ${row.join(' | ')} | ${figures.chosen.fewest} |`);
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

const began = load();
const sets = [];
for (const name of options.sets.split(',')) sets.push(await ofSet(name));
const date = new Date().toISOString().slice(0, 10);
const result = {
  schema: 'shortlist.bench-filters@1',
  date,
  command: commandLine('filters.mjs'),
  checkout: checkout(),
  machine: machine(),
  load: began,
  k: K,
  sets,
};
const page = markdown(result);
if (!options['no-write']) {
  const folder = resolve(options.out ?? join(ROOT, 'bench/results', `${date}-filters`));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(result, undefined, 1)}\n`);
  writeFileSync(join(folder, 'README.md'), page);
}
process.stdout.write(page);
