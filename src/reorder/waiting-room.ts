import { setImmediate } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import type { AnalyzerSpec } from '../analysis/index.js';
import { ResourceError } from '../errors/index.js';
import { formatBytes } from '../kernels/index.js';
import type { IndexDocument } from '../schema/index.js';
import type { SpillDirectory, SpillFile } from '../storage/index.js';
import { bisect, bisectionBytes } from './bisection.js';
import { TermCollector } from './term-collector.js';

/** Documents between two looks at how much memory is held. */
const LOOK_EVERY = 1024;
/** Work for so long is not interrupted. */
const TURN_MS = 50;

/**
 * Documents of a segment wait here, in a spill file, until their order is known. Their terms stay in memory: 4 bytes for each
 * document of each term, and a few for each term and document.
 */
export class WaitingRoom {
  private readonly file: SpillFile;
  private collector: TermCollector | undefined;
  private readonly memoryBytes: number;
  private ends = new Float64Array(1024);
  private documents = 0;

  /** @param memoryBytes that terms may take */
  constructor(analyzer: AnalyzerSpec, spills: SpillDirectory, memoryBytes: number) {
    this.file = spills.create('waiting');
    this.collector = new TermCollector(analyzer);
    this.memoryBytes = memoryBytes;
  }

  /** @throws ResourceError when its terms take more than the memory there may be */
  add(document: IndexDocument): void {
    if (this.documents === this.ends.length) {
      const ends = new Float64Array(this.documents * 2);
      ends.set(this.ends);
      this.ends = ends;
    }
    this.file.append(serialize(document));
    this.ends[this.documents++] = this.file.length;
    this.collector!.add(document.texts);
    if (this.documents % LOOK_EVERY === 0) this.require(this.collector!.bytes);
  }

  /** The documents in their new order, which may be gone through once. Signals are let in. @throws ResourceError */
  async *ordered(
    progress: (step: string, done: number, total: number) => void,
  ): AsyncGenerator<IndexDocument> {
    let last = performance.now();
    const pause = async (step: string, done: number) => {
      if (performance.now() - last < TURN_MS) return;
      progress(step, done, this.documents);
      await setImmediate();
      last = performance.now();
    };
    const order = await this.order(pause);
    let done = 0;
    for (const document of order) {
      const from = document === 0 ? 0 : this.ends[document - 1];
      const bytes = Buffer.allocUnsafeSlow(this.ends[document] - from);
      this.file.read(bytes, from);
      yield deserialize(bytes);
      await pause('documents in order', ++done);
    }
    this.file.delete();
  }

  /** Lets the terms go: what writes the documents needs the memory. */
  private async order(pause: (step: string, done: number) => Promise<void>): Promise<Uint32Array> {
    const sets = this.collector!.take();
    this.require(this.collector!.bytes + bisectionBytes(sets));
    this.collector = undefined;
    const steps = bisect(sets);
    let next = steps.next();
    for (; !next.done; next = steps.next()) await pause('order of documents', next.value);
    return next.value;
  }

  private require(bytes: number): void {
    if (bytes <= this.memoryBytes) return;
    throw new ResourceError(
      `--reorder holds the terms of a segment in memory: ${formatBytes(bytes)} for ${this.documents} documents so far, and of --memory ${formatBytes(this.memoryBytes)} are for them; raise --memory, or make smaller segments with --segment-docs`,
    );
  }
}
