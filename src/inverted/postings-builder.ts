import type { WriterEnvironment } from '../branch/index.js';
import type { SegmentWriter } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import { ByteReader } from './bytes.js';
import { DictionaryWriter } from './dictionary-writer.js';
import { CODEC } from './layout.js';
import { mergeRuns } from './merge.js';
import { spillRun } from './run.js';
import { TokenBuffer } from './token-buffer.js';

/**
 * Builds lists of documents with one number each, without positions and lengths: for parts that are no text. In memory, then
 * in sorted runs on disk, as text is.
 */
export class PostingsBuilder {
  private readonly environment: WriterEnvironment;
  private readonly runs: SpillFile[] = [];
  private buffer = new TokenBuffer();

  constructor(environment: WriterEnvironment) {
    this.environment = environment;
  }

  /** @param doc higher than the one before */
  begin(doc: number): void {
    this.buffer.begin(doc);
  }

  /** @param term once a document @param number 1 to 2^32 - 1 */
  add(term: string, number: number): void {
    this.buffer.add(term, number);
  }

  buffered(): number {
    return this.buffer.bytes();
  }

  spill(): void {
    if (this.buffer.tokens === 0) return;
    this.runs.push(spillRun(this.buffer.sorted(), this.environment.spills.create('terms')));
    this.buffer = new TokenBuffer();
  }

  /** @param stored what a number becomes as a frequency, 1 to 2^32 - 1 */
  async finish(
    out: SegmentWriter,
    part: string,
    documents: number,
    stored: (number: number) => number,
  ): Promise<{ codec: string; terms: number; postings: number }> {
    const { spills, memoryBytes } = this.environment;
    const last = this.buffer.sorted();
    this.buffer = new TokenBuffer();
    const dictionary = new DictionaryWriter(part, new Uint32Array(documents), spills, false);
    await mergeRuns(this.runs, last, spills, memoryBytes, (term, list) => {
      // The number of a posting came as the position of its only occurrence.
      const numbers = new ByteReader(list.positions.view());
      list.occurrences = 0;
      for (let i = 0; i < list.count; i++) {
        list.tfs[i] = stored(numbers.vbyte());
        list.occurrences += list.tfs[i];
      }
      dictionary.add(term, list);
    });
    dictionary.finishDictionary(out);
    dictionary.finishLists(out);
    const { terms, postings } = dictionary;
    return { codec: CODEC, terms, postings };
  }
}
