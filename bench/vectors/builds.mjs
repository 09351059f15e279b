// node bench/vectors/builds.mjs --sets sift-128-200k --engines shortlist,hnswlib,hnswlib-u8 --rounds 2 --threads 1,2,4
// --engine NAME/SPEC adds one in its own words and may be repeated: --engine shortlist/hnsw:M=16,efConstruction=150.
// Races the building of indexes in interleaved rounds: CPU and wall time, and recall at fixed efforts, which says whether
// what was built is as good. Threads concern shortlist; whether all numbers of them gave the same bytes is said.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cachePath, digestFolder } from './lib/cache.mjs';
import { median } from './lib/curve.mjs';
import { prepareSet, recallAt } from './lib/data.mjs';
import { askOnce, Driver } from './lib/driver.mjs';
import { findEngine } from './lib/engines.mjs';
import { checkout } from './lib/homes.mjs';
import { commandLine, load, machine } from './lib/machine.mjs';
import { jobOf, K, ONE_PASS, startEngines } from './lib/race.mjs';

/** Efforts at which recall is compared. */
const EFFORTS = [40, 80, 160];
const say = (text) => process.stderr.write(`${text}\n`);
const seconds = (value) => value.toFixed(1);

async function buildOnce(set, { engine, started, threads }) {
  const index = cachePath('builds', 'index');
  rmSync(index, { recursive: true, force: true });
  const job = { ...jobOf(set, engine, started), index, threads };
  const told = await askOnce(started.command, 'build', job, threads === 1);
  const bytes = started.home === undefined ? undefined : digestFolder(index);
  return { ...told, bytes, job, load: load() };
}

/** Recall at each effort of the index that was built last. */
async function recalls(set, { engine, started }, job) {
  const driver = new Driver(started.command);
  try {
    await driver.ask('open', job);
    const found = {};
    if (!('ef' in engine.sweep(set)[0])) return found;
    for (const ef of EFFORTS) {
      await driver.ask('set', { ef });
      found[ef] = Number(recallAt(set, (await driver.ask('run', ONE_PASS)).ids, K).toFixed(4));
    }
    return found;
  } finally {
    await driver.close();
  }
}

function page({ date, command, commit, changed, machine: m, rounds, sets }) {
  const head = [
    'engine',
    'threads',
    'CPU s',
    'wall s',
    'of rounds',
    'peak MiB',
    ...EFFORTS.map((ef) => `recall, ef ${ef}`),
  ];
  const parts = sets.map(({ name, entries, sameBytes }) => {
    const rows = entries.map(({ engine, threads, cpuSeconds, wallSeconds, builds, peakRssBytes, recall }) => [
      engine,
      threads,
      seconds(cpuSeconds),
      seconds(wallSeconds),
      builds.map((build) => seconds(build.cpuSeconds)).join(', '),
      Math.round(peakRssBytes / 2 ** 20),
      ...EFFORTS.map((ef) => recall[ef]?.toFixed(4) ?? '–'),
    ]);
    const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
    const same = Object.entries(sameBytes).map(
      ([engine, is]) => `- ${engine}: ${is ? 'the same bytes' : 'DIFFERENT BYTES'} every time`,
    );
    return [`## ${name}`, lines.join('\n'), same.join('\n')].join('\n\n');
  });
  return `# Building vector indexes, ${date}

    ${command}

Commit ${commit}${changed ? ', sources changed since' : ''}. ${m.cpu}, ${m.cores} cores, ${m.platform}, Node ${m.node}. Medians
of ${rounds} interleaved rounds, CPU time of the whole process, reading the input and writing the index included; one thread is kept
to one core.

${parts.join('\n\n')}
`;
}

async function raceBuilds(set, entrants, rounds) {
  const runs = entrants
    .map((entrant) => ({ ...entrant, builds: [] }))
    .filter(({ engine }) => !engine.refuses(set));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < runs.length; turn++) {
      const run = runs[(turn + round) % runs.length];
      say(`${set.name}: round ${round + 1}, ${run.engine.name}, threads ${run.threads}, load ${load()}`);
      const { job, ...built } = await buildOnce(set, run);
      run.builds.push(built);
      if (round === 0) run.recall = await recalls(set, run, job);
    }
  }
  const of = (builds, key) => median(builds.map((build) => build[key]));
  const entries = runs.map(({ engine, threads, builds, recall }) => ({
    engine: engine.name,
    threads,
    cpuSeconds: of(builds, 'cpuSeconds'),
    wallSeconds: of(builds, 'wallSeconds'),
    peakRssBytes: of(builds, 'peakRssBytes'),
    indexBytes: of(builds, 'indexBytes'),
    recall,
    builds,
  }));
  const sameBytes = {};
  for (const { engine, builds } of entries) {
    if (builds[0].bytes === undefined) continue;
    const all = entries.filter((entry) => entry.engine === engine).flatMap((entry) => entry.builds);
    sameBytes[engine] = all.every(({ bytes }) => bytes === builds[0].bytes);
  }
  return { name: set.name, rows: set.rows, dim: set.dim, metric: set.metric, entries, sameBytes };
}

async function main() {
  const { values } = parseArgs({
    options: {
      sets: { type: 'string', default: 'sift-128-200k' },
      engines: { type: 'string', default: 'shortlist,hnswlib,hnswlib-u8' },
      engine: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '2' },
      threads: { type: 'string', default: '1,2,4' },
      out: { type: 'string' },
    },
  });
  const numbers = (text) => text.split(',').map(Number);
  const all = [...numbers(values.rounds), ...numbers(values.threads)];
  if (!all.every((value) => Number.isSafeInteger(value) && value >= 1)) {
    throw new Error('--rounds and --threads take whole numbers of at least 1');
  }
  const started = await startEngines([...values.engines.split(','), ...values.engine].map(findEngine));
  for (const { engine, reason } of started.absent) say(`${engine} is absent: ${reason}`);
  const entrants = started.entrants
    .filter(({ engine }) => !engine.keepsNoFile)
    .flatMap((entrant) =>
      (entrant.started.home === undefined ? [1] : numbers(values.threads)).map((threads) => ({
        ...entrant,
        threads,
      })),
    );
  const date = new Date().toISOString().slice(0, 10);
  const result = {
    schema: 'shortlist.bench.builds@1',
    date,
    command: commandLine('builds.mjs'),
    ...checkout(),
    machine: machine(),
    rounds: Number(values.rounds),
    engines: started.entrants.map(({ engine, started: { version, about } }) => ({
      name: engine.name,
      version,
      about,
    })),
    absent: started.absent,
    sets: [],
  };
  for (const name of values.sets.split(',')) {
    result.sets.push(await raceBuilds(await prepareSet(name), entrants, result.rounds));
  }
  const folder = resolve(values.out ?? `${import.meta.dirname}/../results/${date}-builds`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(result, undefined, 1)}\n`);
  writeFileSync(join(folder, 'README.md'), page(result));
  process.stdout.write(page(result));
}

main().catch((error) => {
  say(error.message);
  process.exit(1);
});
