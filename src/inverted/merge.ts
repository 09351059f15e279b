import { setImmediate } from 'node:timers/promises';
import type { SpillDirectory, SpillFile } from '../storage/index.js';
import { PostingList } from './posting-list.js';
import { type Run, RunWriter, SpilledRun } from './run.js';

/** Runs merged at once; more are merged in passes, so that read buffers stay useful. */
const FAN_IN = 64;
const MIN_BUFFER_BYTES = 64 * 1024;
const MAX_BUFFER_BYTES = 1 << 20;
/** Occurrences between two visits to the event loop: some tens of milliseconds. */
const YIELD_OCCURRENCES = 1 << 20;

/** Receives each term once, ascending, with all its postings. */
export type OnTerm = (term: Uint8Array, list: PostingList) => void;

/**
 * Merges spilled runs, in the order of their documents, and one run in memory behind them. What
 * comes out depends on the tokens alone, not on how they were dealt among the runs.
 * Memory: `memoryBytes` of read buffers (at least 64 KiB a run), and the longest list.
 */
export async function mergeRuns(
  files: SpillFile[],
  last: Run,
  spills: SpillDirectory,
  memoryBytes: number,
  onTerm: OnTerm,
): Promise<void> {
  let runs = files;
  while (runs.length > FAN_IN) {
    const merged: SpillFile[] = [];
    for (let i = 0; i < runs.length; i += FAN_IN) {
      const writer = new RunWriter(spills);
      await mergeOnce(open(runs.slice(i, i + FAN_IN), memoryBytes), (term, list) => writer.add(term, list));
      merged.push(writer.finish());
    }
    runs = merged;
  }
  await mergeOnce([...open(runs, memoryBytes), last], onTerm);
}

function open(files: SpillFile[], memoryBytes: number): Run[] {
  const share = Math.floor(memoryBytes / Math.max(1, files.length));
  const bytes = Math.min(MAX_BUFFER_BYTES, Math.max(MIN_BUFFER_BYTES, share));
  return files.map((file) => new SpilledRun(file, bytes));
}

async function mergeOnce(runs: Run[], onTerm: OnTerm): Promise<void> {
  const heap = new RunHeap(runs);
  const list = new PostingList();
  let term = new Uint8Array(0);
  let since = 0;
  for (let run = heap.top(); run !== undefined; run = heap.top()) {
    term = run.term as Uint8Array<ArrayBuffer>;
    list.clear();
    // Equal terms come in the order of the runs, so documents ascend.
    while (run !== undefined && Buffer.compare(run.term as Uint8Array, term) === 0) {
      run.appendTo(list);
      heap.advance();
      run = heap.top();
    }
    onTerm(term, list);
    since += list.occurrences;
    if (since >= YIELD_OCCURRENCES) {
      since = 0;
      await setImmediate();
    }
  }
  for (const run of runs) run.close();
}

/** Binary heap of runs: lowest term on top, of equal terms the earlier run. */
class RunHeap {
  private readonly heap: { run: Run; order: number }[];

  constructor(runs: Run[]) {
    this.heap = runs.map((run, order) => ({ run, order })).filter(({ run }) => run.next());
    for (let i = this.heap.length >> 1; i >= 0; i--) this.siftDown(i);
  }

  top(): Run | undefined {
    return this.heap[0]?.run;
  }

  /** Moves the top run to its next term. */
  advance(): void {
    if (!this.heap[0].run.next()) {
      const last = this.heap.pop() as { run: Run; order: number };
      if (this.heap.length === 0) return;
      this.heap[0] = last;
    }
    this.siftDown(0);
  }

  private before(a: number, b: number): boolean {
    const [x, y] = [this.heap[a], this.heap[b]];
    const order = Buffer.compare(x.run.term as Uint8Array, y.run.term as Uint8Array);
    return order < 0 || (order === 0 && x.order < y.order);
  }

  private siftDown(from: number): void {
    for (let at = from; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.heap.length && this.before(child, least)) least = child;
      }
      if (least === at) return;
      [this.heap[at], this.heap[least]] = [this.heap[least], this.heap[at]];
      at = least;
    }
  }
}
