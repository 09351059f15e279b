import { RunHeap, type SortedRun, type SpillDirectory, type SpillFile } from '../storage/index.js';
import type { ValueList } from './keyword-buffer.js';

/** Bytes read at once of a run: memory is this times the runs. */
const READ_BYTES = 1 << 14;

/** Where a sorted run of one field stands. */
interface Region {
  from: number;
  to: number;
}

/** Sorted runs of several fields in one scratch file: for each value its length, bytes, count and documents. */
export class KeywordRuns {
  private readonly file: SpillFile;
  /** By field, in the order of their documents. */
  private readonly regions: Region[][];

  constructor(fields: number, spills: SpillDirectory) {
    this.file = spills.create('keywords');
    this.regions = Array.from({ length: fields }, () => []);
  }

  append(field: number, lists: Iterable<ValueList>): void {
    const from = this.file.length;
    for (const { value, docs } of lists) {
      this.file.append(new Uint8Array(Uint32Array.of(value.length).buffer));
      this.file.append(value);
      this.file.append(new Uint8Array(Uint32Array.of(docs.length).buffer));
      this.file.append(new Uint8Array(docs.slice().buffer));
    }
    this.regions[field].push({ from, to: this.file.length });
  }

  /** All values of a field, ascending, each once: its runs, and what is in memory behind them. */
  *merged(field: number, last: Iterable<ValueList>): Generator<ValueList> {
    if (this.regions[field].length === 0) return yield* last;
    const sources: Iterator<ValueList>[] = this.regions[field].map((region) => this.read(region));
    sources.push(last[Symbol.iterator]());
    const runs = sources.map((source) => new ListRun(source));
    const heap = new RunHeap(runs, (run) => (run.list as ValueList).value);
    for (let list = heap.top()?.list; list !== undefined; ) {
      const { value } = list;
      const parts: Uint32Array[] = [];
      // Equal values come in the order of the runs, so documents ascend.
      while (list !== undefined && Buffer.compare(list.value, value) === 0) {
        parts.push(list.docs.slice());
        heap.advance();
        list = heap.top()?.list;
      }
      yield { value, docs: joined(parts) };
    }
  }

  delete(): void {
    this.file.delete();
  }

  private *read({ from, to }: Region): Generator<ValueList> {
    let buffer = new Uint8Array(0);
    let at = 0;
    let position = from;
    const take = (bytes: number): Uint8Array<ArrayBuffer> => {
      const out = new Uint8Array(bytes);
      for (let done = 0; done < bytes; ) {
        if (at === buffer.length) {
          buffer = new Uint8Array(Math.min(READ_BYTES, to - position));
          this.file.read(buffer, position);
          position += buffer.length;
          at = 0;
        }
        const piece = buffer.subarray(at, at + bytes - done);
        out.set(piece, done);
        done += piece.length;
        at += piece.length;
      }
      return out;
    };
    const u32 = () => new Uint32Array(take(4).buffer)[0];
    while (position < to || at < buffer.length) {
      const value = take(u32());
      yield { value, docs: new Uint32Array(take(4 * u32()).buffer) };
    }
  }
}

function joined(parts: Uint32Array[]): Uint32Array {
  if (parts.length === 1) return parts[0];
  const docs = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    docs.set(part, at);
    at += part.length;
  }
  return docs;
}

/** Lists of one source, ascending. */
class ListRun implements SortedRun {
  list: ValueList | undefined;
  private readonly source: Iterator<ValueList>;

  constructor(source: Iterator<ValueList>) {
    this.source = source;
  }

  next(): boolean {
    const { value, done } = this.source.next();
    this.list = done ? undefined : value;
    return !done;
  }
}
