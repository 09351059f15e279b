// node bench/vectors/run.mjs --sets sift-128-200k --engines shortlist,hnswlib,hnswlib-u8 --rounds 3
// Races vector engines on the same data and writes bench/results/<date>-vectors/. See bench/README.md.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { coldRuns } from './lib/cold.mjs';
import { prepareSet } from './lib/data.mjs';
import { ALL_ENGINES, findEngine } from './lib/engines.mjs';
import { checkout } from './lib/homes.mjs';
import { commandLine, load, machine } from './lib/machine.mjs';
import { raceSet, startEngines } from './lib/race.mjs';
import { setResult } from './lib/result.mjs';
import { writeResults } from './lib/write.mjs';

const USAGE = `usage: node bench/vectors/run.mjs [options]
  --sets NAMES        folders, or names under ../shared/data, comma-separated (default sift-128-200k)
  --engines NAMES     comma-separated, or 'all' (default shortlist,hnswlib,hnswlib-u8): ${ALL_ENGINES.join(', ')}
  --engine NAME/SPEC  one more, in its own words; may be repeated: shortlist/ivf:nlist=512, faiss/IVF512,Flat,
                      shortlist@COMMIT
  --rounds N          interleaved rounds (default 3)
  --min-cpu-ms N      least CPU time of one measurement (default 300)
  --cold N            whole processes for one query, of each engine (default 7; 0: none)
  --rebuild           build indexes anew, though the cache has them
  --out FOLDER        default bench/results/<date>-vectors
  --no-write          print the tables only`;

const say = (text) => process.stderr.write(`${text}\n`);

function whole(text, name, least) {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`--${name} '${text}': a whole number of at least ${least}`);
  return value;
}

const ours = (name) => Number(name.startsWith('shortlist'));

function readOptions() {
  const { values } = parseArgs({
    options: {
      sets: { type: 'string', default: 'sift-128-200k' },
      engines: { type: 'string', default: 'shortlist,hnswlib,hnswlib-u8' },
      engine: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '3' },
      'min-cpu-ms': { type: 'string', default: '300' },
      cold: { type: 'string', default: '7' },
      rebuild: { type: 'boolean', default: false },
      out: { type: 'string' },
      'no-write': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  const list = (text) => text.split(',').filter((name) => name !== '');
  const named = values.engines === 'all' ? ALL_ENGINES : list(values.engines);
  return {
    sets: list(values.sets),
    // Ours first: the first curve is drawn strongest.
    engines: [...new Set([...named, ...values.engine])].sort((a, b) => ours(b) - ours(a)).map(findEngine),
    rounds: whole(values.rounds, 'rounds', 1),
    minCpuMs: whole(values['min-cpu-ms'], 'min-cpu-ms', 1),
    cold: whole(values.cold, 'cold', 0),
    rebuild: values.rebuild,
    out: values.out,
    write: !values['no-write'],
  };
}

async function main() {
  const options = readOptions();
  const date = new Date().toISOString().slice(0, 10);
  const { entrants, absent } = await startEngines(options.engines);
  for (const { engine, reason } of absent) say(`${engine} is absent: ${reason}`);
  const result = {
    schema: 'shortlist.bench.vectors@1',
    date,
    command: commandLine('run.mjs'),
    ...checkout(),
    machine: machine(),
    rounds: options.rounds,
    minCpuMs: options.minCpuMs,
    engines: entrants.map(({ engine, started }) => ({
      name: engine.name,
      version: started.version,
      about: started.about,
    })),
    absent,
    sets: [],
  };
  const folder = options.write
    ? resolve(options.out ?? `${import.meta.dirname}/../results/${date}-vectors`)
    : undefined;
  for (const name of options.sets) {
    const set = await prepareSet(name);
    const before = load();
    const { racers, absent: refused } = await raceSet(set, entrants, { ...options, say });
    const after = load();
    if (options.cold > 0) say(`${set.name}: cold queries`);
    const cold = options.cold > 0 ? coldRuns(set, racers, options.cold) : [];
    result.sets.push(setResult(set, racers, refused, cold, [before, after]));
    // After every set, so that a race that is cut short leaves what it found.
    writeResults(result, folder);
  }
  process.stdout.write(writeResults(result, folder));
  if (folder !== undefined) say(`written to ${folder}`);
}

main().catch((error) => {
  say(error.message);
  process.exit(1);
});
