import { type CompiledModule, instantiate, type SharedMemory } from '../../kernels/index.js';
import { doJob, type Job, type MemberSetup, setUp } from './jobs.js';

/** What a thread is started with. */
export interface MemberData {
  memory: SharedMemory;
  module: CompiledModule;
  control: SharedArrayBuffer;
  setup: MemberSetup;
}

/** Words of the control block that a team and its threads share. */
export const WORD = {
  /** Counts orders; threads sleep on it. */
  order: 0,
  /** First of the range that nobody has taken. */
  next: 1,
  /** Threads that are done with the order; the leader sleeps on it. */
  done: 2,
  job: 3,
  to: 4,
  chunk: 5,
  args: 8,
} as const;
export const CONTROL_BYTES = 4 * 24;
/** In place of a job: go home. */
export const GO_HOME = -1;

/** Takes pieces of the range until there is none; deterministic as long as pieces don't depend on each other. */
export function* pieces(control: Int32Array): Generator<{ from: number; to: number }> {
  const to = control[WORD.to];
  const chunk = control[WORD.chunk];
  for (;;) {
    const from = Atomics.add(control, WORD.next, chunk);
    if (from >= to) return;
    yield { from, to: Math.min(to, from + chunk) };
  }
}

/**
 * The life of a thread: sleeps until there is an order, works on it with the others, says so.
 * What it throws ends it, and reaches the leader as its 'error' event.
 */
export function serve({ memory, module, control: buffer, setup }: MemberData): void {
  const control = new Int32Array(buffer);
  const args = new Uint32Array(buffer).subarray(WORD.args);
  const kernels = instantiate(memory, module);
  setUp(kernels, setup);
  for (let order = 0; ; order++) {
    // A thread may see an order, and finish it, before the leader wakes those that sleep: that call then
    // wakes it too early for the next one. Only the count says whether there is one.
    while (Atomics.load(control, WORD.order) === order) Atomics.wait(control, WORD.order, order);
    if (control[WORD.job] === GO_HOME) return;
    for (const { from, to } of pieces(control)) {
      doJob(kernels, setup, control[WORD.job] as Job, from, to, args);
    }
    Atomics.add(control, WORD.done, 1);
    Atomics.notify(control, WORD.done);
  }
}
