import { type ByteReader, type ByteWriter, DecodeError } from './bytes.js';
import { PAGE_TERMS } from './layout.js';

/** What the dictionary knows of a term in one segment. */
export interface TermEntry {
  /** Documents with the term, >= 1. */
  df: number;
  /** Occurrences in all of them, >= df. */
  occurrences: number;
  /** The document, when df is 1 (its frequency is `occurrences`); such a term has no postings list. */
  doc: number;
  postingsOffset: number;
  postingsBytes: number;
  positionsOffset: number;
  positionsBytes: number;
}

/**
 * A page is front-coded: offsets of its first postings list and positions, then for each term the
 * bytes shared with the one before, the bytes that follow and their number, df, and
 * df = 1: document, occurrences; else: occurrences - df, bytes of postings; then bytes of positions.
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

  begin(postingsOffset: number, positionsOffset: number): void {
    this.out.length = 0;
    this.out.vbyte(postingsOffset);
    this.out.vbyte(positionsOffset);
    this.previous = new Uint8Array(0);
    this.count = 0;
  }

  add(term: Uint8Array, entry: TermEntry): void {
    const { out, previous } = this;
    let shared = 0;
    while (shared < previous.length && shared < term.length && previous[shared] === term[shared]) shared++;
    out.vbyte(shared);
    out.vbyte(term.length - shared);
    out.append(term.subarray(shared));
    out.vbyte(entry.df);
    if (entry.df === 1) {
      out.vbyte(entry.doc);
      out.vbyte(entry.occurrences);
    } else {
      out.vbyte(entry.occurrences - entry.df);
      out.vbyte(entry.postingsBytes);
    }
    out.vbyte(entry.positionsBytes);
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
  private positionsOffset: number;

  /** @param count terms in the page */
  constructor(reader: ByteReader, count: number, documents: number) {
    this.reader = reader;
    this.left = count;
    this.documents = documents;
    this.postingsOffset = reader.vbyte();
    this.positionsOffset = reader.vbyte();
  }

  /** @returns undefined behind the last term @throws DecodeError */
  next(): TermEntry | undefined {
    if (this.left === 0) return undefined;
    this.left--;
    this.readTerm();
    const { reader } = this;
    const df = reader.vbyte();
    if (df < 1 || df > this.documents)
      throw new DecodeError(`a term in ${df} of ${this.documents} documents`);
    const doc = df === 1 ? reader.vbyte() : 0;
    if (doc >= this.documents) throw new DecodeError(`document ${doc} of ${this.documents}`);
    const occurrences = df === 1 ? reader.vbyte() : df + reader.vbyte();
    if (occurrences < df || occurrences > Number.MAX_SAFE_INTEGER) {
      throw new DecodeError(`a term is ${occurrences} times in ${df} documents`);
    }
    const { postingsOffset, positionsOffset } = this;
    const postingsBytes = df === 1 ? 0 : reader.vbyte();
    const positionsBytes = reader.vbyte();
    this.postingsOffset += postingsBytes;
    this.positionsOffset += positionsBytes;
    return { df, occurrences, doc, postingsOffset, postingsBytes, positionsOffset, positionsBytes };
  }

  private readTerm(): void {
    const shared = this.reader.vbyte();
    if (shared > this.term.length) throw new DecodeError('a term shares more than there is');
    const suffix = this.reader.take(this.reader.vbyte());
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
