import { sortUtf8 } from '../branch/index.js';

/** What a distinct value takes beside its characters: map entry, string head, last document. */
const VALUE_BYTES = 100;
/** What an occurrence takes, sorting included. */
const OCCURRENCE_BYTES = 12;

/** A value with its documents, ascending. */
export interface ValueList {
  /** UTF-8. */
  value: Uint8Array;
  docs: Uint32Array;
}

/** Values of one field and the documents that have them, until they are sorted. */
export class KeywordBuffer {
  private readonly numbers = new Map<string, number>();
  private readonly last: number[] = [];
  private readonly counts: number[] = [];
  private values = new Uint32Array(1024);
  private docs = new Uint32Array(1024);
  private size = 0;
  private characters = 0;

  get empty(): boolean {
    return this.size === 0;
  }

  /** @param doc ascending; a value that comes twice in one document counts once */
  add(value: string, doc: number): void {
    let number = this.numbers.get(value);
    if (number === undefined) {
      number = this.last.length;
      this.numbers.set(value, number);
      this.last.push(-1);
      this.counts.push(0);
      this.characters += value.length;
    }
    if (this.last[number] === doc) return;
    this.last[number] = doc;
    this.counts[number]++;
    if (this.size === this.docs.length) this.grow();
    this.values[this.size] = number;
    this.docs[this.size++] = doc;
  }

  bytes(): number {
    return this.characters * 2 + this.last.length * VALUE_BYTES + this.size * OCCURRENCE_BYTES;
  }

  /** Values ascending by their UTF-8 bytes: a counting sort of the occurrences, which leaves documents in order. */
  *sorted(): Generator<ValueList> {
    const values = [...this.numbers.keys()];
    sortUtf8(values);
    const next = new Uint32Array(values.length);
    let start = 0;
    for (const value of values) {
      const number = this.numbers.get(value) as number;
      next[number] = start;
      start += this.counts[number];
    }
    const docs = new Uint32Array(this.size);
    for (let i = 0; i < this.size; i++) docs[next[this.values[i]]++] = this.docs[i];
    const encoder = new TextEncoder();
    let from = 0;
    for (const value of values) {
      const to = from + this.counts[this.numbers.get(value) as number];
      yield { value: encoder.encode(value), docs: docs.subarray(from, to) };
      from = to;
    }
  }

  private grow(): void {
    const [values, docs] = [new Uint32Array(2 * this.size), new Uint32Array(2 * this.size)];
    values.set(this.values);
    docs.set(this.docs);
    this.values = values;
    this.docs = docs;
  }
}
