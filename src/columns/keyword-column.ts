import { metaCount, type SegmentView, u64At } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import type { Bound, Column } from '../filter/index.js';
import type { MsgMap } from '../segment/index.js';
import { arrayName } from './format.js';
import { decodeList } from './lists.js';
import { expectLength, Present } from './present.js';

/** Dictionaries up to this are loaded at once; of larger ones a look-up reads some pages. */
const LOADED_BYTES = 1 << 20;
/** Bytes of lists read at once. */
const PIECE_BYTES = 1 << 20;

/** A keyword field of one segment. A document may have several values. */
export class KeywordColumn implements Column {
  readonly kind = 'keyword';
  /** Distinct values. */
  readonly values: number;
  private readonly view: SegmentView;
  private readonly field: string;
  private readonly documents: Present;
  private readonly loaded = new Map<string, Uint8Array>();

  /** @throws CorruptError */
  constructor(view: SegmentView, field: string, meta: MsgMap) {
    const { reader } = view;
    this.view = view;
    this.field = field;
    this.documents = new Present(view, field, meta);
    const most = reader.info(arrayName(field, 'lists'), 'u8').byteLength;
    reader.info(arrayName(field, 'values'), 'u8');
    this.values = metaCount(reader, meta, 'values', most);
    for (const array of ['value-offsets', 'list-offsets'] as const) {
      expectLength(view, arrayName(field, array), 'u64', this.values + 1);
    }
  }

  addPresent(words: Uint32Array): void {
    this.documents.addTo(words);
  }

  addWithin(low: Bound | undefined, high: Bound | undefined, words: Uint32Array): void {
    const from = low === undefined ? 0 : this.first(bytesOf(low), low.inclusive);
    const to = high === undefined ? this.values : this.first(bytesOf(high), !high.inclusive);
    if (from === 0 && to === this.values) this.addPresent(words);
    else this.addLists(from, to, words);
  }

  /** Sets the bits of the documents of values `from` to `to`. @throws CorruptError */
  addLists(from: number, to: number, words: Uint32Array): void {
    for (let value = from; value < to; ) {
      const [start] = this.ends('list-offsets', value);
      // Lists of a range follow one another: several are read at once.
      let [, end] = this.ends('list-offsets', value);
      let last = value + 1;
      while (last < to && this.ends('list-offsets', last)[1] - start <= PIECE_BYTES) {
        end = this.ends('list-offsets', last++)[1];
      }
      const bytes = this.read('lists', start, end - start);
      for (; value < last; value++) {
        const [a, b] = this.ends('list-offsets', value);
        this.add(value, bytes.subarray(a - start, b - start), words);
      }
    }
  }

  /** UTF-8 of a value. */
  value(number: number): Uint8Array {
    const [start, end] = this.ends('value-offsets', number);
    return this.read('values', start, end - start);
  }

  /** Offsets begin at 0 and end where the arrays do. @throws CorruptError */
  checkEnds(): void {
    const { reader } = this.view;
    for (const [offsets, data] of [
      ['value-offsets', 'values'],
      ['list-offsets', 'lists'],
    ] as const) {
      const first = u64At(this.read(offsets, 0, 8), 0);
      const last = u64At(this.read(offsets, this.values * 8, 8), 0);
      if (first !== 0 || last !== reader.info(arrayName(this.field, data)).byteLength) {
        throw new CorruptError(
          reader.path,
          `'${arrayName(this.field, offsets)}' does not cover '${arrayName(this.field, data)}'`,
        );
      }
    }
  }

  private add(number: number, list: Uint8Array, words: Uint32Array): void {
    const fault = decodeList(list, this.view.documents, words);
    if (fault === undefined) return;
    throw new CorruptError(this.view.reader.path, `the list of value ${number} of '${this.field}' ${fault}`);
  }

  /** Number of the first value that is not below `wanted`; not `inclusive`: the first above it. */
  private first(wanted: Uint8Array, inclusive: boolean): number {
    let low = 0;
    let high = this.values;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = Buffer.compare(this.value(middle), wanted);
      if (order < 0 || (order === 0 && !inclusive)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private ends(array: 'value-offsets' | 'list-offsets', number: number): [number, number] {
    const pair = this.read(array, number * 8, 16);
    const [start, end] = [u64At(pair, 0), u64At(pair, 1)];
    const of = array === 'value-offsets' ? 'values' : 'lists';
    if (!(start <= end && end <= this.view.reader.info(arrayName(this.field, of)).byteLength)) {
      throw new CorruptError(
        this.view.reader.path,
        `'${arrayName(this.field, array)}' of ${number}: ${start} to ${end}`,
      );
    }
    return [start, end];
  }

  private read(
    array: 'values' | 'value-offsets' | 'lists' | 'list-offsets',
    offset: number,
    length: number,
  ): Uint8Array {
    const { reader } = this.view;
    const name = arrayName(this.field, array);
    if (array === 'lists' || reader.info(name).byteLength > LOADED_BYTES)
      return reader.range(name, offset, length);
    let bytes = this.loaded.get(array);
    if (bytes === undefined) {
      bytes = reader.load(name);
      this.loaded.set(array, bytes);
    }
    return bytes.subarray(offset, offset + length);
  }
}

function bytesOf({ value }: Bound): Uint8Array {
  return Buffer.from(value as string);
}
