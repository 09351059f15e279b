import type { Worker } from 'node:worker_threads';
import type { Query } from '../branch/index.js';
import { ExitCode, ShortlistError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import { startThread, threadFault } from '../threads/index.js';
import type { HitExplanation, RecallResult, RecallSettings } from './recaller.js';

/** What a worker is asked. */
export type WorkerRequest =
  | { kind: 'warm'; branches: string[] | undefined }
  | { kind: 'search'; query: Query; settings: RecallSettings; explain: boolean }
  | { kind: 'searchMany'; queries: Query[]; settings: RecallSettings };

/** What it answers, in the order of its requests. */
export type WorkerReply =
  | { kind: 'done' }
  | { kind: 'answer'; answer: PoolAnswer }
  | { kind: 'answers'; answers: PoolAnswer[] }
  | { kind: 'failed'; name: string; message: string; code?: string; exitCode?: number };

export interface PoolAnswer {
  result: RecallResult;
  /** Parallel to the hits, where explanations were asked for. */
  explanations: HitExplanation[];
  /** Time of the search in its thread. */
  ms: number;
}

interface Waiting {
  resolve(reply: WorkerReply): void;
  reject(error: unknown): void;
}

/**
 * Worker threads that answer queries, each with the index open for itself and its own copy of what
 * it loads. Memory is that of one reader times the threads.
 */
export class RecallPool {
  readonly threads: number;
  private readonly members: { worker: Worker; waiting: Waiting[] }[] = [];

  /** @param index its directory is opened again in each worker, which must find the same state */
  constructor(index: IndexReader, threads: number) {
    this.threads = threads;
    const digests = index.manifest.segments.map((segment) => segment.digest);
    for (let i = 0; i < threads; i++) {
      const worker = startThread('worker', { directory: index.directory, digests });
      const member = { worker, waiting: [] as Waiting[] };
      worker.on('message', (reply: WorkerReply) => member.waiting.shift()?.resolve(reply));
      worker.on('error', (error) => {
        const cause = threadFault(error, 'a search thread');
        for (const { reject } of member.waiting.splice(0)) reject(cause);
      });
      this.members.push(member);
    }
  }

  async warm(branches: string[] | undefined): Promise<void> {
    await Promise.all(this.members.map((member) => this.ask(member, { kind: 'warm', branches })));
  }

  /** Hands the query to the thread with the least to do. */
  async search(query: Query, settings: RecallSettings, explain = false): Promise<PoolAnswer> {
    const reply = await this.ask(this.idlest(), { kind: 'search', query, settings, explain });
    if (reply.kind !== 'answer') throw new Error('a search thread answered something else');
    return reply.answer;
  }

  /** The same of several queries, which one thread answers together. */
  async searchMany(queries: Query[], settings: RecallSettings): Promise<PoolAnswer[]> {
    const reply = await this.ask(this.idlest(), { kind: 'searchMany', queries, settings });
    if (reply.kind !== 'answers') throw new Error('a search thread answered something else');
    return reply.answers;
  }

  private idlest() {
    return this.members.reduce((least, member) =>
      member.waiting.length < least.waiting.length ? member : least,
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map(({ worker }) => worker.terminate()));
  }

  private async ask(
    member: { worker: Worker; waiting: Waiting[] },
    request: WorkerRequest,
  ): Promise<WorkerReply> {
    const reply = await new Promise<WorkerReply>((resolve, reject) => {
      member.waiting.push({ resolve, reject });
      member.worker.postMessage(request);
    });
    if (reply.kind !== 'failed') return reply;
    if (reply.code !== undefined)
      throw new ShortlistError(reply.code, reply.exitCode ?? ExitCode.bug, reply.message);
    throw Object.assign(new Error(reply.message), { name: reply.name });
  }
}
