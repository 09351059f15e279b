import { metaCount, type SegmentView } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import type { TermEntry } from './dictionary-page.js';
import { EXTENTS, FIELD_LENGTHS, LENGTHS, PART } from './layout.js';
import { SegmentTerms } from './segment-terms.js';
import { WholeNumbers } from './whole-numbers.js';

/** The text part of one open segment: its terms, and positions and lengths beside. */
export class SegmentText extends SegmentTerms {
  /** Terms in all documents, repeats counted. */
  readonly tokens: number;
  /** Terms of each document. */
  readonly lengths: WholeNumbers;
  /** True where lengths are another engine's count, and not the sums of frequencies. */
  readonly lengthsGiven: boolean;
  /** [documents, bounds]: positions that each text field but the last takes up. */
  readonly extents: WholeNumbers;
  /** Text fields less one. */
  readonly bounds: number;
  /** [documents, bounds]: terms of each text field but the last; undefined in an index that does not have them. */
  private readonly fieldLengths: WholeNumbers | undefined;

  /** @param textFields fields of the schema that make up the text */
  constructor(view: SegmentView, textFields: number, positions = true) {
    super(view, PART);
    const { reader, documents } = view;
    this.tokens = metaCount(reader, this.meta, 'tokens');
    this.lengthsGiven = this.meta.get('lengths') === 'given';
    this.lengths = new WholeNumbers(reader, LENGTHS, documents);
    this.bounds = positions ? textFields - 1 : 0;
    this.extents = new WholeNumbers(reader, EXTENTS, documents * this.bounds);
    if (this.bounds > 0 && reader.has(FIELD_LENGTHS))
      this.fieldLengths = new WholeNumbers(reader, FIELD_LENGTHS, documents * this.bounds);
  }

  /**
   * Documents and terms of each text field; undefined where fields can't be told apart.
   * @throws CorruptError
   */
  fieldTotals(textFields: number): { documents: number; tokens: number }[] | undefined {
    if (textFields === 1) return [{ documents: this.withTerms, tokens: this.tokens }];
    if (this.fieldLengths === undefined) return undefined;
    const { reader } = this.view;
    const fields = this.meta.get('fields');
    if (!Array.isArray(fields) || fields.length !== textFields)
      throw new CorruptError(this.path, `its text has totals of other fields than ${textFields}`);
    return fields.map((field) => {
      if (!(field instanceof Map)) throw new CorruptError(this.path, 'totals of a text field are no map');
      return {
        documents: metaCount(reader, field, 'documents', this.documents),
        tokens: metaCount(reader, field, 'tokens', this.tokens),
      };
    });
  }

  /** Fills `lengths` with the terms of each field of a document. @throws CorruptError */
  lengthsOf(doc: number, lengths: Uint32Array): void {
    const { bounds, fieldLengths } = this;
    this.lengths.ensure(doc);
    let left = this.lengths.values[doc];
    if (bounds > 0 && fieldLengths !== undefined) {
      fieldLengths.ensure(doc * bounds);
      fieldLengths.ensure(doc * bounds + bounds - 1);
      for (let f = 0; f < bounds; f++) {
        lengths[f] = fieldLengths.values[doc * bounds + f];
        left -= lengths[f];
      }
      if (left < 0) throw new CorruptError(this.path, `document ${doc}: its fields have more terms than it`);
    }
    lengths[bounds] = left;
  }

  /** Number of the text field that a position of a document is in. @throws CorruptError */
  fieldOf(doc: number, position: number): number {
    const { bounds } = this;
    const extents = this.extentsOf(doc);
    let boundary = 0;
    for (let f = 0; f < bounds; f++) {
      boundary += extents[doc * bounds + f];
      if (position < boundary) return f;
    }
    return bounds;
  }

  /** Positions from and to which the field of a position reaches. @throws CorruptError */
  fieldAt(doc: number, position: number): [from: number, end: number] {
    const { bounds } = this;
    const extents = this.extentsOf(doc);
    let boundary = 0;
    for (let f = 0; f < bounds; f++) {
      const from = boundary;
      boundary += extents[doc * bounds + f];
      if (position < boundary) return [from, boundary];
    }
    return [boundary, Number.POSITIVE_INFINITY];
  }

  private extentsOf(doc: number): Uint32Array {
    const { bounds, extents } = this;
    if (bounds > 0) {
      extents.ensure(doc * bounds);
      extents.ensure(doc * bounds + bounds - 1);
    }
    return extents.values;
  }

  /** Bytes from `offset` of `length` bytes, in the positions of a term. */
  positions(entry: TermEntry, offset: number, length: number): Uint8Array {
    return this.read(this.arrays.positions, entry.positionsOffset + offset, length);
  }

  /** Whether decoded blocks of positions are kept: many queries are coming. */
  get keepsPositions(): boolean {
    return this.isWarm;
  }

  override warm(): void {
    super.warm();
    this.lengths.all();
  }
}
