import type { WriterEnvironment, WrittenPart } from '../branch/index.js';
import type { SegmentWriter } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import { finishText } from './finish.js';
import { PostingList } from './posting-list.js';
import { RunWriter } from './run.js';
import { TokenBuffer } from './token-buffer.js';

/**
 * Builds the inverted index of one segment from postings lists, those of another engine: without positions, and with
 * the lengths that engine counted. Lists go to disk as they come; memory is the longest list.
 */
export class ListWriter {
  private readonly environment: WriterEnvironment;
  private readonly runs: SpillFile[] = [];
  private readonly list = new PostingList();
  private run: RunWriter | undefined;

  constructor(environment: WriterEnvironment) {
    this.environment = environment;
  }

  /** The next list comes before the last one: terms ascend by their bytes from here on again. */
  restart(): void {
    if (this.run) this.runs.push(this.run.finish());
    this.run = undefined;
  }

  /** @param docs elements from <= i < to, ascending: documents of the segment, and `base` */
  add(term: Uint8Array, docs: Uint32Array, tfs: Uint32Array, from: number, to: number, base: number): void {
    this.list.clear();
    for (let i = from; i < to; i++) this.list.push(docs[i] - base, tfs[i]);
    this.run ??= new RunWriter(this.environment.spills.create('terms'));
    this.run.add(term, this.list);
  }

  /**
   * @param lengths terms of each document
   * @param onTwice is called for a term that came twice, and throws
   */
  async finish(
    out: SegmentWriter,
    lengths: Uint32Array,
    onTwice: (term: string) => never,
  ): Promise<WrittenPart> {
    this.restart();
    const nothing = { extents: new Uint32Array(0), fieldLengths: new Uint32Array(0), bounds: 0 };
    const totals = { lengths, ...nothing, positions: false, lengthsGiven: true };
    const none = new TokenBuffer().sorted();
    return finishText(out, this.runs, none, totals, this.environment, (term, { docs, count }) => {
      for (let i = 1; i < count; i++) if (docs[i] <= docs[i - 1]) onTwice(Buffer.from(term).toString());
    });
  }
}
