// One corpus, all engines: build each index alone, open all, then ask them in turn.
import { cachePath, digest, once } from '../../vectors/lib/cache.mjs';
import { median } from '../../vectors/lib/curve.mjs';
import { askOnce, Driver } from '../../vectors/lib/driver.mjs';
import { load } from '../../vectors/lib/machine.mjs';
import { idOf } from './engines.mjs';

export const MODES = ['or', 'and', 'phrase'];
export const K = 10;
/** CPU time of an engine before its clock starts, in its first round. */
const WARM_UP_MS = 4000;

function jobOf(corpus, { engine, started }, positions = true) {
  const job = { docs: corpus.docs, records: corpus.records, positions };
  const key = digest(idOf(started), JSON.stringify(job));
  return { ...job, index: cachePath('lexical-index', `${engine.name}-${key}`) };
}

/** Builds one index alone. */
async function build(corpus, entrant, positions, { rebuild, say }) {
  const job = jobOf(corpus, entrant, positions);
  return {
    job,
    built: await once(job.index, rebuild, async () => {
      say(`${corpus.name}: ${entrant.engine.name} builds${positions ? '' : ', without positions'}`);
      const before = load();
      return { ...(await askOnce(entrant.started.command, 'build', job)), load: [before, load()] };
    }),
  };
}

async function enter(corpus, entrant, options) {
  const { engine, started } = entrant;
  const keepsFile = engine.modes.includes('phrase');
  const { job, built } = keepsFile
    ? await build(corpus, entrant, true, options)
    : { job: jobOf(corpus, entrant), built: undefined };
  const bare = engine.name === 'lucene' ? (await build(corpus, entrant, false, options)).built : undefined;
  if (!keepsFile) options.say(`${corpus.name}: ${engine.name} builds in memory`);
  const driver = new Driver(started.command);
  try {
    const opened = await driver.ask('open', job);
    return { engine, driver, built: built ?? { ...opened, indexBytes: undefined }, bare, runs: [], ids: {} };
  } catch (error) {
    await driver.close();
    throw error;
  }
}

/** @returns {name, documents, …, engines, absent} as results.json holds it */
export async function raceCorpus(corpus, entrants, options) {
  const { rounds, minCpuMs, say } = options;
  const absent = [];
  const racers = [];
  for (const entrant of entrants) {
    try {
      racers.push(await enter(corpus, entrant, options));
    } catch (error) {
      absent.push({ engine: entrant.engine.name, reason: error.message });
    }
  }
  try {
    for (let round = 0; round < rounds; round++) {
      for (const mode of MODES) {
        for (let turn = 0; turn < racers.length; turn++) {
          const racer = racers[(turn + round) % racers.length];
          if (!racer.engine.modes.includes(mode)) continue;
          say(`${corpus.name}: round ${round + 1}, ${mode}, ${racer.engine.name}, load ${load()}`);
          const { ids, ...told } = await racer.driver.ask('run', {
            mode,
            queries: mode === 'phrase' ? corpus.phrases : corpus.queries,
            most: racer.engine.most ?? Math.max(corpus.queryCount, corpus.phraseCount),
            k: K,
            warmUpMs: round === 0 && racer.engine.most === undefined ? WARM_UP_MS : 0,
            minCpuMs,
            minPasses: 3,
          });
          racer.ids[mode] ??= ids;
          racer.runs.push({ round, mode, ...told });
        }
      }
    }
  } finally {
    await Promise.all(racers.map(({ driver }) => driver.close()));
  }
  const ours = racers.find(({ engine }) => engine.name === 'shortlist');
  const { docs, records, queries, phrases, ...facts } = corpus;
  return {
    ...facts,
    engines: racers.map((racer) => figures(racer, ours, corpus)),
    absent,
  };
}

/** Share of an engine's hits that ours found, too, and whether both found as many. */
function agreement(ids, ours) {
  let same = 0;
  let all = 0;
  let counts = 0;
  ids.forEach((found, i) => {
    const set = new Set(ours[i]);
    same += found.filter((id) => set.has(id)).length;
    all += found.length;
    counts += found.length === ours[i].length ? 1 : 0;
  });
  return { overlap: same / all, sameCounts: counts / ids.length };
}

function figures({ engine, built, bare, runs, ids }, ours, { postings }) {
  const modes = {};
  for (const mode of MODES) {
    const mine = runs.filter((run) => run.mode === mode);
    if (mine.length === 0) continue;
    const qps = (key) => mine.map((run) => run.queries / median(run[key]));
    const roundQps = qps('cpuSeconds');
    modes[mode] = {
      queries: mine[0].queries,
      cpuQps: median(roundQps),
      wallQps: median(qps('wallSeconds')),
      p50: median(mine.map(({ p50 }) => p50)),
      p99: median(mine.map(({ p99 }) => p99)),
      hits: mine[0].hits,
      roundQps,
      ratio: ours && ratioTo(ours, roundQps, mode),
      agreement: ours?.ids[mode] && agreement(ids[mode], ours.ids[mode]),
      passes: mine.map(({ cpuSeconds }) => cpuSeconds),
    };
  }
  return {
    name: engine.name,
    build: built,
    bytesPerPosting: built.indexBytes && built.indexBytes / postings,
    bytesWithoutPositions: bare && bare.indexBytes / postings,
    peakRssBytes: Math.max(...runs.map(({ peakRssBytes }) => peakRssBytes)),
    modes,
  };
}

/** Ours over theirs, within each round: median, least, greatest. */
function ratioTo({ runs }, theirs, mode) {
  const mine = runs.filter((run) => run.mode === mode).map((run) => run.queries / median(run.cpuSeconds));
  const ratios = theirs.map((qps, round) => mine[round] / qps).sort((a, b) => a - b);
  return { ratio: median(ratios), low: ratios[0], high: ratios.at(-1) };
}
