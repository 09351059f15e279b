import { type BoundedTopK, type Candidates, type DocSet, members, topK } from '../branch/index.js';
import { Largest } from './largest.js';
import { BLOCK_SHIFT } from './layout.js';
import { NO_SATURATION, type Scoring } from './scoring/index.js';
import { advance, MANY, type TermPostings } from './term-postings.js';
import type { DocumentNumbers } from './whole-numbers.js';

/** A clause's postings and what it weighs. */
export interface Weighted {
  list: TermPostings;
  /** >= 0 */
  weight: number;
  /** See Scoring.unit(). */
  rarity: number;
}

/**
 * Documents scored at once: their accumulators stay in the first-level cache, and lengths are read
 * for them alone. A power of two that divides the chunk of WholeNumbers.
 */
const WINDOW = 1 << 11;
/** Documents of a filter are looked up one by one when the longest list has more than so many for each. */
const FEW = 32;
/** Ranges of documents that are put in order for a query: picking the best of so many costs less than a window. */
const MAX_RANGES = 256;
/** Scratch of one search at a time. */
const rangeSums = new Float64Array(MAX_RANGES);
const rangeOwn = new Float64Array(MAX_RANGES);
const accumulators = new Float64Array(WINDOW);
/** One bit a document of the window: which accumulators are in use. */
const touched = new Uint32Array(WINDOW / 32);

/**
 * Bounds are raised by this share before they are compared with scores: much more than rounding can
 * make of the sums of 4,000 clauses, much less than what two frequencies or lengths differ by.
 */
export const SLACK = 1 + 2e-12;

/**
 * The best `depth` documents with at least one clause: block-max MaxScore (Turtle and Flood, "Query
 * Evaluation: Strategies and Optimizations", 1995; Ding and Suel, "Faster Top-k Document Retrieval
 * Using Block-Max Indexes", SIGIR 2011) by windows of documents. In each window the clauses behind
 * whose bounds together cannot beat the threshold only add to documents that an earlier clause
 * brings; blocks and documents that cannot enter are passed over. Exact: documents and scores are
 * bit for bit those of exhaustive scoring, as every sum is made in the order of the clauses.
 * @param clauses by falling weight: the order of summation, and roughly of bounds
 * @param filter only these documents; undefined: all
 */
export function topAny(
  clauses: Weighted[],
  lengths: DocumentNumbers,
  scoring: Scoring,
  depth: number,
  filter: DocSet | undefined,
): Candidates {
  const best = topK(depth);
  if (depth === 0 || clauses.length === 0) return best.take();
  const longest = clauses.reduce((most, { list }) => Math.max(most, list.df), 0);
  if (filter !== undefined && filter.count * FEW < longest)
    scoreEach(clauses, lengths, scoring, best, filter);
  else new AnySearch(clauses, lengths, scoring, best, filter).run();
  return best.take();
}

/** Looks up each document of a small set in every list. O(set · clauses · log(gap)). */
function scoreEach(
  clauses: Weighted[],
  lengths: DocumentNumbers,
  scoring: Scoring,
  best: BoundedTopK,
  filter: DocSet,
): void {
  const blocks = new Uint32Array(clauses.length);
  for (const doc of members(filter)) {
    let score = 0;
    let found = false;
    for (let c = 0; c < clauses.length; c++) {
      const { list, weight, rarity } = clauses[c];
      const block = list.blockOf(doc, blocks[c]);
      blocks[c] = block;
      if (block === list.last.length) continue;
      const at = list.find(doc, block);
      if (list.docs[at] !== doc) continue;
      lengths.ensure(doc);
      score += weight * scoring.unit(list.tfs[at], lengths.values[doc], rarity);
      found = true;
    }
    if (found) best.push(doc, score);
  }
}

/** A clause on its way through its list. */
class Cursor {
  readonly list: TermPostings;
  readonly last: Uint32Array;
  readonly bounds: Float64Array;
  readonly parts: Float64Array | undefined;
  readonly dense: Uint8Array | undefined;
  readonly weight: number;
  readonly rarity: number;
  /** The weight raised by SLACK. */
  readonly raised: number;
  /** First block that may reach into the window. */
  block = 0;
  /** Most that this clause can add in the window; those before it; it and those behind it; those behind it. */
  here = 0;
  before = 0;
  behind = 0;
  after = 0;
  /** Most that it and those behind it can add in any document. */
  readonly ever: number;

  constructor(
    { list, weight, rarity }: Weighted,
    lengths: DocumentNumbers,
    scoring: Scoring,
    behind: number,
  ) {
    const { blocks, max, parts } = list.bounds(scoring, rarity, lengths);
    this.parts = parts;
    this.dense = list.byDocument(lengths.values.length);
    this.list = list;
    this.last = list.last;
    this.bounds = blocks;
    this.weight = weight;
    this.rarity = rarity;
    this.raised = weight * SLACK;
    this.ever = this.raised * max + behind;
  }

  /** Moves to the window base <= doc < end and bounds what the clause can add there. */
  enter(base: number, end: number): void {
    const { last, bounds } = this;
    const n = last.length;
    let block = this.block;
    if (block < n && last[block] < base) block = advance(last, block, n, base);
    this.block = block;
    let most = 0;
    while (block < n) {
      if (block > 0 && last[block - 1] + 1 >= end) break;
      if (bounds[block] > most) most = bounds[block];
      if (last[block] >= end) break;
      block++;
    }
    this.here = most * this.raised;
  }

  /** Occurrences in a document of the window, or -1 when this clause and those behind it do not add up to more than `needed`. */
  frequency(doc: number, needed: number): number {
    if (this.here === 0) return 0;
    const { last, list } = this;
    let block = this.block;
    if (block < last.length && last[block] < doc) {
      block = advance(last, block, last.length, doc);
      this.block = block;
    }
    if (block === last.length) return 0;
    if (this.raised * this.bounds[block] + this.after <= needed) return -1;
    const at = list.find(doc, block);
    return list.docs[at] === doc ? list.tfs[at] : 0;
  }
}

/** Documents that are looked at together: whole windows, and few enough ranges to sort them for each query. */
function rangeSize(documents: number): number {
  let size = WINDOW;
  while (size * MAX_RANGES < documents) size *= 2;
  return size;
}

class AnySearch {
  private readonly cursors: Cursor[] = [];
  private readonly lengths: DocumentNumbers;
  /** undefined: units are floor + tf / (tf + (base + perTerm * length)). */
  private readonly general: Scoring | undefined;
  private readonly floor: number;
  private readonly base: number;
  private readonly perTerm: number;
  private readonly best: BoundedTopK;
  private threshold = Number.NEGATIVE_INFINITY;
  /** Bits of the documents that may be found; undefined: all. */
  private readonly allowed: Uint32Array | undefined;

  constructor(
    clauses: Weighted[],
    lengths: DocumentNumbers,
    scoring: Scoring,
    best: BoundedTopK,
    filter: DocSet | undefined,
  ) {
    let behind = 0;
    for (let c = clauses.length - 1; c >= 0; c--) {
      const cursor = new Cursor(clauses[c], lengths, scoring, behind);
      this.cursors.push(cursor);
      behind = cursor.ever;
    }
    this.cursors.reverse();
    this.lengths = lengths;
    this.general = scoring.saturation === undefined ? scoring : undefined;
    const { floor, base, perTerm } = scoring.saturation ?? NO_SATURATION;
    this.floor = floor;
    this.base = base;
    this.perTerm = perTerm;
    this.best = best;
    this.allowed = filter?.words;
  }

  run(): void {
    const size = rangeSize(this.lengths.values.length);
    const most = this.ranges(size);
    // Where most can be had comes first: the threshold is high when the rest is looked at, and the last ranges are
    // not looked at at all. So documents do not ascend, and one of equal score may still enter.
    const n = Math.ceil(this.lengths.values.length / size);
    const left = new Largest(most, n);
    for (let i = 0; i < n; i++) {
      const { at, value: bound } = left.take();
      if (bound <= this.threshold || bound === 0) return;
      this.range(at * size, (at + 1) * size);
    }
  }
  /** @returns for each range of documents the most that all clauses can add up to; 0 where none has a document */
  private ranges(size: number): Float64Array {
    const n = Math.ceil(this.lengths.values.length / size);
    rangeSums.fill(0, 0, n);
    const sums = rangeSums;
    const own = rangeOwn;
    const shift = 31 - Math.clz32(size);
    for (const { list, last, bounds, parts, raised } of this.cursors) {
      own.fill(0, 0, n);
      if (parts !== undefined) {
        const { docs } = list;
        for (let i = 0; i < parts.length; i++) {
          const range = docs[i] >>> shift;
          if (parts[i] > own[range]) own[range] = parts[i];
        }
        for (let r = 0; r < n; r++) sums[r] += own[r] * raised;
        continue;
      }
      let range = 0;
      for (let block = 0; block < last.length; block++) {
        const end = last[block] >>> shift;
        for (; range < end; range++) if (bounds[block] > own[range]) own[range] = bounds[block];
        if (bounds[block] > own[range]) own[range] = bounds[block];
        if ((last[block] + 1) % size === 0) range++;
      }
      for (let r = 0; r < n; r++) sums[r] += own[r] * raised;
    }
    return sums;
  }

  /** Looks at start <= doc < stop. */
  private range(start: number, stop: number): void {
    const { cursors } = this;
    // Clauses from here on cannot bring a document by themselves any more.
    let leading = cursors.length;
    for (const cursor of cursors) cursor.block = advance(cursor.last, 0, cursor.last.length, start);
    for (let from = start; from < stop; ) {
      while (leading > 0 && cursors[leading - 1].ever <= this.threshold) leading--;
      const lowest = this.lowest(leading, from);
      if (lowest >= stop) return;
      const base = lowest - (lowest % WINDOW);
      from = base + WINDOW;
      if (!this.allows(base)) continue;
      const all = this.enter(base, from);
      if (all <= this.threshold) continue;
      this.lengths.ensure(base);
      let essential = leading;
      while (cursors[essential - 1].behind <= this.threshold) essential--;
      if (essential === 1) {
        this.scan(base, from);
      } else {
        for (let c = 0; c < essential; c++) this.accumulate(cursors[c], base, from);
        this.collect(base, essential);
      }
    }
  }

  /**
   * A document >= from before which no leading clause has one. Blocks are decoded for it only where
   * they reach beyond a window: a window without a document costs more than a sparse block.
   */
  private lowest(leading: number, from: number): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (let c = 0; c < leading; c++) {
      const cursor = this.cursors[c];
      const { last } = cursor;
      let block = cursor.block;
      if (block < last.length && last[block] < from) {
        block = advance(last, block, last.length, from);
        cursor.block = block;
      }
      if (block === last.length) continue;
      let doc = block === 0 ? 0 : last[block - 1] + 1;
      if (doc < from) doc = from;
      if (doc < lowest && last[block] >= doc + WINDOW) {
        doc = cursor.list.docs[cursor.list.find(doc, block)];
      }
      if (doc < lowest) lowest = doc;
    }
    return lowest;
  }

  /** Whether a document of a window may be found. */
  private allows(base: number): boolean {
    const { allowed } = this;
    if (allowed === undefined) return true;
    const end = Math.min(allowed.length, (base + WINDOW) >>> 5);
    for (let w = base >>> 5; w < end; w++) if (allowed[w] !== 0) return true;
    return false;
  }

  /** @returns the most that all clauses can add up to in base <= doc < end */
  private enter(base: number, end: number): number {
    const { cursors } = this;
    let before = 0;
    for (let c = 0; c < cursors.length; c++) {
      const cursor = cursors[c];
      cursor.enter(base, end);
      cursor.before = before;
      before += cursor.here;
    }
    let behind = 0;
    for (let c = cursors.length - 1; c >= 0; c--) {
      cursors[c].after = behind;
      behind += cursors[c].here;
      cursors[c].behind = behind;
    }
    return behind;
  }

  /** One clause brings all documents of the window: they are scored at once. */
  private scan(base: number, end: number): void {
    const { list, bounds, last, raised, weight, rarity, block: first } = this.cursors[0];
    const { docs, tfs } = list;
    const { general, floor, base: norm, perTerm, allowed } = this;
    const { values } = this.lengths;
    const others = this.cursors.length > 1 ? this.cursors[1].behind : 0;
    let needed = this.threshold - others;
    for (let block = first; block < last.length; block++) {
      if (block > 0 && last[block - 1] + 1 >= end) return;
      if (raised * bounds[block] <= needed) continue;
      let i = list.find(base, block);
      const stop = Math.min(list.df, (block + 1) << BLOCK_SHIFT);
      for (; i < stop; i++) {
        const doc = docs[i];
        if (doc >= end) return;
        const tf = tfs[i];
        const unit =
          general === undefined
            ? floor + tf / (tf + (norm + perTerm * values[doc]))
            : general.unit(tf, values[doc], rarity);
        const score = weight * unit;
        if (score * SLACK > needed) {
          if (allowed !== undefined && ((allowed[doc >>> 5] >>> (doc & 31)) & 1) === 0) continue;
          this.complete(doc, score, 1);
          needed = this.threshold - others;
        }
      }
    }
  }

  /** Adds one clause's parts for the window, but for blocks whose documents cannot enter. */
  private accumulate(cursor: Cursor, base: number, end: number): void {
    const { list, bounds, last, raised, weight, rarity, block: first } = cursor;
    const { docs, tfs } = list;
    const { general, floor, base: norm, perTerm } = this;
    const { values } = this.lengths;
    const needed = this.threshold - (cursor.before + cursor.after);
    for (let block = first; block < last.length; block++) {
      if (block > 0 && last[block - 1] + 1 >= end) return;
      if (raised * bounds[block] <= needed) continue;
      let i = list.find(base, block);
      const stop = Math.min(list.df, (block + 1) << BLOCK_SHIFT);
      for (; i < stop; i++) {
        const doc = docs[i];
        if (doc >= end) return;
        const slot = doc - base;
        const tf = tfs[i];
        const unit =
          general === undefined
            ? floor + tf / (tf + (norm + perTerm * values[doc]))
            : general.unit(tf, values[doc], rarity);
        accumulators[slot] += weight * unit;
        touched[slot >>> 5] |= 1 << (slot & 31);
      }
    }
  }

  private collect(base: number, essential: number): void {
    const { allowed } = this;
    const others = essential < this.cursors.length ? this.cursors[essential].behind : 0;
    let needed = this.threshold - others;
    for (let word = 0; word < WINDOW / 32; word++) {
      let bits = touched[word];
      if (bits === 0) continue;
      touched[word] = 0;
      if (allowed !== undefined) {
        for (let out = bits & ~allowed[(base >>> 5) + word]; out !== 0; out &= out - 1) {
          accumulators[word * 32 + 31 - Math.clz32(out & -out)] = 0;
        }
        bits &= allowed[(base >>> 5) + word];
      }
      for (; bits !== 0; bits &= bits - 1) {
        const slot = word * 32 + 31 - Math.clz32(bits & -bits);
        const score = accumulators[slot];
        accumulators[slot] = 0;
        if (score * SLACK > needed) {
          this.complete(base + slot, score, essential);
          needed = this.threshold - others;
        }
      }
    }
  }

  /** Adds the clauses from `from` on to a document's score, as long as it may still enter. */
  private complete(doc: number, sum: number, from: number): void {
    const { cursors, threshold, general, floor } = this;
    const length = this.lengths.values[doc];
    const norm = this.base + this.perTerm * length;
    let score = sum;
    for (let c = from; c < cursors.length; c++) {
      const cursor = cursors[c];
      if (score * SLACK + cursor.behind <= threshold) return;
      const { dense } = cursor;
      const tf =
        dense !== undefined && dense[doc] !== MANY
          ? dense[doc]
          : cursor.frequency(doc, threshold - score * SLACK);
      if (tf < 0) return;
      if (tf > 0) {
        const unit =
          general === undefined ? floor + tf / (tf + norm) : general.unit(tf, length, cursor.rarity);
        score += cursor.weight * unit;
      }
    }
    if (score >= threshold) {
      this.best.push(doc, score);
      this.threshold = this.best.threshold();
    }
  }
}
