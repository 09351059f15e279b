// One set, all engines: build each index alone, open all, find the settings worth timing, then time them in turn.
import { existsSync } from 'node:fs';
import { Absent } from '../native/compile.mjs';
import { cachePath, digest, once } from './cache.mjs';
import { frontier, median } from './curve.mjs';
import { recallAt } from './data.mjs';
import { askOnce, Driver } from './driver.mjs';
import { GRAPH } from './engines.mjs';
import { load } from './machine.mjs';

/** Recalls that figures are given at. */
export const RECALLS = [0.9, 0.95, 0.99, 0.995];
/** Neighbours asked for. */
export const K = 10;
/** A sweep ends here, */
const ENOUGH_RECALL = 0.998;
/** and settings below this are not timed, but for the best of them, which brackets 0.90. */
const LEAST_RECALL = 0.86;
/** Queries answered before the clock starts at each setting. */
const WARM_UP = 200;
/** All queries once, for their answers. */
export const ONE_PASS = { minCpuMs: 1, minPasses: 1, warmUp: 0 };

/**
 * @param entrants {engine, started} each, as startEngines() gives them
 * @param options rounds, minCpuMs (CPU time of a measurement at least), rebuild, say(text)
 * @returns entries with figures, and absent: [{engine, reason}]
 */
export async function raceSet(set, entrants, options) {
  const absent = [];
  const racers = [];
  for (const { engine, started } of entrants) {
    const reason = engine.refuses(set);
    if (reason !== undefined) {
      absent.push({ engine: engine.name, reason });
      continue;
    }
    try {
      racers.push(await enter(set, engine, started, options));
    } catch (error) {
      absent.push({ engine: engine.name, reason: error.message });
    }
  }
  try {
    await timeRounds(set, racers, options);
  } finally {
    await Promise.all(racers.map(({ driver }) => driver.close()));
  }
  return { racers, absent };
}

/** Starts every engine's program; one that can't is absent. */
export async function startEngines(engines) {
  const entrants = [];
  const absent = [];
  for (const engine of engines) {
    try {
      const started = await engine.start();
      const { version } = await askOnce(started.command, 'hello');
      entrants.push({ engine, started: { ...started, version } });
    } catch (error) {
      absent.push({
        engine: engine.name,
        reason: error instanceof Absent ? error.message : `${error.message}`,
      });
    }
  }
  return { entrants, absent };
}

/** What drivers are told of a set and an engine; every value is a string or a number. */
export function jobOf(set, engine, started) {
  const spec = engine.spec(set);
  const bytes = spec === 'u8';
  const job = {
    rows: set.rows,
    dim: set.dim,
    queries: set.queries,
    k: K,
    // Rows of length 1 under cosine, where nearest is the greatest inner product.
    metric: set.metric,
    base: bytes ? set.baseBytes : set.base,
    query: bytes ? set.queryBytes : set.query,
    givenBase: set.given.base,
    givenQuery: set.given.query,
    spec,
    threads: 1,
    ...GRAPH,
  };
  const key = digest(started.id, JSON.stringify(job));
  const index = cachePath(
    'index',
    set.name.replaceAll('/', '-'),
    `${engine.name.replace(/[^\w.@-]/g, '_')}-${key}`,
  );
  return { ...job, index };
}

async function enter(set, engine, started, { rebuild, say }) {
  const job = jobOf(set, engine, started);
  let build;
  if (!engine.keepsNoFile) {
    if (rebuild || !existsSync(`${job.index}.json`)) say(`${set.name}: ${engine.name} builds`);
    build = await once(job.index, rebuild, async () => {
      const loadBefore = load();
      const told = await askOnce(started.command, 'build', job);
      return { ...told, date: new Date().toISOString().slice(0, 10), load: [loadBefore, load()] };
    });
  }
  const driver = new Driver(started.command);
  try {
    const opened = await driver.ask('open', job);
    if (engine.keepsNoFile) build = { ...opened, indexBytes: undefined };
    // Taken before settings change: to change one, some engines load their index again.
    await driver.ask('set', engine.sweep(set)[0]);
    const { peakRssBytes } = await driver.ask('run', ONE_PASS);
    const points = await scout(set, engine, driver);
    say(`${set.name}: ${engine.name} has ${points.length} settings to time, recall ${range(points)}`);
    return { engine, started, job, build, opened, driver, points, peakRssBytes };
  } catch (error) {
    await driver.close();
    throw error;
  }
}

const range = (points) => `${points[0]?.recall.toFixed(4)} to ${points.at(-1)?.recall.toFixed(4)}`;

/**
 * Tries the engine's settings, a pass each, untimed as figures go: it only leaves out those that no figure needs (far
 * below 0.90, beyond 0.998, and of several knobs those that others beat clearly).
 */
async function scout(set, engine, driver) {
  const tried = [];
  const ways = waysOf(engine.sweep(set));
  const knobs = Math.max(ways.length, ...ways.map(([params]) => Object.keys(params).length));
  for (const way of ways) {
    const several = Object.keys(way[0]).length > 1;
    for (const [i, params] of way.entries()) {
      await driver.ask('set', params);
      const answer = await driver.ask('run', ONE_PASS);
      const recall = recallAt(set, answer.ids, K);
      tried.push({ params, recall, qps: set.queries / answer.cpuSeconds[0] });
      if (recall >= ENOUGH_RECALL && (!several || i % 4 === 3)) break;
    }
  }
  const byRecall = [...tried].sort((a, b) => a.recall - b.recall);
  const curve = frontier(tried);
  const useful = byRecall.filter(
    (point) =>
      knobs <= 1 || curve.every((other) => other.recall < point.recall || other.qps * 0.85 <= point.qps),
  );
  const below = useful.filter(({ recall }) => recall < LEAST_RECALL).at(-1);
  const kept = useful.filter((point) => point.recall >= LEAST_RECALL || point === below);
  return kept.map(({ params, recall }) => ({ params, recall, roundQps: [], passes: [] }));
}

/** Settings with the same knobs: each such way to trade recall for speed is swept by itself. */
function waysOf(sweep) {
  const ways = new Map();
  for (const params of sweep) {
    const knobs = Object.keys(params).join();
    ways.set(knobs, [...(ways.get(knobs) ?? []), params]);
  }
  return [...ways.values()];
}

/** Round by round, setting by setting, one engine after the other; who starts changes with the round. */
async function timeRounds(set, racers, { rounds, minCpuMs, say }) {
  const longest = Math.max(0, ...racers.map(({ points }) => points.length));
  for (let round = 0; round < rounds; round++) {
    say(`${set.name}: round ${round + 1} of ${rounds}, load ${load()}`);
    for (let step = 0; step < longest; step++) {
      for (let turn = 0; turn < racers.length; turn++) {
        const racer = racers[(turn + round) % racers.length];
        const point = racer.points[step];
        if (point === undefined) continue;
        await racer.driver.ask('set', point.params);
        const answer = await racer.driver.ask('run', { minCpuMs, minPasses: 3, warmUp: WARM_UP });
        const recall = recallAt(set, answer.ids, K);
        if (recall !== point.recall) point.otherRecalls = [...(point.otherRecalls ?? []), recall];
        point.roundQps.push(set.queries / median(answer.cpuSeconds));
        point.passes.push(answer.cpuSeconds);
      }
    }
  }
  for (const { points } of racers) for (const point of points) point.qps = median(point.roundQps);
}
