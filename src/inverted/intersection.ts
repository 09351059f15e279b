import { type DocSet, inSet } from '../branch/index.js';
import { BLOCK, BLOCK_SHIFT } from './layout.js';
import { type Ranks, rankOf, type TermPostings } from './term-postings.js';

/** Scratch of one search at a time. */
const keptScratch = new Uint32Array(BLOCK);
/** For each list looked up by galloping: the posting found for each place of the other's block. */
const foundScratch: Uint32Array[] = [];

/**
 * A list in which documents of another are looked up, ascending: by rank where it is long and often asked for, else by
 * galloping.
 */
class Seeker {
  private readonly list: TermPostings;
  private readonly ranks: Ranks | undefined;
  /** By galloping: where the block is that was looked at last. */
  private block = 0;
  private readonly found: Uint32Array;

  /** @param number which of the seekers of a search it is */
  constructor(list: TermPostings, documents: number, number: number) {
    this.list = list;
    this.ranks = list.ranks(documents);
    foundScratch[number] ??= new Uint32Array(BLOCK);
    this.found = foundScratch[number];
  }

  /**
   * Leaves of the postings `kept` those whose document is in the list.
   * @param docs documents of the postings
   * @param n how many are kept
   * @returns how many are left, at the front of `kept`
   */
  keep(docs: Uint32Array, kept: Uint32Array, n: number): number {
    if (this.ranks === undefined) return this.gallop(docs, kept, n);
    // Without a branch: whether a document is in a list can't be foretold, and looks at memory run side by side.
    const { ranks } = this;
    let left = 0;
    for (let j = 0; j < n; j++) {
      const posting = kept[j];
      const doc = docs[posting];
      kept[left] = posting;
      left += (ranks[(doc >>> 5) << 1] >>> (doc & 31)) & 1;
    }
    return left;
  }

  private gallop(docs: Uint32Array, kept: Uint32Array, n: number): number {
    const { list, found } = this;
    let left = 0;
    for (let j = 0; j < n; j++) {
      const posting = kept[j];
      const doc = docs[posting];
      this.block = list.blockOf(doc, this.block);
      if (this.block === list.last.length) break;
      const index = list.find(doc, this.block);
      if (list.docs[index] !== doc) continue;
      found[posting & (BLOCK - 1)] = index;
      kept[left++] = posting;
    }
    return left;
  }

  /** Index of a document that was kept. @param posting that of the other list */
  indexOf(doc: number, posting: number): number {
    return this.ranks === undefined ? this.found[posting & (BLOCK - 1)] : rankOf(this.ranks, doc);
  }
}

/**
 * Documents that are in all of some lists, by blocks of the shortest: its documents are looked up in the others, shorter
 * ones first. O(shortest · lists · log(gap)). One at a time.
 */
export class Intersection {
  /** The shortest list, and its number. */
  readonly lead: TermPostings;
  readonly first: number;
  /** Postings of a block of the lead that are left, ascending: the caller puts in those to look at. */
  readonly kept = keptScratch;
  /** Index of the posting in each list, by number; see locate(). */
  readonly at: number[];
  private readonly others: number[] = [];
  private readonly seekers: Seeker[] = [];
  private readonly filter: DocSet | undefined;

  /**
   * @param lists at least one
   * @param documents of the segment
   * @param filter only these documents; undefined: all
   */
  constructor(lists: TermPostings[], documents: number, filter: DocSet | undefined) {
    this.at = lists.map((_, l) => l);
    this.others = this.at.slice().sort((a, b) => lists[a].df - lists[b].df || a - b);
    this.first = this.others.shift() as number;
    this.lead = lists[this.first];
    for (let s = 0; s < this.others.length; s++)
      this.seekers.push(new Seeker(lists[this.others[s]], documents, s));
    this.filter = filter;
  }

  /** Puts all postings of a block in `kept`, decoded. @returns how many */
  all(block: number): number {
    const { lead, kept } = this;
    lead.ensure(block);
    const start = block << BLOCK_SHIFT;
    const n = Math.min(BLOCK, lead.df - start);
    for (let i = 0; i < n; i++) kept[i] = start + i;
    return n;
  }

  /** Puts the postings of a block in `kept` that have a level at least. @param levels of the lead's postings @returns how many */
  reaching(block: number, levels: Uint8Array, least: number): number {
    const { kept } = this;
    const start = block << BLOCK_SHIFT;
    const end = Math.min(start + BLOCK, levels.length);
    let n = 0;
    for (let i = start; i < end; i++) {
      kept[n] = i;
      // 1 where the level is not below: the sign of the difference, without a branch.
      n += 1 + ((levels[i] - least) >> 31);
    }
    return n;
  }

  /** Leaves of the first n postings in `kept` those whose document passes the filter and is in all lists. @returns how many */
  common(n: number): number {
    const { docs } = this.lead;
    let left = n;
    if (this.filter !== undefined) left = this.pass(this.filter, n);
    for (let s = 0; s < this.seekers.length && left > 0; s++)
      left = this.seekers[s].keep(docs, this.kept, left);
    return left;
  }

  private pass(filter: DocSet, n: number): number {
    const { kept } = this;
    const { docs } = this.lead;
    let left = 0;
    for (let j = 0; j < n; j++) if (inSet(filter, docs[kept[j]])) kept[left++] = kept[j];
    return left;
  }

  /** Sets `at` for a posting that is left. @returns the document */
  locate(posting: number): number {
    const { at, others, seekers } = this;
    const doc = this.lead.docs[posting];
    at[this.first] = posting;
    for (let s = 0; s < seekers.length; s++) at[others[s]] = seekers[s].indexOf(doc, posting);
    return doc;
  }
}
