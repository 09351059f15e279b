import type { TermPlace } from '../kernels/index.js';
import { type ByteReader, type ByteWriter, DecodeError } from './bytes.js';
import { BLOCK, PAGE_TERMS } from './layout.js';

/** What the dictionary knows of a term in one segment. */
export interface TermEntry {
  /** Documents with the term, >= 1. */
  df: number;
  /** Occurrences in all of them, >= df. */
  occurrences: number;
  /** The document, when df is 1 (its frequency is `occurrences`); such a term has no postings list. */
  doc: number;
  /** The position, when occurrences is 1; such a term has no positions. */
  position: number;
  postingsOffset: number;
  postingsBytes: number;
  /** 0 bytes when df is below BLOCK. */
  blocksOffset: number;
  blocksBytes: number;
  positionsOffset: number;
  positionsBytes: number;
}

/** The half of a term's first byte that says: 15 or more, the rest follows. */
const NIBBLE = 15;

/**
 * A page is front-coded: offsets of its first postings list, blocks and positions, then for each term
 * a byte (shared << 4 | new), where `shared` bytes are those of the term before and `new` bytes follow; 15 in
 * either half means that a VByte with the rest follows. Then the new bytes;
 * (df - 1) * 2 + (1 if occurrences > df); occurrences - df if so; and
 * - one occurrence: document, position;
 * - df = 1: document, bytes of positions;
 * - df < BLOCK: bytes of postings, of positions;
 * - else: bytes of postings, of blocks, of positions.
 * All numbers are VBytes. Lists stand in term order, so lengths give offsets.
 */
export class PageEncoder {
  /** Terms in the page so far. */
  count = 0;
  private readonly out: ByteWriter;
  private previous: Uint8Array = new Uint8Array(0);

  constructor(out: ByteWriter) {
    this.out = out;
  }

  get full(): boolean {
    return this.count === PAGE_TERMS;
  }

  begin(postingsOffset: number, blocksOffset: number, positionsOffset: number): void {
    this.out.length = 0;
    this.out.vbyte(postingsOffset);
    this.out.vbyte(blocksOffset);
    this.out.vbyte(positionsOffset);
    this.previous = new Uint8Array(0);
    this.count = 0;
  }

  add(term: Uint8Array, entry: TermEntry): void {
    const { out, previous } = this;
    let shared = 0;
    while (shared < previous.length && shared < term.length && previous[shared] === term[shared]) shared++;
    const fresh = term.length - shared;
    out.byte((Math.min(shared, NIBBLE) << 4) | Math.min(fresh, NIBBLE));
    if (shared >= NIBBLE) out.vbyte(shared - NIBBLE);
    if (fresh >= NIBBLE) out.vbyte(fresh - NIBBLE);
    out.append(term.subarray(shared));
    const { df, occurrences } = entry;
    out.vbyte((df - 1) * 2 + (occurrences > df ? 1 : 0));
    if (occurrences > df) out.vbyte(occurrences - df);
    if (df === 1) out.vbyte(entry.doc);
    else out.vbyte(entry.postingsBytes);
    if (df >= BLOCK) out.vbyte(entry.blocksBytes);
    out.vbyte(occurrences === 1 ? entry.position : entry.positionsBytes);
    this.previous = term;
    this.count++;
  }
}

/** Steps through a page. Everything it hands out has been bounded by the segment's documents. */
export class PageDecoder {
  /** UTF-8 of the current term: a view that the next step overwrites. */
  term: Uint8Array = new Uint8Array(0);
  private readonly reader: ByteReader;
  private readonly documents: number;
  private left: number;
  private scratch = new Uint8Array(64);
  private postingsOffset: number;
  private blocksOffset: number;
  private positionsOffset: number;

  /** @param count terms in the page */
  constructor(reader: ByteReader, count: number, documents: number) {
    this.reader = reader;
    this.left = count;
    this.documents = documents;
    this.postingsOffset = reader.vbyte();
    this.blocksOffset = reader.vbyte();
    this.positionsOffset = reader.vbyte();
  }

  /** @returns undefined behind the last term @throws DecodeError */
  next(): TermEntry | undefined {
    if (this.left === 0) return undefined;
    this.left--;
    this.readTerm();
    return this.readEntry();
  }

  /** The entry of a term that was found in the page. @throws DecodeError */
  found(place: TermPlace): TermEntry {
    this.reader.at = place.at;
    this.postingsOffset = place.postingsOffset;
    this.blocksOffset = place.blocksOffset;
    this.positionsOffset = place.positionsOffset;
    return this.readEntry();
  }

  private readEntry(): TermEntry {
    const { reader } = this;
    const code = reader.vbyte();
    const df = Math.floor(code / 2) + 1;
    if (df > this.documents) throw new DecodeError(`a term in ${df} of ${this.documents} documents`);
    const more = code % 2 === 1 ? reader.vbyte() : 0;
    const occurrences = df + more;
    if ((more === 0 && code % 2 === 1) || occurrences > Number.MAX_SAFE_INTEGER) {
      throw new DecodeError(`a term is ${occurrences} times in ${df} documents`);
    }
    const doc = df === 1 ? reader.vbyte() : 0;
    if (doc >= this.documents) throw new DecodeError(`document ${doc} of ${this.documents}`);
    const { postingsOffset, blocksOffset, positionsOffset } = this;
    const postingsBytes = df === 1 ? 0 : reader.vbyte();
    const blocksBytes = df < BLOCK ? 0 : reader.vbyte();
    const position = occurrences === 1 ? reader.vbyte() : 0;
    if (position > 0xffffffff) throw new DecodeError(`position ${position}`);
    const positionsBytes = occurrences === 1 ? 0 : reader.vbyte();
    this.postingsOffset += postingsBytes;
    this.blocksOffset += blocksBytes;
    this.positionsOffset += positionsBytes;
    return {
      df,
      occurrences,
      doc,
      position,
      postingsOffset,
      postingsBytes,
      blocksOffset,
      blocksBytes,
      positionsOffset,
      positionsBytes,
    };
  }

  private readTerm(): void {
    const { reader } = this;
    const code = reader.byte();
    const shared = code >>> 4 === NIBBLE ? NIBBLE + reader.vbyte() : code >>> 4;
    if (shared > this.term.length) throw new DecodeError('a term shares more than there is');
    const suffix = reader.take((code & 15) === NIBBLE ? NIBBLE + reader.vbyte() : code & 15);
    const length = shared + suffix.length;
    if (length > this.scratch.length) {
      const grown = new Uint8Array(length * 2);
      grown.set(this.scratch.subarray(0, shared));
      this.scratch = grown;
    }
    this.scratch.set(suffix, shared);
    this.term = this.scratch.subarray(0, length);
  }
}
