// node bench/vectors/cold.mjs [--runs 15] [--out FOLDER] INDEX=QUERIES…
// One query as a whole process, from its start to its end, the machine's file cache warm: wall time, CPU time, peak
// memory, reads. INDEX is one that shortlist built, QUERIES a file of vectors, of which each run asks another, the first
// `runs` in turn, or a text. Runs of 'node -e 0', of --help and of the queries take turns, each on one core (where there is
// taskset; what V8 compiles beside then takes its time from the query) and on any. What is beyond Node is the median of the
// differences within a turn.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sizeOf } from './lib/cache.mjs';
import { median } from './lib/curve.mjs';
import { engineEnvironment } from './lib/driver.mjs';
import { shortlistHome } from './lib/homes.mjs';
import { load, machine } from './lib/machine.mjs';
import { packVecs, readVecs } from './lib/vecs.mjs';

const HOOK = resolve(import.meta.dirname, 'drivers/usage-hook.cjs');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '15' },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const runs = Number(values.runs);
const usage =
  'usage: node bench/vectors/cold.mjs [--runs N] [--out FOLDER] INDEX=QUERIES…\n  QUERIES: a file of vectors, or a text\n';
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
if (positionals.length === 0 || !Number.isSafeInteger(runs) || runs < 1) {
  process.stderr.write(usage);
  process.exit(2);
}

/** The first vectors of a file, each in a file. */
function vectorsOf(queries, i) {
  const { dim, data } = readVecs(queries);
  const count = Math.min(runs, data.length / dim);
  return Array.from({ length: count }, (_, row) => {
    const one = join(tmpdir(), `shortlist-cold-${process.pid}-${i}-${row}.fvecs`);
    writeFileSync(one, packVecs(Float32Array.from(data.subarray(row * dim, (row + 1) * dim)), dim));
    return ['--vector-file', one];
  });
}

const { home, about } = await shortlistHome();
const cli = join(home, 'bin/shortlist.js');
const entrants = [
  { name: 'node -e 0', args: () => ['-e', '0'] },
  { name: 'shortlist --help', args: () => [cli, '--help'] },
];
for (const [i, positional] of positionals.entries()) {
  const [index, queries] = positional.split('=');
  const asked = existsSync(queries) ? vectorsOf(queries, i) : [[queries]];
  const args = (turn) => [cli, 'query', index, ...asked[turn % asked.length], '-k', '10', '--format', 'json'];
  entrants.push({ name: `query ${basename(index)}`, args, index, asked: asked.length });
}

const pinned = spawnSync('taskset', ['-c', '1', 'true']).status === 0 ? ['taskset', '-c', '1'] : [];
function run(args, cores = pinned) {
  const [program, ...rest] = [...cores, process.execPath, ...args];
  const from = performance.now();
  const done = spawnSync(program, rest, {
    env: engineEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  });
  const wallMs = performance.now() - from;
  if (done.status !== 0) throw new Error(`${args.join(' ')}: ${done.stderr}`);
  return { wallMs, done };
}

const loadBefore = load();
for (const one of entrants) Object.assign(one, { walls: [], free: [], cpus: [], peaks: [] });
for (let i = 0; i <= runs; i++) {
  for (const one of entrants) {
    const args = one.args(i);
    const { wallMs } = run(args);
    const free = run(args, []).wallMs;
    // Apart from the time: the hook is code too. It costs all the same.
    const { done } = run(['--require', HOOK, ...args]);
    // The first round brings files to the cache.
    if (i === 0) continue;
    const { cpuSeconds, peakRssBytes } = JSON.parse(done.output[3].toString());
    one.walls.push(wallMs);
    one.free.push(free);
    one.cpus.push(cpuSeconds * 1000);
    one.peaks.push(peakRssBytes);
  }
}
const bare = entrants[0];
/** Median of the differences within a turn. */
const beyond = (of, from) => median(of.map((value, i) => value - from[i]));
const rows = entrants.map((one) => {
  const figures = {
    name: one.name,
    wallMs: median(one.walls),
    wallBeyondNodeMs: beyond(one.walls, bare.walls),
    shareOfNode: median(one.walls.map((value, i) => value / bare.walls[i])) - 1,
    anyCoreMs: median(one.free),
    anyCoreBeyondNodeMs: beyond(one.free, bare.free),
    cpuMs: median(one.cpus),
    cpuBeyondNodeMs: beyond(one.cpus, bare.cpus),
    peakRssBytes: Math.max(...one.peaks),
    raw: { wallMs: one.walls, anyCoreMs: one.free, cpuMs: one.cpus },
  };
  if (one.index === undefined) return figures;
  const io = Array.from({ length: one.asked }, (_, i) => {
    const { done } = run([...one.args(i), '--explain']);
    return JSON.parse(done.stdout.toString()).results[0].io;
  });
  const reads = median(io.map(({ reads }) => reads));
  const bytes = median(io.map(({ bytes }) => bytes));
  return {
    ...figures,
    indexBytes: sizeOf(one.index),
    reads,
    mostReads: Math.max(...io.map((of) => of.reads)),
    bytes,
  };
});

const result = {
  machine: machine(),
  shortlist: about,
  date: new Date().toISOString().slice(0, 10),
  runs,
  load: [loadBefore, load()],
  rows,
};
const number = (value, digits = 1) => value.toFixed(digits);
const lines = rows.map((of) =>
  [
    '',
    of.name,
    number(of.wallMs),
    number(of.wallBeyondNodeMs),
    number(of.shareOfNode, 2),
    number(of.anyCoreMs),
    number(of.anyCoreBeyondNodeMs),
    number(of.cpuBeyondNodeMs),
    number(of.peakRssBytes / 2 ** 20),
    of.reads === undefined
      ? ''
      : `${of.reads} (${of.mostReads}), ${number(of.bytes / 2 ** 20, 2)} MiB of ${number(of.indexBytes / 2 ** 20, 0)}`,
    '',
  ]
    .join(' | ')
    .trim(),
);
const page = `# One query as a whole process

${result.date}, ${result.machine.cpu}, ${result.machine.cores} cores, ${result.machine.node}; ${about}; medians of ${runs} runs taken in turn, differences within a turn, load ${loadBefore} to ${result.load[1]}.
Files are in the system's cache. Each run asks for another vector of the set's queries, or for the same words. One core: what V8 compiles
beside takes its time from the query. CPU time is user and system of the whole process up to its exit; memory the greatest
of all runs; reads the median (and most) of the queries.

| process | ms on one core | beyond node | share of node | ms on any core | beyond node | CPU beyond node | peak MiB | reads |
|---|---|---|---|---|---|---|---|---|
${lines.join('\n')}
`;
process.stdout.write(page);
if (values.out !== undefined) {
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, 'README.md'), page);
  writeFileSync(join(values.out, 'results.json'), `${JSON.stringify(result, undefined, 1)}\n`);
}
