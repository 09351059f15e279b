import { metaCount, partMeta, type SegmentView } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { byteKernels } from '../kernels/index.js';
import type { MsgMap } from '../segment/index.js';
import { readBlocks } from './blocks.js';
import { ByteReader, DecodeError } from './bytes.js';
import { PageDecoder, type TermEntry } from './dictionary-page.js';
import { BLOCK, CODEC, type ListArrays, listArrays, PAGE_TERMS } from './layout.js';
import { LruCache } from './lru-cache.js';
import { codecOf, pforCodec } from './pfor-codec.js';
import { documentsFor, numbersFor, TermPostings } from './term-postings.js';

/** Decoded postings and positions kept for the next query, bytes a segment. */
const POSTINGS_CACHE_BYTES = 160 * 2 ** 20;
/** Dictionary entries kept, absent terms among them. */
const ENTRY_CACHE = 1 << 16;
/** Postings need the top bit of a document number. */
const MAX_DOCUMENTS = 2 ** 31 - 1;
/** An array above this is never held whole: positions of a large segment are read by range even when warm. */
const MAX_WARM_BYTES = 2 ** 30;

/**
 * Terms and their lists in one open segment: dictionary look-ups and postings, each read
 * by range when asked for, or from memory after warm(). Everything read is checked before it is
 * handed out; what can't be is a CorruptError.
 */
export class SegmentTerms {
  readonly path: string;
  /** Documents in the segment. */
  readonly documents: number;
  /** Documents with at least one term. */
  readonly withTerms: number;
  readonly terms: number;
  /** What the part recorded of itself. */
  readonly meta: MsgMap;
  protected readonly arrays: ListArrays;
  protected readonly view: SegmentView;
  private readonly entries = new LruCache<string, TermEntry | undefined>(ENTRY_CACHE);
  private readonly lists = new LruCache<string, TermPostings>(POSTINGS_CACHE_BYTES);
  private readonly whole = new Map<string, Uint8Array>();
  private pages: { starts: Float64Array; keys: Uint8Array } | undefined;
  protected isWarm = false;

  /** @throws CorruptError */
  constructor(view: SegmentView, part: string) {
    const { reader, documents } = view;
    const meta = partMeta(reader, part);
    this.view = view;
    this.meta = meta;
    this.arrays = listArrays(part);
    this.path = reader.path;
    if (documents > MAX_DOCUMENTS) throw new CorruptError(this.path, `${documents} documents in one segment`);
    this.documents = documents;
    this.withTerms = metaCount(reader, meta, 'documents', documents);
    // A term takes five bytes of dictionary at least.
    this.terms = metaCount(reader, meta, 'terms', reader.info(this.arrays.dictionary, 'u8').byteLength);
    if (meta.get('codec') !== CODEC)
      throw new CorruptError(
        this.path,
        `its postings are coded as '${String(meta.get('codec'))}', not '${CODEC}'; build the index again`,
      );
  }

  /** @returns undefined when no document of the segment has the term. One page is read. */
  lookup(term: string): TermEntry | undefined {
    const known = this.entries.get(term);
    if (known !== undefined || this.entries.has(term)) return known;
    const entry = this.checked(`dictionary at '${term}'`, () => this.find(Buffer.from(term)));
    this.entries.set(term, entry, 1);
    return entry;
  }

  /** Documents and frequencies of a term, kept for the next query. */
  postings(term: string, entry: TermEntry): TermPostings {
    let postings = this.lists.get(term);
    // What is looked up by document, and positions, come with time.
    if (postings === undefined || postings.bytes !== postings.counted) {
      postings ??= this.open(term, entry);
      postings.counted = postings.bytes;
      this.lists.set(term, postings, postings.counted);
    }
    return postings;
  }

  /** Opens a list: short ones are decoded, of long ones the blocks are known. @throws CorruptError */
  open(term: string, entry: TermEntry): TermPostings {
    const { df, postingsOffset, postingsBytes } = entry;
    const where = `postings of '${term}'`;
    if (df >= BLOCK) return this.openLong(where, entry);
    return this.checked(where, () => {
      const docs = documentsFor(df);
      const tfs = numbersFor(df);
      if (df === 1) {
        if (entry.occurrences > 0xffffffff)
          throw new DecodeError(`a term is ${entry.occurrences} times in a document`);
        docs[0] = entry.doc;
        tfs[0] = entry.occurrences;
        return TermPostings.of(df, docs, tfs);
      }
      const bytes = this.read(this.arrays.postings, postingsOffset, postingsBytes);
      codecOf(df).decode(bytes, 0, bytes.length, df, -1, this.documents, docs, tfs, 0);
      return TermPostings.of(df, docs, tfs);
    });
  }

  /** Entries of a page in order; `visit` sees the term's bytes until it returns. For check(). */
  eachOfPage(page: number, visit: (term: Uint8Array, entry: TermEntry) => void): void {
    const { starts } = this.index();
    this.checked(`dictionary page ${page}`, () => {
      const bytes = this.pageBytes(starts, page);
      const reader = new ByteReader(bytes);
      const decoder = new PageDecoder(reader, this.termsInPage(page), this.documents);
      for (let entry = decoder.next(); entry !== undefined; entry = decoder.next())
        visit(decoder.term, entry);
      reader.end();
    });
  }

  /** Visits the terms that begin with `prefix`, ascending; nothing else is decoded but the rest of two pages. */
  eachWithPrefix(prefix: string, visit: (term: string, entry: TermEntry) => void): void {
    const wanted = Buffer.from(prefix);
    if (this.terms === 0) return;
    for (let page = Math.max(0, this.pageOf(wanted)); page < this.pageCount; page++) {
      const key = this.pageKey(page);
      if (Buffer.compare(key, wanted) > 0 && Buffer.compare(key.subarray(0, wanted.length), wanted) !== 0)
        return;
      this.eachOfPage(page, (term, entry) => {
        if (Buffer.compare(term.subarray(0, wanted.length), wanted) === 0) {
          visit(Buffer.from(term).toString(), entry);
        }
      });
    }
  }

  get pageCount(): number {
    return Math.ceil(this.terms / PAGE_TERMS);
  }

  /** First term of a page, as the sparse index has it. */
  pageKey(page: number): Uint8Array {
    const { starts, keys } = this.index();
    return keys.subarray(starts[2 * page + 1], starts[2 * page + 3]);
  }

  /** Runs a decoder; a DecodeError becomes a CorruptError that says where. */
  checked<T>(where: string, decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      if (error instanceof DecodeError) throw new CorruptError(this.path, `${where}: ${error.message}`);
      throw error;
    }
  }

  /** From now on whole arrays are kept in memory once they are touched; lengths and dictionary now. */
  warm(): void {
    this.isWarm = true;
    this.index();
    this.read(this.arrays.dictionary, 0, 0);
    this.read(this.arrays.blocks, 0, 0);
    this.read(this.arrays.postings, 0, 0);
  }

  private openLong(where: string, entry: TermEntry): TermPostings {
    const { documents } = this;
    const { df, postingsOffset, postingsBytes, blocksOffset, blocksBytes, positionsBytes } = entry;
    const table = this.checked(where, () => {
      const reader = new ByteReader(this.read(this.arrays.blocks, blocksOffset, blocksBytes));
      return readBlocks(reader, df, documents, postingsBytes, positionsBytes);
    });
    const docs = documentsFor(df);
    const tfs = numbersFor(df);
    return new TermPostings(df, docs, tfs, table.last, table, (block) => {
      const offset = table.postings[block];
      const bytes = this.read(
        this.arrays.postings,
        postingsOffset + offset,
        table.postings[block + 1] - offset,
      );
      const into = block * BLOCK;
      const count = Math.min(BLOCK, df - into);
      const previous = block === 0 ? -1 : table.last[block - 1];
      this.checked(where, () => {
        // What the kernel does not take is decoded again for the reason.
        if (!byteKernels().decodeBlock(bytes, count, previous, documents, docs, tfs, into))
          pforCodec.decode(bytes, 0, bytes.length, count, previous, documents, docs, tfs, into);
        if (docs[into + count - 1] !== table.last[block]) {
          throw new DecodeError(
            `block ${block} ends with document ${docs[into + count - 1]}, not ${table.last[block]}`,
          );
        }
      });
    });
  }

  private find(term: Uint8Array): TermEntry | undefined {
    const page = this.pageOf(term);
    if (page < 0) return undefined;
    const bytes = this.pageBytes(this.index().starts, page);
    const decoder = new PageDecoder(new ByteReader(bytes), this.termsInPage(page), this.documents);
    const place = byteKernels().findTerm(bytes, term, this.termsInPage(page), this.documents);
    if (place === 'absent') return undefined;
    if (place !== undefined) return decoder.found(place);
    // What the kernel does not take is read again for the reason.
    for (let entry = decoder.next(); entry !== undefined; entry = decoder.next()) {
      const order = Buffer.compare(decoder.term, term);
      if (order === 0) return entry;
      if (order > 0) return undefined;
    }
    return undefined;
  }

  /** The last page whose first term is not above `term`; -1 when there is none. */
  private pageOf(term: Uint8Array): number {
    let low = 0;
    let high = this.pageCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.pageKey(middle), term) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private termsInPage(page: number): number {
    return Math.min(PAGE_TERMS, this.terms - page * PAGE_TERMS);
  }

  private pageBytes(starts: Float64Array, page: number): Uint8Array {
    return this.read(this.arrays.dictionary, starts[2 * page], starts[2 * page + 2] - starts[2 * page]);
  }

  /** The sparse index, loaded whole once and checked to ascend to the ends of what it points into. */
  private index(): { starts: Float64Array; keys: Uint8Array } {
    if (this.pages !== undefined) return this.pages;
    const { reader } = this.view;
    const starts = reader.loadF64(this.arrays.pages);
    const keys = reader.load(this.arrays.keys);
    const n = this.pageCount;
    let sound = starts.length === 2 * (n + 1) && starts[0] === 0 && starts[1] === 0;
    for (let i = 2; sound && i < starts.length; i++)
      sound = starts[i] >= starts[i - 2] && Number.isSafeInteger(starts[i]);
    sound &&=
      starts[2 * n] === reader.info(this.arrays.dictionary).byteLength && starts[2 * n + 1] === keys.length;
    if (!sound) throw new CorruptError(this.path, `array '${this.arrays.pages}' does not fit the dictionary`);
    this.pages = { starts, keys };
    return this.pages;
  }

  /** A range of an array; from memory when warm. The range is checked either way. */
  protected read(name: string, offset: number, length: number): Uint8Array {
    const { reader } = this.view;
    if (!this.isWarm || reader.info(name).byteLength > MAX_WARM_BYTES)
      return reader.range(name, offset, length);
    let bytes = this.whole.get(name);
    if (bytes === undefined) {
      bytes = reader.load(name);
      this.whole.set(name, bytes);
    }
    if (offset + length > bytes.length) {
      throw new CorruptError(this.path, `bytes ${offset} to ${offset + length} are outside array '${name}'`);
    }
    return bytes.subarray(offset, offset + length);
  }
}
