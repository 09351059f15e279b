import { type DocSet, members } from '../branch/index.js';
import type { BlockTable } from './blocks.js';
import { BLOCK, BLOCK_SHIFT } from './layout.js';
import type { Scoring } from './scoring/index.js';
import type { DocumentNumbers } from './whole-numbers.js';

/** Postings up to which each is scored in advance: few enough that a query may look at them all. */
const PARTS_DF = 1 << 10;

/** Lists in more than one of so many documents: a byte a document is no more than twice what the decoded list takes. */
const DENSE = 16;
/** Lists in more than one of so many documents: two bits a document, likewise. */
const SPARSE = 64;
/** Queries before these are made. */
const ASKED = 3;
/** A frequency that a byte does not hold. */
export const MANY = 255;

/** What the postings of a list can score, for a weight of 1. */
export interface Bounds {
  /** Each block's postings exceed it by no more than rounding. */
  blocks: Float64Array;
  max: number;
  /** What every posting scores; only of short lists. */
  parts: Float64Array | undefined;
  /** What every posting scores, as levelOf() has it; see TermPostings.levels(). */
  levels: Uint8Array | undefined;
  levelsAsked: number;
}

/** In pairs, for 32 documents each: a bit where the term is, and how many postings come before. */
export type Ranks = Uint32Array;

/** Above every document number: a segment has fewer than 2^31 documents, so that differences keep their sign in 32 bits. */
const NO_DOCUMENT = 0x7fffffff;

/** Positions of all postings, one behind the other, and where those of each begin: df + 1 of them, the last is the end. */
export interface Positions {
  starts: Uint32Array;
  all: Uint32Array;
}

/** A filter is used for many queries. */
const setLists = new WeakMap<DocSet, TermPostings>();

/** Room for df documents in whole blocks. */
export function documentsFor(df: number): Uint32Array {
  return numbersFor(df).fill(NO_DOCUMENT, df);
}

/** Room for df numbers in whole blocks. */
export function numbersFor(df: number): Uint32Array {
  return new Uint32Array(Math.ceil(df / BLOCK) * BLOCK);
}

/**
 * Postings of one term (or phrase) in a segment, decoded block by block when they are asked for and
 * kept. Block b holds postings b * BLOCK up to (b + 1) * BLOCK.
 */
export class TermPostings {
  /** Documents with the term. */
  readonly df: number;
  /**
   * Valid in blocks that ensure() was called for; whole blocks, those places of the last that have no
   * posting hold NO_DOCUMENT. Ascending. Do not write to them.
   */
  readonly docs: Uint32Array;
  readonly tfs: Uint32Array;
  /** Last document of each block. */
  readonly last: Uint32Array;
  readonly table: BlockTable | undefined;
  /** Bytes it takes by now, all blocks taken as decoded. */
  bytes: number;
  /** Bytes that it was last kept as, see SegmentText.postings(). */
  counted = 0;
  private readonly decoded: Uint8Array;
  private missing: number;
  private readonly decode: (block: number) => void;
  private dense: Uint8Array | undefined;
  private asked = 0;
  private ranked: Ranks | undefined;
  private ranksAsked = 0;
  private allPositions: Positions | undefined;
  private positionsAsked = 0;
  private known: { scoring: Scoring; rarity: number; bounds: Bounds } | undefined;

  /** A list that is whole in memory. */
  static of(df: number, docs: Uint32Array, tfs: Uint32Array): TermPostings {
    const last = new Uint32Array(Math.ceil(df / BLOCK));
    for (let b = 0; b < last.length; b++) last[b] = docs[Math.min(df, (b + 1) * BLOCK) - 1];
    return new TermPostings(df, docs, tfs, last, undefined, undefined);
  }

  /** The documents of a set as a list, so that it can be walked with others. */
  static ofSet(set: DocSet): TermPostings {
    let list = setLists.get(set);
    if (list === undefined) {
      const docs = documentsFor(set.count);
      docs.set(members(set));
      list = TermPostings.of(set.count, docs, numbersFor(set.count));
      setLists.set(set, list);
    }
    return list;
  }

  /**
   * @param docs,tfs made by documentsFor() and numbersFor()
   * @param decode fills docs and tfs for a block
   */
  constructor(
    df: number,
    docs: Uint32Array,
    tfs: Uint32Array,
    last: Uint32Array,
    table: BlockTable | undefined,
    decode: ((block: number) => void) | undefined,
  ) {
    this.df = df;
    this.docs = docs;
    this.tfs = tfs;
    this.last = last;
    this.table = table;
    this.decode = decode ?? (() => {});
    this.missing = decode === undefined ? 0 : last.length;
    this.decoded = new Uint8Array(last.length);
    this.bytes = df * (df <= PARTS_DF ? 16 : 8) + last.length * 100 + 300;
  }

  /**
   * Frequencies by document number, 0 where the term is not, MANY for those of 255 and more: one look instead of
   * a search. Only of lists that more than one document in DENSE has, once they have been asked for repeatedly.
   */
  byDocument(documents: number): Uint8Array | undefined {
    if (this.dense !== undefined || this.df * DENSE < documents || ++this.asked < ASKED) return this.dense;
    this.ensureAll();
    this.dense = new Uint8Array(documents);
    this.bytes += documents;
    for (let i = 0; i < this.df; i++) this.dense[this.docs[i]] = Math.min(MANY, this.tfs[i]);
    return this.dense;
  }

  /**
   * Where each document is in the list. Of lists that more than one document in SPARSE has, once they have been asked for
   * repeatedly.
   */
  ranks(documents: number): Ranks | undefined {
    if (this.ranked !== undefined || this.df * SPARSE < documents || ++this.ranksAsked < ASKED)
      return this.ranked;
    this.ensureAll();
    const ranks = new Uint32Array(2 * Math.ceil(documents / 32));
    for (let i = 0; i < this.df; i++) ranks[(this.docs[i] >>> 5) * 2] |= 1 << (this.docs[i] & 31);
    for (let at = 3; at < ranks.length; at += 2) ranks[at] = ranks[at - 2] + ones(ranks[at - 3]);
    this.bytes += ranks.byteLength;
    this.ranked = ranks;
    return ranks;
  }

  /** All positions, once they have been asked for repeatedly. @param decode makes them */
  positions(decode: () => Positions): Positions | undefined {
    if (this.allPositions === undefined && ++this.positionsAsked >= ASKED) {
      this.ensureAll();
      const made = decode();
      this.bytes += made.starts.byteLength + made.all.byteLength;
      this.allPositions = made;
    }
    return this.allPositions;
  }

  /** Makes docs and tfs of a block valid. */
  ensure(block: number): void {
    if (this.missing === 0 || this.decoded[block] === 1) return;
    this.decode(block);
    this.decoded[block] = 1;
    this.missing--;
  }

  ensureAll(): void {
    for (let b = 0; this.missing > 0 && b < this.last.length; b++) this.ensure(b);
  }

  /** First block from `from` on that ends at `doc` or behind it; the number of blocks if there is none. Galloping. */
  blockOf(doc: number, from: number): number {
    return advance(this.last, from, this.last.length, doc);
  }

  /** Index of the first posting of a block with a document >= doc: the block ends at `doc` or behind it. */
  find(doc: number, block: number): number {
    this.ensure(block);
    const { docs } = this;
    // Seven steps of bisection without a branch: where the document is can't be foretold.
    let at = block << BLOCK_SHIFT;
    at += ((docs[at + 63] - doc) >> 31) & 64;
    at += ((docs[at + 31] - doc) >> 31) & 32;
    at += ((docs[at + 15] - doc) >> 31) & 16;
    at += ((docs[at + 7] - doc) >> 31) & 8;
    at += ((docs[at + 3] - doc) >> 31) & 4;
    at += ((docs[at + 1] - doc) >> 31) & 2;
    return at + (((docs[at] - doc) >> 31) & 1);
  }

  /** Index of a document, or -1. */
  indexOf(doc: number): number {
    const block = this.blockOf(doc, 0);
    if (block === this.last.length) return -1;
    const at = this.find(doc, block);
    return this.docs[at] === doc ? at : -1;
  }

  /** What its postings can score. Kept until that is another number. */
  bounds(scoring: Scoring, rarity: number, lengths: DocumentNumbers): Bounds {
    const known = this.known;
    if (known !== undefined && known.rarity === rarity && scoring.same(known.scoring)) return known.bounds;
    const exact = this.df <= PARTS_DF;
    const bounds = exact ? this.exact(scoring, rarity, lengths) : this.ofBlocks(scoring, rarity, lengths);
    if (known?.bounds.levels !== undefined) this.bytes -= this.df;
    this.known = { scoring, rarity, bounds };
    return bounds;
  }

  /**
   * A byte for what each posting scores, of lists that bounds() has no parts of, once they have been asked for repeatedly
   * under one scoring: a look at a byte tells of most postings that they can't enter.
   */
  levels(scoring: Scoring, rarity: number, lengths: DocumentNumbers): Uint8Array | undefined {
    const bounds = this.bounds(scoring, rarity, lengths);
    if (bounds.levels !== undefined || bounds.parts !== undefined || ++bounds.levelsAsked < ASKED)
      return bounds.levels;
    this.ensureAll();
    const levels = new Uint8Array(this.df);
    for (let i = 0; i < this.df; i++) {
      const doc = this.docs[i];
      lengths.ensure(doc);
      levels[i] = levelOf(scoring.unit(this.tfs[i], lengths.values[doc], rarity), bounds.max);
    }
    this.bytes += this.df;
    bounds.levels = levels;
    return levels;
  }

  private exact(scoring: Scoring, rarity: number, lengths: DocumentNumbers): Bounds {
    this.ensureAll();
    const blocks = new Float64Array(this.last.length);
    const parts = new Float64Array(this.df);
    let max = 0;
    for (let i = 0; i < this.df; i++) {
      const doc = this.docs[i];
      lengths.ensure(doc);
      const part = scoring.unit(this.tfs[i], lengths.values[doc], rarity);
      parts[i] = part;
      if (part > blocks[i >>> BLOCK_SHIFT]) blocks[i >>> BLOCK_SHIFT] = part;
      if (part > max) max = part;
    }
    return { blocks, max, parts, levels: undefined, levelsAsked: 0 };
  }

  private ofBlocks(scoring: Scoring, rarity: number, lengths: DocumentNumbers): Bounds {
    const { table } = this;
    // A phrase's: it has no table.
    if (table === undefined) return this.exact(scoring, rarity, lengths);
    const blocks = new Float64Array(this.last.length);
    let max = 0;
    for (let b = 0; b < blocks.length; b++) {
      for (let i = table.impacts[b]; i < table.impacts[b + 1]; i++) {
        const part = scoring.unit(table.tfs[i], table.lengths[i], rarity);
        if (part > blocks[b]) blocks[b] = part;
      }
      if (blocks[b] > max) max = blocks[b];
    }
    return { blocks, max, parts: undefined, levels: undefined, levelsAsked: 0 };
  }
}

/**
 * A number of 0 to 255 that does not fall where `part` rises: what scores more than another has a level as high or higher.
 * @param max of all parts, but for rounding
 */
export function levelOf(part: number, max: number): number {
  const level = Math.floor((part / max) * 255);
  return level < 0 ? 0 : level > 255 ? 255 : level;
}

/** Index of the posting of a document that has one. */
export function rankOf(ranks: Ranks, doc: number): number {
  const at = (doc >>> 5) << 1;
  return ranks[at + 1] + ones(ranks[at] & ((1 << (doc & 31)) - 1));
}

/** Bits that are set. */
function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Index of the first element >= value in from <= i < end; end if there is none. Galloping, then bisection. */
export function advance(values: Uint32Array, from: number, end: number, value: number): number {
  if (from >= end || values[from] >= value) return from;
  let step = 1;
  while (from + step < end && values[from + step] < value) step *= 2;
  let low = from + (step >> 1) + 1;
  let high = Math.min(from + step, end);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
