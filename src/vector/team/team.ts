import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { type Arena, kernelModule } from '../../kernels/index.js';
import { startThread, threadFault } from '../../threads/index.js';
import { CONTROL_BYTES, GO_HOME, type MemberData, pieces, WORD } from './control.js';
import { doJob, type Job, type MemberSetup, setUp } from './jobs.js';

/** Longest time that signals wait. */
const TURN_MS = 50;
/** Below this many pieces of a range, waking others costs more than it saves. */
const WORTH_PIECES = 4;

/**
 * Threads that share an arena and take a range of work piece by piece, the calling thread among
 * them. What is written does not depend on who takes which piece: jobs are made so.
 */
export class Team {
  private readonly arena: Arena;
  private readonly own: MemberSetup;
  private readonly workers: Worker[];
  private readonly control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES));
  private readonly args = new Uint32Array(this.control.buffer).subarray(WORD.args);
  private lastTurn = performance.now();
  /** What ended a thread before it was sent home. */
  private fault: Error | undefined;

  private constructor(arena: Arena, own: MemberSetup) {
    this.arena = arena;
    this.own = own;
    this.workers = [];
    setUp(arena.kernels, own);
  }

  /** @param setups one for each thread, the first for the calling one */
  static async gather(arena: Arena, setups: MemberSetup[]): Promise<Team> {
    const team = new Team(arena, setups[0]);
    if (setups.length === 1) return team;
    try {
      await Promise.all(setups.slice(1).map((setup) => team.hire(setup)));
    } catch (error) {
      team.goHome();
      throw error;
    }
    return team;
  }

  /**
   * Does a job on `from` to `to`.
   * @param args of the job, see doJob
   * @param chunk units taken at once
   * @param turn called when 50 ms have gone by since the last time, while others work on
   */
  async run(
    job: Job,
    from: number,
    to: number,
    args: number[],
    chunk: number,
    turn?: (at: number) => void,
  ): Promise<void> {
    const { control } = this;
    this.args.set(args);
    control[WORD.job] = job;
    control[WORD.to] = to;
    control[WORD.chunk] = chunk;
    Atomics.store(control, WORD.next, from);
    const helped = this.workers.length > 0 && to - from >= WORTH_PIECES * chunk;
    if (helped) {
      Atomics.store(control, WORD.done, 0);
      Atomics.add(control, WORD.order, 1);
      Atomics.notify(control, WORD.order);
    }
    for (const piece of pieces(control)) {
      doJob(this.arena.kernels, this.own, job, piece.from, piece.to, this.args);
      if (performance.now() - this.lastTurn < TURN_MS) continue;
      turn?.(piece.to);
      await this.turn();
    }
    if (!helped) return;
    for (;;) {
      const done = Atomics.load(control, WORD.done);
      if (done === this.workers.length) break;
      if (Atomics.wait(control, WORD.done, done, TURN_MS) === 'timed-out') await this.turn();
      // Its threads' ends are events: a turn lets them in.
      if (this.fault !== undefined) throw this.fault;
    }
  }

  /** Sends the threads away; the arena stays. */
  goHome(): void {
    this.control[WORD.job] = GO_HOME;
    Atomics.add(this.control, WORD.order, 1);
    Atomics.notify(this.control, WORD.order);
    // Those in the middle of something need not finish it.
    for (const worker of this.workers) void worker.terminate();
  }

  /** Starts a thread. @returns when it is at work */
  private async hire(setup: MemberSetup): Promise<void> {
    const control = this.control.buffer as SharedArrayBuffer;
    const data: MemberData = { memory: this.arena.memory, module: kernelModule(), control, setup };
    const worker = startThread('build-worker', data);
    this.workers.push(worker);
    await new Promise<void>((resolve, reject) => {
      const end = (error: Error) => {
        this.fault ??= error;
        reject(error);
      };
      worker.once('message', () => resolve());
      worker.on('error', (error) => end(threadFault(error, 'a thread of the build')));
      worker.on('exit', (code) => end(new Error(`a thread of the build left with code ${code}`)));
    });
  }

  private async turn(): Promise<void> {
    await nextTurn();
    this.lastTurn = performance.now();
  }
}
