import { setImmediate } from 'node:timers/promises';
import { RunHeap, type SpillDirectory, type SpillFile } from '../storage/index.js';
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
      const writer = new RunWriter(spills.create('terms'));
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
  const heap = new RunHeap(runs, (run) => run.term as Uint8Array);
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
