import { metaCount, partMeta, type SegmentView, u64At } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { ARRAYS, idHash, PART } from './format.js';

/** Largest stored document taken for real; the limit of records on the way in is far below. */
const MAX_STORED_BYTES = 2 ** 30;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Documents of one segment by local number. Every method costs a few positional reads. */
export class ForwardReader {
  private readonly view: SegmentView;
  /** Input row of document 0 when rows are contiguous. */
  private readonly firstRow: number | undefined;
  private readonly hasIds: boolean;
  private rows: Uint8Array | undefined;
  private ids: { bytes: Buffer; offsets: Float64Array } | undefined;

  constructor(view: SegmentView) {
    this.view = view;
    const { reader, documents } = view;
    const meta = partMeta(reader, PART);
    this.hasIds = reader.has(ARRAYS.ids);
    this.firstRow = reader.has(ARRAYS.rows) ? undefined : metaCount(reader, meta, 'firstRow');
    const sizes: [string, 'u32' | 'u64', number][] = [];
    if (this.hasIds) {
      sizes.push([ARRAYS.idOffsets, 'u64', documents + 1]);
      sizes.push([ARRAYS.hashes, 'u32', documents], [ARRAYS.hashDocs, 'u32', documents]);
    }
    if (reader.has(ARRAYS.stored)) sizes.push([ARRAYS.storedOffsets, 'u64', documents + 1]);
    if (this.firstRow === undefined) sizes.push([ARRAYS.rows, 'u64', documents]);
    for (const [name, dtype, elements] of sizes) {
      const info = reader.info(name, dtype);
      if (info.shape.length !== 1 || info.shape[0] !== elements) {
        throw new CorruptError(
          reader.path,
          `array '${name}' has ${info.shape.join('×')} elements, not ${elements}`,
        );
      }
    }
  }

  /** Loads all ids of the segment into memory. */
  warm(): void {
    if (!this.hasIds || this.ids !== undefined) return;
    const { reader, documents } = this.view;
    const { buffer } = reader.load(ARRAYS.ids);
    const stored = reader.load(ARRAYS.idOffsets);
    const offsets = Float64Array.from({ length: documents + 1 }, (_, i) => u64At(stored, i));
    this.ids = { bytes: Buffer.from(buffer), offsets };
  }

  /** Input row, 0-based, rejected records counted. */
  row(doc: number): number {
    if (this.firstRow !== undefined) return this.firstRow + doc;
    this.rows ??= this.view.reader.load(ARRAYS.rows);
    return u64At(this.rows, doc);
  }

  /** The document of an input row, or undefined: O(log documents). */
  docOfRow(row: number): number | undefined {
    let low = 0;
    let high = this.view.documents;
    if (this.firstRow !== undefined) {
      const doc = row - this.firstRow;
      return doc >= 0 && doc < high ? doc : undefined;
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.row(middle) < row) low = middle + 1;
      else high = middle;
    }
    return low < this.view.documents && this.row(low) === row ? low : undefined;
  }

  id(doc: number): string {
    if (!this.hasIds) return String(this.row(doc));
    if (this.ids === undefined) return this.decode(this.bytes(ARRAYS.ids, ARRAYS.idOffsets, doc), ARRAYS.ids);
    return this.warmId(doc, this.ids);
  }

  /** The document with this id, or undefined: O(log documents) small reads. */
  find(id: string): number | undefined {
    const { reader, documents } = this.view;
    if (!this.hasIds) return /^(0|[1-9]\d*)$/.test(id) ? this.docOfRow(Number(id)) : undefined;
    const wanted = encoder.encode(id);
    const hash = idHash(wanted);
    const u32 = (name: string, i: number) =>
      new DataView(reader.range(name, i * 4, 4).buffer).getUint32(0, true);
    let low = 0;
    let high = documents;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (u32(ARRAYS.hashes, middle) < hash) low = middle + 1;
      else high = middle;
    }
    for (; low < documents && u32(ARRAYS.hashes, low) === hash; low++) {
      const doc = u32(ARRAYS.hashDocs, low);
      if (doc >= documents)
        throw new CorruptError(reader.path, `id table names document ${doc} of ${documents}`);
      if (this.id(doc) === id) return doc;
    }
    return undefined;
  }

  /** Stored fields; undefined when the index stores none. */
  stored(doc: number): Record<string, unknown> | undefined {
    if (!this.view.reader.has(ARRAYS.stored)) return undefined;
    const text = this.decode(this.bytes(ARRAYS.stored, ARRAYS.storedOffsets, doc), ARRAYS.stored);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new CorruptError(this.view.reader.path, `stored document ${doc}: ${(error as Error).message}`);
    }
  }

  /** Ten of these are a tenth of a query: what is ASCII is not handed to the decoder. */
  private warmId(doc: number, { bytes, offsets }: { bytes: Buffer; offsets: Float64Array }): string {
    this.expectDocument(doc);
    const start = offsets[doc];
    const end = offsets[doc + 1];
    if (!(end >= start && end <= bytes.length)) throw this.badOffsets(ARRAYS.idOffsets, doc, start, end);
    for (let i = start; i < end; i++)
      if (bytes[i] > 127) return this.decode(bytes.subarray(start, end), ARRAYS.ids);
    return bytes.toString('latin1', start, end);
  }

  private bytes(name: string, offsets: string, doc: number): Uint8Array {
    const { reader } = this.view;
    this.expectDocument(doc);
    const pair = reader.range(offsets, doc * 8, 16);
    const [start, end] = [u64At(pair, 0), u64At(pair, 1)];
    if (!(end >= start && end - start <= MAX_STORED_BYTES)) throw this.badOffsets(offsets, doc, start, end);
    return reader.range(name, start, end - start);
  }

  private expectDocument(doc: number): void {
    const { documents } = this.view;
    if (!(doc >= 0 && doc < documents)) throw new RangeError(`document ${doc} of ${documents}`);
  }

  private badOffsets(offsets: string, doc: number, start: number, end: number): CorruptError {
    return new CorruptError(this.view.reader.path, `'${offsets}' of document ${doc}: ${start} to ${end}`);
  }

  private decode(bytes: Uint8Array, name: string): string {
    try {
      return utf8.decode(bytes);
    } catch {
      throw new CorruptError(this.view.reader.path, `'${name}' is not UTF-8`);
    }
  }
}

export function openForward(view: SegmentView): ForwardReader {
  return new ForwardReader(view);
}
