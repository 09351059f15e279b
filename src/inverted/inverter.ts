import { type Analyzer, type AnalyzerSpec, type EmitTerm, openAnalyzer } from '../analysis/index.js';
import type { Run } from './run.js';
import { TokenBuffer } from './token-buffer.js';

/** What documents that follow one another are long, beside their terms. */
export interface RangeTotals {
  /** Number of the first document. */
  first: number;
  /** Terms in each document. */
  lengths: Uint32Array;
  /** [documents, bounds]: positions that each text field but the last takes up. */
  extents: Uint32Array;
  /** [documents, bounds]: terms in each text field but the last. */
  fieldLengths: Uint32Array;
}

/**
 * Analyses documents that follow one another and gathers their tokens in memory, 8 bytes each and as much again while they
 * are sorted.
 */
export class Inverter {
  private readonly analyzer: Analyzer;
  private readonly bounds: number;
  private buffer = new TokenBuffer();
  private totals: RangeTotals;
  private documents = 0;
  private base = 0;

  /**
   * @param bounds text fields whose ends are recorded: all but the last, or none
   * @throws UsageError when the analyser is not one of ours
   */
  constructor(spec: AnalyzerSpec, bounds: number) {
    this.analyzer = openAnalyzer(spec);
    this.bounds = bounds;
    this.totals = this.room(0, 1024);
  }

  get tokens(): number {
    return this.buffer.tokens;
  }

  /** Bytes held for tokens. */
  bytes(): number {
    return this.buffer.bytes();
  }

  /** @param doc one more than that before */
  add(doc: number, texts: string[]): void {
    const { buffer, bounds } = this;
    if (this.documents === 0) this.totals.first = doc;
    if (this.documents === this.totals.lengths.length)
      this.totals = this.room(this.totals.first, 2 * this.documents);
    const at = this.documents++;
    const { lengths, extents, fieldLengths } = this.totals;
    const before = buffer.tokens;
    buffer.begin(doc);
    this.base = 0;
    for (let field = 0; field < texts.length; field++) {
      const first = buffer.tokens;
      const positions = this.analyzer.analyze(texts[field], this.onTerm);
      this.base += positions;
      if (field < bounds) {
        extents[at * bounds + field] = positions;
        fieldLengths[at * bounds + field] = buffer.tokens - first;
      }
    }
    lengths[at] = buffer.tokens - before;
  }

  /** The tokens since the last call, by term. */
  takeRun(): Run {
    const run = this.buffer.sorted();
    this.buffer = new TokenBuffer();
    return run;
  }

  /** The documents since the last call. */
  takeTotals(): RangeTotals {
    const { documents, bounds } = this;
    const { first, lengths, extents, fieldLengths } = this.totals;
    this.documents = 0;
    this.totals = this.room(0, 1024);
    return {
      first,
      lengths: lengths.slice(0, documents),
      extents: extents.slice(0, documents * bounds),
      fieldLengths: fieldLengths.slice(0, documents * bounds),
    };
  }

  /** What there is, with room for more. */
  private room(first: number, documents: number): RangeTotals {
    const grown = {
      first,
      lengths: new Uint32Array(documents),
      extents: new Uint32Array(documents * this.bounds),
      fieldLengths: new Uint32Array(documents * this.bounds),
    };
    if (this.documents > 0) {
      grown.lengths.set(this.totals.lengths);
      grown.extents.set(this.totals.extents);
      grown.fieldLengths.set(this.totals.fieldLengths);
    }
    return grown;
  }

  private readonly onTerm: EmitTerm = (term, position, _start, _end, cached) => {
    this.buffer.add(term, this.base + position, cached);
  };
}
