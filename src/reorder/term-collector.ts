import { type Analyzer, type AnalyzerSpec, openAnalyzer } from '../analysis/index.js';
import type { TermSets } from './bisection.js';

/** Slots of the table of terms at first, a power of two. */
const SLOTS = 1 << 16;
const NO_TERM = 0xffffffff;

/**
 * Which terms documents have, in the order they come. A term is known by a 32-bit hash: two that share one count as one
 * term here, which changes an order a little and nothing else.
 */
export class TermCollector {
  private readonly analyzer: Analyzer;
  private terms = new Uint32Array(1 << 16);
  private postings = 0;
  private starts = new Float64Array(1024);
  private documents = 0;
  /** Open addressing: hash and number of each term. */
  private hashes = new Uint32Array(SLOTS);
  private numbers = new Uint32Array(SLOTS).fill(NO_TERM);
  private termCount = 0;
  /** By term: the last document that had it, and how many do. */
  private lastSeen = new Uint32Array(SLOTS);
  private counts = new Uint32Array(SLOTS);

  constructor(spec: AnalyzerSpec) {
    this.analyzer = openAnalyzer(spec);
  }

  /** Bytes held. */
  get bytes(): number {
    const tables = this.hashes.byteLength + this.numbers.byteLength + 2 * this.lastSeen.byteLength;
    return this.terms.byteLength + this.starts.byteLength + tables;
  }

  add(texts: string[]): void {
    if (this.documents + 2 > this.starts.length) this.starts = doubled(this.starts);
    for (const text of texts) this.analyzer.analyze(text, this.onTerm);
    this.starts[++this.documents] = this.postings;
  }

  /** The documents so far, without terms that only one has: these say nothing of an order. */
  take(): TermSets {
    const { documents, termCount, counts } = this;
    const renumbered = new Uint32Array(termCount);
    let kept = 0;
    for (let term = 0; term < termCount; term++) renumbered[term] = counts[term] > 1 ? kept++ : NO_TERM;
    const starts = new Float64Array(documents + 1);
    let at = 0;
    for (let doc = 0; doc < documents; doc++) {
      for (let i = this.starts[doc]; i < this.starts[doc + 1]; i++) {
        const number = renumbered[this.terms[i]];
        if (number !== NO_TERM) this.terms[at++] = number;
      }
      starts[doc + 1] = at;
    }
    return { documents, starts, terms: this.terms.subarray(0, at), termCount: kept };
  }

  private readonly onTerm = (term: string): void => {
    const number = this.numberOf(hashOf(term));
    // Documents count from 1 here, so that 0 is none.
    if (this.lastSeen[number] === this.documents + 1) return;
    this.lastSeen[number] = this.documents + 1;
    this.counts[number]++;
    if (this.postings === this.terms.length) this.terms = doubled(this.terms);
    this.terms[this.postings++] = number;
  };

  private numberOf(hash: number): number {
    const mask = this.hashes.length - 1;
    let slot = hash & mask;
    while (this.numbers[slot] !== NO_TERM) {
      if (this.hashes[slot] === hash) return this.numbers[slot];
      slot = (slot + 1) & mask;
    }
    if (this.termCount * 2 >= this.hashes.length) {
      this.grow();
      return this.numberOf(hash);
    }
    this.hashes[slot] = hash;
    this.numbers[slot] = this.termCount;
    return this.termCount++;
  }

  private grow(): void {
    const { hashes, numbers } = this;
    this.hashes = new Uint32Array(hashes.length * 2);
    this.numbers = new Uint32Array(hashes.length * 2).fill(NO_TERM);
    this.lastSeen = doubled(this.lastSeen);
    this.counts = doubled(this.counts);
    const mask = this.hashes.length - 1;
    for (let i = 0; i < hashes.length; i++) {
      if (numbers[i] === NO_TERM) continue;
      let slot = hashes[i] & mask;
      while (this.numbers[slot] !== NO_TERM) slot = (slot + 1) & mask;
      this.hashes[slot] = hashes[i];
      this.numbers[slot] = numbers[i];
    }
  }
}

function doubled<T extends Uint32Array | Float64Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}

/** FNV-1a over the code units, mixed so that its low bits serve as a slot. */
function hashOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
