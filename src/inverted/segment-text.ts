import { metaCount, type SegmentView } from '../branch/index.js';
import type { TermEntry } from './dictionary-page.js';
import { EXTENTS, LENGTHS, PART } from './layout.js';
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

  /** @param textFields fields of the schema that make up the text */
  constructor(view: SegmentView, textFields: number, positions = true) {
    super(view, PART);
    const { reader, documents } = view;
    this.tokens = metaCount(reader, this.meta, 'tokens');
    this.lengthsGiven = this.meta.get('lengths') === 'given';
    this.lengths = new WholeNumbers(reader, LENGTHS, documents);
    this.bounds = positions ? textFields - 1 : 0;
    this.extents = new WholeNumbers(reader, EXTENTS, documents * this.bounds);
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
