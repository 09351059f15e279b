// What every driver in JavaScript shares: it answers JSON lines as native/protocol.hpp does. An engine is
//   version                     text
//   build(job)                  makes job.index of job.base; may return {cpuSeconds, wallSeconds, peakRssBytes} when
//                               another process did the work
//   open(job)                   loads job.index and the queries
//   set(params)                 ef, nprobe …
//   search(count, k, ids)       answers the first `count` queries into ids (Int32Array, k a query, -1 where none)
// Any of them may be async.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { sizeOf } from '../lib/cache.mjs';

/** Seconds of user and system time of all threads of this process. */
export function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export const peakRssBytes = () => process.resourceUsage().maxRSS * 1024;

/** Rows of a raw float32 file as views of one array. */
export function readRows(path, dim) {
  const bytes = readFileSync(path);
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return Array.from({ length: all.length / dim }, (_, row) => all.subarray(row * dim, (row + 1) * dim));
}

/** Talks until stdin ends; `oneshot JOB` as arguments opens, answers one query and leaves. */
export async function serve(engine) {
  const [mode, job] = process.argv.slice(-2);
  if (mode === 'oneshot') return oneShot(engine, JSON.parse(job));
  const state = { queries: 0, k: 10 };
  return talk((request) => answer(engine, request, state));
}

/** Answers each line of stdin until it ends, errors too. @param answer of a request, an object */
export async function talk(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    let reply;
    try {
      reply = await answer(JSON.parse(line));
    } catch (error) {
      reply = { error: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}

async function oneShot(engine, job) {
  await engine.open(job);
  await engine.set(job);
  const ids = new Int32Array(job.k).fill(-1);
  await engine.search(1, job.k, ids);
  process.stdout.write(`${ids.join('\n')}\n`);
  process.stderr.write(JSON.stringify({ peakRssBytes: peakRssBytes() }));
}

async function answer(engine, { cmd, ...fields }, state) {
  if (cmd === 'hello') return { version: engine.version };
  if (cmd === 'build' || cmd === 'open') {
    if (cmd === 'open') Object.assign(state, { queries: fields.queries, k: fields.k });
    return prepare(engine, cmd, fields);
  }
  if (cmd === 'set') {
    await engine.set(fields);
    return {};
  }
  if (cmd === 'run') return run(engine, fields, state);
  throw new Error(`no command '${cmd}'`);
}

/** Builds or opens. @param cmd 'build' or 'open' @returns what it took, and what the engine tells */
export async function prepare(engine, cmd, job) {
  const cpu = cpuSeconds();
  const wall = performance.now();
  const told = await engine[cmd](job);
  return {
    cpuSeconds: cpuSeconds() - cpu,
    wallSeconds: (performance.now() - wall) / 1000,
    peakRssBytes: peakRssBytes(),
    indexBytes: sizeOf(job.index),
    ...told,
  };
}

async function run(engine, { minCpuMs, minPasses, warmUp }, { queries, k }) {
  const ids = new Int32Array(queries * k).fill(-1);
  await engine.search(Math.min(queries, warmUp), k, ids);
  const passes = [];
  const enough = minCpuMs / 1000;
  // A pass that is long by itself need not be made three times.
  for (let total = 0; total < enough || (passes.length < minPasses && total < 10 * enough); ) {
    const from = cpuSeconds();
    await engine.search(queries, k, ids);
    const took = cpuSeconds() - from;
    passes.push(took);
    total += took;
  }
  return { cpuSeconds: passes, peakRssBytes: peakRssBytes(), ids: Array.from(ids) };
}
