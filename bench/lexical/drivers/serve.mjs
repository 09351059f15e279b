// What every driver in JavaScript shares: it answers JSON lines, as native/ does in other languages. An engine is
//   version                     text
//   build(job)                  makes job.index of job.docs; may return {cpuSeconds, wallSeconds, peakRssBytes} when
//                               another process did the work
//   open(job)                   loads job.index
//   prepare(mode, words)        a query as the engine takes it, made before the clock starts; mode: or, and, phrase
//   search(query, k)            numbers of the documents found, best first
// Any of them may be async but prepare. Without build() the engine is built in open() from job.docs and keeps no file.
import { readFileSync } from 'node:fs';
import { cpuSeconds, peakRssBytes, prepare, talk } from '../../vectors/drivers/serve.mjs';

/** Lines of a file of tokens. */
export function readLines(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  lines.pop();
  return lines;
}

export function serve(engine) {
  return talk(({ cmd, ...fields }) => {
    if (cmd === 'hello') return { version: engine.version };
    if (cmd === 'run') return run(engine, fields);
    if (cmd === 'build' || cmd === 'open') return prepare(engine, cmd, fields);
    throw new Error(`no command '${cmd}'`);
  });
}

async function run(engine, { mode, queries, most, k, warmUpMs, minCpuMs, minPasses }) {
  const asked = readLines(queries)
    .slice(0, most)
    .map((line) => engine.prepare(mode, line.split(' ')));
  const found = [];
  const microseconds = new Array(asked.length);
  const pass = async () => {
    for (let i = 0; i < asked.length; i++) {
      const from = performance.now();
      found[i] = await engine.search(asked[i], k);
      microseconds[i] = (performance.now() - from) * 1000;
    }
  };
  for (const end = cpuSeconds() + warmUpMs / 1000; cpuSeconds() < end; ) await pass();
  const passes = [];
  const walls = [];
  for (let total = 0; total < minCpuMs / 1000 || passes.length < minPasses; ) {
    const from = cpuSeconds();
    const wall = performance.now();
    await pass();
    walls.push((performance.now() - wall) / 1000);
    passes.push(cpuSeconds() - from);
    total += passes.at(-1);
    // A pass that is long by itself need not be made again.
    if (total > minCpuMs / 100) break;
  }
  microseconds.sort((a, b) => a - b);
  const at = (share) => microseconds[Math.min(asked.length - 1, Math.floor(share * asked.length))];
  return {
    queries: asked.length,
    cpuSeconds: passes,
    wallSeconds: walls,
    p50: at(0.5),
    p99: at(0.99),
    hits: found.reduce((sum, { length }) => sum + length, 0),
    ids: found,
    peakRssBytes: peakRssBytes(),
  };
}
