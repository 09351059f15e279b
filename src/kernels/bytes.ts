import { loadModule } from './loader.js';
import { Instance } from './webassembly.js';

/**
 * What bytes.wasm exports: work on bytes that were put at inputAt(), INPUT_BYTES of them at most. It compiles in half a
 * millisecond, and runs at full speed at once: a query that is a whole process is over before JavaScript's loops are compiled.
 */
interface BytesExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  inputAt(): number;
  /** CRC-32 of zip (ISO 3309) of `length` bytes. @param value the checksum of what stands before them; 0 for none */
  crc32(length: number, value: number): number;
  /**
   * A block of postings (src/inverted/pfor-codec.ts) of `length` bytes to count <= 128 u32 at docsAt() and tfsAt().
   * @param previous the document before, -1 for none @returns 0 for bytes that are none
   */
  decodeBlock(length: number, count: number, previous: number, documents: number): number;
  docsAt(): number;
  tfsAt(): number;
  /**
   * Looks for the term of `wanted` bytes at termAt() in a dictionary page (src/inverted/dictionary-page.ts) of `length` bytes.
   * @returns 2 with four f64 at placeAt(): see TermPlace; 1 when it is not there, 0 for a page that is not taken
   */
  findTerm(length: number, wanted: number, terms: number, documents: number): number;
  termAt(): number;
  placeAt(): number;
}

/** Where the numbers of a term begin in its page, and where its lists do. */
export interface TermPlace {
  at: number;
  postingsOffset: number;
  blocksOffset: number;
  positionsOffset: number;
}

/** Bytes that fit the input at once. */
const INPUT_BYTES = 65536;
/** Postings of a block at most. */
const BLOCK = 128;
/** Bytes of a term that is looked for at most. */
const TERM_BYTES = 256;

/** The same, with the bytes that are worked on as arguments. */
class ByteKernels {
  private readonly kernels: BytesExports;
  private readonly input: Uint8Array;
  private readonly docs: Uint32Array;
  private readonly tfs: Uint32Array;
  private readonly term: Uint8Array;
  private readonly place: Float64Array;

  constructor() {
    this.kernels = new Instance(loadModule('bytes'), {}).exports as BytesExports;
    const { buffer } = this.kernels.memory;
    this.input = new Uint8Array(buffer, this.kernels.inputAt(), INPUT_BYTES);
    this.docs = new Uint32Array(buffer, this.kernels.docsAt(), BLOCK);
    this.tfs = new Uint32Array(buffer, this.kernels.tfsAt(), BLOCK);
    this.term = new Uint8Array(buffer, this.kernels.termAt(), TERM_BYTES);
    this.place = new Float64Array(buffer, this.kernels.placeAt(), 4);
  }

  /** CRC-32 of zip. @param value the checksum of what stands before these bytes */
  crc32(bytes: Uint8Array, value = 0): number {
    let crc = value;
    for (let at = 0; at < bytes.length; at += INPUT_BYTES) {
      const piece = bytes.length <= INPUT_BYTES ? bytes : bytes.subarray(at, at + INPUT_BYTES);
      this.input.set(piece);
      crc = this.kernels.crc32(piece.length, crc);
    }
    return crc >>> 0;
  }

  /**
   * Decodes a block of postings into docs and tfs from `into` on. O(count).
   * @returns false for bytes that are no block of `count` documents behind `previous` and below `documents`
   */
  decodeBlock(
    bytes: Uint8Array,
    count: number,
    previous: number,
    documents: number,
    docs: Uint32Array,
    tfs: Uint32Array,
    into: number,
  ): boolean {
    if (bytes.length > INPUT_BYTES || count > BLOCK) return false;
    this.input.set(bytes);
    if (this.kernels.decodeBlock(bytes.length, count, previous, documents) === 0) return false;
    docs.set(count === BLOCK ? this.docs : this.docs.subarray(0, count), into);
    tfs.set(count === BLOCK ? this.tfs : this.tfs.subarray(0, count), into);
    return true;
  }

  /**
   * Looks for a term in a dictionary page of `terms` terms. O(bytes of the page).
   * @returns 'absent' when the page has no such term, undefined for a page that is unsound, or too large to look
   */
  findTerm(
    page: Uint8Array,
    term: Uint8Array,
    terms: number,
    documents: number,
  ): TermPlace | 'absent' | undefined {
    if (page.length > INPUT_BYTES || term.length > TERM_BYTES) return undefined;
    this.input.set(page);
    this.term.set(term);
    const found = this.kernels.findTerm(page.length, term.length, terms, documents);
    if (found === 0) return undefined;
    if (found === 1) return 'absent';
    const [at, postingsOffset, blocksOffset, positionsOffset] = this.place;
    return { at, postingsOffset, blocksOffset, positionsOffset };
  }
}

let kernels: ByteKernels | undefined;

/** One for the thread, compiled when it is first asked for. */
export function byteKernels(): ByteKernels {
  kernels ??= new ByteKernels();
  return kernels;
}
