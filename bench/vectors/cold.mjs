// node bench/vectors/cold.mjs [--runs 15] [--out FOLDER] INDEX=QUERIES…
// One query as a whole process, from its start to its end, the machine's file cache warm: wall time, CPU time, peak
// memory, reads. INDEX is one that shortlist built, QUERIES vectors of which the first is asked. Runs of 'node -e 0', of
// --help and of the queries take turns, on one core where there is taskset. QUERIES that is no file is a text to ask for.
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

/** The first vector of a file, in a file. */
function firstOf(queries, i) {
  const { dim, data } = readVecs(queries);
  const one = join(tmpdir(), `shortlist-cold-${process.pid}-${i}.fvecs`);
  writeFileSync(one, packVecs(Float32Array.from(data.subarray(0, dim)), dim));
  return one;
}

const { home, about } = await shortlistHome();
const cli = join(home, 'bin/shortlist.js');
const entrants = [
  { name: 'node -e 0', args: ['-e', '0'] },
  { name: 'shortlist --help', args: [cli, '--help'] },
];
for (const [i, positional] of positionals.entries()) {
  const [index, queries] = positional.split('=');
  const asked = existsSync(queries) ? ['--vector-file', firstOf(queries, i)] : [queries];
  const args = [cli, 'query', index, ...asked, '-k', '10', '--format', 'json'];
  entrants.push({ name: `query ${basename(index)}`, args, index });
}

const pinned = spawnSync('taskset', ['-c', '1', 'true']).status === 0 ? ['taskset', '-c', '1'] : [];
function run(args) {
  const [program, ...rest] = [...pinned, process.execPath, ...args];
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
for (const one of entrants) Object.assign(one, { walls: [], cpus: [], peaks: [] });
for (let i = 0; i <= runs; i++) {
  for (const one of entrants) {
    const { wallMs } = run(one.args);
    // Apart from the time: the hook is code too. It costs all the same.
    const { done } = run(['--require', HOOK, ...one.args]);
    // The first round brings files to the cache.
    if (i === 0) continue;
    const { cpuSeconds, peakRssBytes } = JSON.parse(done.output[3].toString());
    one.walls.push(wallMs);
    one.cpus.push(cpuSeconds * 1000);
    one.peaks.push(peakRssBytes);
  }
}
const bare = entrants[0];
const rows = entrants.map((one) => {
  const figures = {
    name: one.name,
    wallMs: median(one.walls),
    wallBeyondNodeMs: median(one.walls) - median(bare.walls),
    cpuMs: median(one.cpus),
    cpuBeyondNodeMs: median(one.cpus) - median(bare.cpus),
    peakRssBytes: median(one.peaks),
    raw: { wallMs: one.walls, cpuMs: one.cpus },
  };
  if (one.index === undefined) return figures;
  const { done } = run([...one.args, '--explain']);
  const { io } = JSON.parse(done.stdout.toString()).results[0];
  return { ...figures, indexBytes: sizeOf(one.index), io };
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
const lines = rows.map(
  ({ name, wallMs, wallBeyondNodeMs, cpuMs, cpuBeyondNodeMs, peakRssBytes, io, indexBytes }) =>
    `| ${name} | ${number(wallMs)} | ${number(wallBeyondNodeMs)} | ${number(cpuMs)} | ${number(cpuBeyondNodeMs)} | ${number(peakRssBytes / 2 ** 20)} | ${io ? `${io.reads}, ${number(io.bytes / 2 ** 20, 2)} MiB of ${number(indexBytes / 2 ** 20, 0)}` : ''} |`,
);
const page = `# One query as a whole process

${result.date}, ${result.machine.cpu}, ${result.machine.cores} cores, ${result.machine.node}; ${about}; medians of ${runs} runs taken in turn, load ${loadBefore} to ${result.load[1]}.
Files are in the system's cache. CPU time is user and system of the whole process up to its exit.

| process | wall ms | beyond node | CPU ms | beyond node | peak MiB | reads |
|---|---|---|---|---|---|---|
${lines.join('\n')}
`;
process.stdout.write(page);
if (values.out !== undefined) {
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, 'README.md'), page);
  writeFileSync(join(values.out, 'results.json'), `${JSON.stringify(result, undefined, 1)}\n`);
}
