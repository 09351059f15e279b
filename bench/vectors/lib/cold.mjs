// A whole process for one query: from its start to its end, the machine's file cache warm, nothing loaded.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { median } from './curve.mjs';
import { engineEnvironment } from './driver.mjs';

const HOOK = resolve(import.meta.dirname, '../drivers/usage-hook.cjs');
/** Middling effort for every engine; shortlist's own default. */
const EFFORT = { ef: 100, nprobe: 32, k_factor_rf: 8 };

/**
 * @param racers as raceSet gives them @param runs processes of each, interleaved
 * @returns by engine, and 'node -e 0': wall milliseconds (median, least), and peak bytes of memory
 */
export function coldRuns(set, racers, runs) {
  const bare = { name: 'node -e 0', command: [process.execPath, '-e', '0'] };
  const entrants = [
    bare,
    ...racers.filter(({ engine }) => !engine.keepsNoFile).map((racer) => entrant(set, racer)),
  ];
  for (const one of entrants) Object.assign(one, { walls: [], ...memory(one) });
  for (let run = 0; run < runs; run++) {
    for (const one of entrants) {
      const from = performance.now();
      const done = spawn(one.command);
      one.walls.push(performance.now() - from);
      if (done.status !== 0) one.failed = done.stderr.toString().trim().split('\n').at(-1);
    }
  }
  return entrants.map(({ name, walls, peakRssBytes, io, failed }) => ({
    engine: name,
    ...(failed === undefined
      ? { wallMs: median(walls), leastMs: Math.min(...walls), peakRssBytes, io }
      : { failed }),
  }));
}

function entrant(set, { engine, started, job }) {
  if (started.home === undefined) {
    const effort = Object.fromEntries(Object.keys(engine.sweep(set)[0]).map((knob) => [knob, EFFORT[knob]]));
    const command = [...started.command, 'oneshot', JSON.stringify({ ...job, ...effort })];
    return { name: engine.name, command };
  }
  const cli = join(started.home, 'bin/shortlist.js');
  const args = [cli, 'query', job.index, '--vector-file', set.oneQuery, '-k', '10', '--format', 'json'];
  return { name: engine.name, command: [process.execPath, ...args], hooked: args };
}

/** Peak memory, measured apart from the time: the command line tells it through a hook, drivers on stderr. */
function memory({ command, hooked }) {
  if (hooked === undefined) {
    const tail = /\{"peakRssBytes":\d+\}$/.exec(spawn(command).stderr.toString());
    return tail === null ? {} : JSON.parse(tail[0]);
  }
  const explained = spawn([process.execPath, '--require', HOOK, ...hooked, '--explain']);
  if (explained.status !== 0) return {};
  const { peakRssBytes } = JSON.parse(explained.output[3].toString());
  return { peakRssBytes, io: JSON.parse(explained.stdout.toString()).results?.[0]?.io };
}

function spawn([program, ...args]) {
  return spawnSync(program, args, {
    env: engineEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  });
}
