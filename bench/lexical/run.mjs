// node bench/lexical/run.mjs --corpora msdocs-en,dotnet-docs-zh --engines shortlist,lucene --rounds 3
// Races text engines on the same tokens and writes bench/results/<date>-lexical/. See bench/README.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout, ROOT } from '../vectors/lib/homes.mjs';
import { commandLine, load, machine } from '../vectors/lib/machine.mjs';
import { startEngines } from '../vectors/lib/race.mjs';
import { prepareCorpus } from './lib/corpus.mjs';
import { ALL_ENGINES, findEngine } from './lib/engines.mjs';
import { page } from './lib/page.mjs';
import { raceCorpus } from './lib/race.mjs';
import { barsSvg } from './lib/svg.mjs';

const USAGE = `usage: node bench/lexical/run.mjs [options]
  --corpora NAMES   folders with corpus.jsonl.gz, or names under ../shared/data, comma-separated (default msdocs-en);
                    NAME:pieces cuts every passage into documents of ten tokens
  --engines NAMES   comma-separated, or 'all' (default shortlist,lucene): ${ALL_ENGINES.join(', ')}
  --rounds N        interleaved rounds (default 3)
  --min-cpu-ms N    CPU time of a measurement at least (default 1000)
  --rebuild         build indexes again that are in the cache
  --out FOLDER      default bench/results/<date>-lexical`;

const say = (text) => process.stderr.write(`${text}\n`);

async function main() {
  const { values } = parseArgs({
    options: {
      corpora: { type: 'string', default: 'msdocs-en' },
      engines: { type: 'string', default: 'shortlist,lucene' },
      rounds: { type: 'string', default: '3' },
      'min-cpu-ms': { type: 'string', default: '1000' },
      rebuild: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const [rounds, minCpuMs] = [values.rounds, values['min-cpu-ms']].map(Number);
  if (![rounds, minCpuMs].every((value) => Number.isSafeInteger(value) && value >= 1))
    throw new Error('--rounds and --min-cpu-ms take whole numbers of at least 1');
  const names = values.engines === 'all' ? ALL_ENGINES : values.engines.split(',');
  const { entrants, absent } = await startEngines(names.map(findEngine));
  for (const { engine, reason } of absent) say(`${engine} is absent: ${reason}`);
  const date = new Date().toISOString().slice(0, 10);
  const result = {
    schema: 'shortlist.bench.lexical@1',
    date,
    command: commandLine('run.mjs', 'bench/lexical'),
    ...checkout(),
    machine: machine(),
    rounds,
    engines: entrants.map(({ engine, started }) => ({
      name: engine.name,
      version: started.version,
      about: started.about,
    })),
    absent,
    corpora: [],
  };
  for (const name of values.corpora.split(',')) {
    const corpus = await prepareCorpus(name, say);
    const before = load();
    const raced = await raceCorpus(corpus, entrants, { rounds, minCpuMs, rebuild: values.rebuild, say });
    result.corpora.push({ ...raced, load: [before, load()] });
  }
  const folder = resolve(values.out ?? join(ROOT, 'bench/results', `${date}-lexical`));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(result, undefined, 1)}\n`);
  writeFileSync(join(folder, 'README.md'), page(result));
  for (const corpus of result.corpora)
    writeFileSync(join(folder, `speed-${corpus.name.replaceAll(/[/:]/g, '-')}.svg`), barsSvg(corpus, result));
  process.stdout.write(page(result));
}

main().catch((error) => {
  say(`bench: ${error.message}`);
  process.exitCode = 2;
});
