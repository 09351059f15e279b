// A finished race as plain data: what results.json holds of a set.
import { qpsAt, ratioAt } from './curve.mjs';
import { RECALLS } from './race.mjs';

/** Engines that others are given as ratios to, where they took part. */
export const REFERENCES = ['hnswlib', 'hnswlib-u8'];

const rounded = (value, digits = 4) => (value === undefined ? undefined : Number(value.toPrecision(digits)));

/** @param loads load average before and after */
export function setResult(set, racers, absent, cold, loads) {
  const engines = racers.map((racer) => engineResult(set, racer, racers));
  const { name, rows, dim, metric, queries, bytes } = set;
  return {
    name,
    rows,
    dim,
    metric,
    components: bytes ? 'whole numbers 0 to 255' : 'float32',
    queries: `all ${queries} rows of the set's query file; sweeps are fixed grids, nothing was chosen by them`,
    load: loads,
    engines,
    absent,
    cold: cold.map(({ wallMs, leastMs, ...rest }) => ({
      ...rest,
      wallMs: rounded(wallMs),
      leastMs: rounded(leastMs),
    })),
  };
}

function engineResult(set, racer, racers) {
  const { engine, job, build, opened, points, peakRssBytes } = racer;
  const ratios = {};
  for (const reference of REFERENCES) {
    const other = racers.find((one) => one.engine.name === reference);
    if (other === undefined || other === racer) continue;
    ratios[reference] = Object.fromEntries(
      RECALLS.map((recall) => [recall, roundedRatio(ratioAt(points, other.points, recall))]),
    );
  }
  const qps = RECALLS.map((recall) => [recall, qpsAt(points, recall)]);
  return {
    name: engine.name,
    spec: job.spec,
    build: {
      cpuSeconds: rounded(build.cpuSeconds),
      wallSeconds: rounded(build.wallSeconds),
      peakRssBytes: build.peakRssBytes,
      date: build.date,
      load: build.load,
    },
    indexBytes: build.indexBytes,
    bytesPerVector: build.indexBytes === undefined ? undefined : rounded(build.indexBytes / set.rows),
    openSeconds: rounded(opened.wallSeconds),
    peakRssBytes,
    qpsAtRecall: Object.fromEntries(
      qps
        .filter(([, at]) => at !== undefined)
        .map(([recall, at]) => [recall, { ...at, qps: Math.round(at.qps) }]),
    ),
    ratios,
    points: points.map(({ params, recall, otherRecalls, qps: all, roundQps, passes }) => ({
      params,
      recall: rounded(recall, 6),
      otherRecalls,
      qps: Math.round(all),
      roundQps: roundQps.map(Math.round),
      cpuSecondsOfPasses: passes.map((round) => round.map((seconds) => rounded(seconds))),
    })),
  };
}

function roundedRatio(at) {
  if (at === undefined) return undefined;
  return { ratio: rounded(at.ratio, 3), low: rounded(at.low, 3), high: rounded(at.high, 3), bound: at.bound };
}
