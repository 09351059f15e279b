/** A search thread of RecallPool: opens the index for itself and answers one request after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { IndexMissingError, ShortlistError } from '../errors/index.js';
import { type IndexReader, openReader } from '../index/index.js';
import { answerMany } from './many.js';
import type { WorkerReply, WorkerRequest } from './pool.js';
import { Recaller } from './recaller.js';

const { directory, digests } = workerData as { directory: string; digests: string[] };
let opened: Recaller | undefined;

function recaller(): Recaller {
  if (opened === undefined) {
    const index: IndexReader = openReader(directory);
    if (index.manifest.segments.some(({ digest }, i) => digest !== digests[i])) {
      throw new IndexMissingError(directory, 'the index was replaced while search threads opened it');
    }
    opened = new Recaller(index);
  }
  return opened;
}

function answer(request: WorkerRequest): WorkerReply {
  if (request.kind === 'warm') {
    recaller().warm(request.branches);
    return { kind: 'done' };
  }
  if (request.kind === 'searchMany') {
    return { kind: 'answers', answers: answerMany(recaller(), request.queries, request.settings) };
  }
  const started = performance.now();
  const result = recaller().search(request.query, request.settings);
  const ms = performance.now() - started;
  const explanations = request.explain ? result.hits.map((hit) => recaller().explain(hit)) : [];
  return { kind: 'answer', answer: { result, explanations, ms } };
}

parentPort?.on('message', (request: WorkerRequest) => {
  let reply: WorkerReply;
  try {
    reply = answer(request);
  } catch (error) {
    const { name, message } = error as Error;
    const known = error instanceof ShortlistError ? { code: error.code, exitCode: error.exitCode } : {};
    reply = { kind: 'failed', name, message, ...known };
  }
  parentPort?.postMessage(reply);
});
