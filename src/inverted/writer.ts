import { openAnalyzer } from '../analysis/index.js';
import type { StructureWriter, WriterEnvironment, WrittenPart } from '../branch/index.js';
import type { IndexDocument, Schema } from '../schema/index.js';
import type { SegmentWriter } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import { DictionaryWriter } from './dictionary-writer.js';
import { FIELD_GAP } from './layout.js';
import { mergeRuns } from './merge.js';
import { PostingList } from './posting-list.js';
import { RunWriter } from './run.js';
import { TokenBuffer } from './token-buffer.js';
import { vbyteCodec } from './vbyte-codec.js';

/**
 * Builds the inverted index of one segment. Tokens gather in memory, 8 bytes each and as much again
 * while they are sorted; spill() moves them to disk as a sorted run; finish() merges the runs.
 * The bytes written depend on the documents alone. Time O(tokens + terms log terms).
 */
export class TextWriter implements StructureWriter {
  private readonly environment: WriterEnvironment;
  private readonly analyze: (text: string, emit: (term: string, position: number) => void) => number;
  private readonly runs: SpillFile[] = [];
  private buffer = new TokenBuffer();
  private lengths = new Uint32Array(1024);
  private documents = 0;
  private withText = 0;
  private tokens = 0;
  private base = 0;

  /** @throws UsageError when the schema's analyser is not one of ours */
  constructor(schema: Schema, environment: WriterEnvironment) {
    if (schema.analyzer === undefined) throw new Error('a text part needs an analyser');
    const analyzer = openAnalyzer(schema.analyzer);
    this.analyze = (text, emit) => analyzer.analyze(text, emit);
    this.environment = environment;
  }

  add(doc: number, document: IndexDocument): void {
    const before = this.buffer.tokens;
    this.buffer.begin(doc);
    this.base = 0;
    for (const text of document.texts) {
      if (this.base > 0) this.base += FIELD_GAP;
      this.base += this.analyze(text, this.onTerm);
    }
    const length = this.buffer.tokens - before;
    if (doc >= this.lengths.length) {
      const grown = new Uint32Array(Math.max(doc + 1, this.lengths.length * 2));
      grown.set(this.lengths);
      this.lengths = grown;
    }
    this.lengths[doc] = length;
    this.documents = doc + 1;
    this.tokens += length;
    if (length > 0) this.withText++;
  }

  buffered(): number {
    return this.buffer.bytes();
  }

  spill(): void {
    if (this.buffer.tokens === 0) return;
    const run = this.buffer.sorted();
    const writer = new RunWriter(this.environment.spills);
    const list = new PostingList();
    while (run.next()) {
      list.clear();
      run.appendTo(list);
      writer.add(run.term as Uint8Array, list);
    }
    this.runs.push(writer.finish());
    this.buffer = new TokenBuffer();
  }

  async finish(out: SegmentWriter, documents: number): Promise<WrittenPart> {
    if (this.documents > documents)
      throw new Error(`${this.documents} documents were added, not ${documents}`);
    const { environment } = this;
    const { spills, memoryBytes } = environment;
    const dictionary = new DictionaryWriter(vbyteCodec, spills);
    const last = this.buffer.sorted();
    this.buffer = new TokenBuffer();
    let done = 0;
    let reported = 0;
    await mergeRuns(this.runs, last, spills, memoryBytes, (term, list) => {
      dictionary.add(term, list);
      done += list.occurrences;
      if (done - reported >= 1 << 20) {
        reported = done;
        environment.progress('merging terms', done, this.tokens);
      }
    });
    const lengths = new Uint32Array(documents);
    lengths.set(this.lengths.subarray(0, this.documents));
    dictionary.finish(out, lengths);
    const { terms, postings } = dictionary;
    const { tokens } = this;
    return {
      meta: { codec: vbyteCodec.name, documents: this.withText, tokens, terms, postings },
      counts: { terms, postings, tokens },
    };
  }

  private readonly onTerm = (term: string, position: number): void => {
    this.buffer.add(term, this.base + position);
  };
}
