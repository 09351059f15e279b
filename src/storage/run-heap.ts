/** A sorted run, read forwards. */
export interface SortedRun {
  /** Moves to the next entry. @returns false behind the last one */
  next(): boolean;
}

/** Binary heap of sorted runs: the lowest key on top, of equal keys the earlier run. Moving on is O(log runs). */
export class RunHeap<R extends SortedRun> {
  private readonly keyOf: (run: R) => Uint8Array;
  private readonly heap: { run: R; order: number }[];

  /** @param runs before their first entry @param keyOf of the entry a run stands on */
  constructor(runs: R[], keyOf: (run: R) => Uint8Array) {
    this.keyOf = keyOf;
    this.heap = runs.map((run, order) => ({ run, order })).filter(({ run }) => run.next());
    for (let i = this.heap.length >> 1; i >= 0; i--) this.siftDown(i);
  }

  /** The run whose entry is the lowest; undefined when all are read. */
  top(): R | undefined {
    return this.heap[0]?.run;
  }

  /** Moves the top run to its next entry. */
  advance(): void {
    if (!this.heap[0].run.next()) {
      const last = this.heap.pop() as { run: R; order: number };
      if (this.heap.length === 0) return;
      this.heap[0] = last;
    }
    this.siftDown(0);
  }

  private before(a: number, b: number): boolean {
    const [x, y] = [this.heap[a], this.heap[b]];
    const order = Buffer.compare(this.keyOf(x.run), this.keyOf(y.run));
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
