import { type EmitTerm, openAnalyzer } from '../analysis/index.js';
import type { StructureWriter, WriterEnvironment, WrittenPart } from '../branch/index.js';
import type { IndexDocument, Schema } from '../schema/index.js';
import type { SegmentWriter } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import { finishText } from './finish.js';
import { spillRun } from './run.js';
import { TokenBuffer } from './token-buffer.js';

/**
 * Builds the inverted index of one segment. Tokens gather in memory, 8 bytes each and as much again
 * while they are sorted; spill() moves them to disk as a sorted run; finish() merges the runs.
 * The bytes written depend on the documents alone. Time O(tokens + terms log terms).
 */
export class TextWriter implements StructureWriter {
  private readonly environment: WriterEnvironment;
  private readonly analyze: (text: string, emit: EmitTerm) => number;
  private readonly runs: SpillFile[] = [];
  private buffer = new TokenBuffer();
  private lengths = new Uint32Array(1024);
  private readonly positions: boolean;
  /** Text fields but the last: where those end is recorded, for positions to tell the field. */
  private readonly bounds: number;
  private extents: Uint32Array;
  /** Terms in each text field but the last. */
  private fieldLengths: Uint32Array;
  private documents = 0;
  private base = 0;

  /** @throws UsageError when the schema's analyser is not one of ours */
  constructor(schema: Schema, environment: WriterEnvironment) {
    if (schema.analyzer === undefined) throw new Error('a text part needs an analyser');
    const analyzer = openAnalyzer(schema.analyzer);
    this.analyze = (text, emit) => analyzer.analyze(text, emit);
    this.environment = environment;
    this.positions = schema.positions ?? true;
    this.bounds = this.positions ? schema.text.length - 1 : 0;
    this.extents = new Uint32Array(1024 * this.bounds);
    this.fieldLengths = new Uint32Array(1024 * this.bounds);
  }

  add(doc: number, document: IndexDocument): void {
    const before = this.buffer.tokens;
    if (doc >= this.lengths.length) this.grow(doc + 1);
    this.buffer.begin(doc);
    this.base = 0;
    for (const [field, text] of document.texts.entries()) {
      const first = this.buffer.tokens;
      const positions = this.analyze(text, this.onTerm);
      this.base += positions;
      if (field < this.bounds) {
        this.extents[doc * this.bounds + field] = positions;
        this.fieldLengths[doc * this.bounds + field] = this.buffer.tokens - first;
      }
    }
    const length = this.buffer.tokens - before;
    this.lengths[doc] = length;
    this.documents = doc + 1;
  }

  buffered(): number {
    return this.buffer.bytes();
  }

  spill(): void {
    if (this.buffer.tokens === 0) return;
    this.runs.push(spillRun(this.buffer.sorted(), this.environment.spills));
    this.buffer = new TokenBuffer();
  }

  async finish(out: SegmentWriter, documents: number): Promise<WrittenPart> {
    if (this.documents > documents)
      throw new Error(`${this.documents} documents were added, not ${documents}`);
    const last = this.buffer.sorted();
    this.buffer = new TokenBuffer();
    const { bounds, positions } = this;
    const lengths = new Uint32Array(documents);
    lengths.set(this.lengths.subarray(0, this.documents));
    const extents = new Uint32Array(documents * bounds);
    extents.set(this.extents.subarray(0, this.documents * bounds));
    const fieldLengths = new Uint32Array(documents * bounds);
    fieldLengths.set(this.fieldLengths.subarray(0, this.documents * bounds));
    const totals = { lengths, extents, fieldLengths, bounds, positions };
    return finishText(out, this.runs, last, totals, this.environment);
  }

  private grow(documents: number): void {
    const capacity = Math.max(documents, this.lengths.length * 2);
    const lengths = new Uint32Array(capacity);
    lengths.set(this.lengths);
    this.lengths = lengths;
    const extents = new Uint32Array(capacity * this.bounds);
    extents.set(this.extents);
    this.extents = extents;
    const fieldLengths = new Uint32Array(capacity * this.bounds);
    fieldLengths.set(this.fieldLengths);
    this.fieldLengths = fieldLengths;
  }

  private readonly onTerm: EmitTerm = (term, position, _start, _end, cached) => {
    this.buffer.add(term, this.base + position, cached);
  };
}
