import type { StructureWriter, WriterEnvironment, WrittenPart } from '../branch/index.js';
import { PostingsBuilder } from '../inverted/index.js';
import type { IndexDocument, SparseField } from '../schema/index.js';
import type { SegmentWriter } from '../segment/index.js';
import { partName } from './part.js';
import { decodeWeight, encodeWeight, floatBits, floatOf, WeightScout, weightMeta } from './weights.js';

/** Builds the lists of one sparse field of one segment. Weights wait as float32 until all are known, and how they are kept. */
export class SparseWriter implements StructureWriter {
  private readonly field: SparseField;
  private readonly index: number;
  private readonly postings: PostingsBuilder;
  private readonly scout = new WeightScout();
  private withTerms = 0;

  /** @param index of the field among the sparse ones of the schema */
  constructor(field: SparseField, index: number, environment: WriterEnvironment) {
    this.field = field;
    this.index = index;
    this.postings = new PostingsBuilder(environment);
  }

  add(doc: number, document: IndexDocument): void {
    const vector = document.sparse?.[this.index];
    if (vector === undefined || vector.terms.length === 0) return;
    this.withTerms++;
    this.postings.begin(doc);
    for (let i = 0; i < vector.terms.length; i++) {
      const weight = vector.weights[i];
      this.scout.see(weight);
      this.postings.add(vector.terms[i], floatBits(weight));
    }
  }

  buffered(): number {
    return this.postings.buffered();
  }

  spill(): void {
    this.postings.spill();
  }

  async finish(out: SegmentWriter, documents: number): Promise<WrittenPart> {
    const code = this.scout.code(this.field.bits);
    let lost = 0;
    const written = await this.postings.finish(out, partName(this.field.name), documents, (given) => {
      const weight = floatOf(given);
      const stored = encodeWeight(code, weight);
      if (code.kind === 'levels') lost += Math.abs(decodeWeight(code, stored) - weight) / weight;
      return stored;
    });
    const { terms, postings } = written;
    const notes: string[] = [];
    if (code.kind === 'levels' && postings > 0) {
      const share = ((100 * lost) / postings).toFixed(2);
      notes.push(`${this.field.name}: weights rounded to ${this.field.bits} bits, ${share} % off on average`);
    }
    return {
      meta: { codec: written.codec, documents: this.withTerms, terms, postings, weights: weightMeta(code) },
      counts: { weights: postings },
      notes,
    };
  }
}
