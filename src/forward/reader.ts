import { metaCount, partMeta, type SegmentView, u64At } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { PackedNumbers } from '../segment/index.js';
import { ByteStrings } from './byte-strings.js';
import { BY_HASH, BY_ROW, IDS, idHash, PART, ROWS, STORED } from './format.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Documents of one segment by local number. Every method costs a few positional reads. */
export class ForwardReader {
  private readonly view: SegmentView;
  /** Input row of document 0 when rows are contiguous. */
  private readonly firstRow: number | undefined;
  /** Undefined when ids are row numbers. */
  private readonly ids: ByteStrings | undefined;
  private readonly documents: ByteStrings | undefined;
  private readonly byHash: PackedNumbers | undefined;
  /** Undefined when rows ascend. */
  private readonly byRow: PackedNumbers | undefined;
  private rows: Uint8Array | undefined;
  private warmIds: { bytes: Buffer; offsets: Float64Array } | undefined;

  constructor(view: SegmentView) {
    this.view = view;
    const { reader, documents } = view;
    const meta = partMeta(reader, PART);
    this.ids = reader.has(IDS.bytes) ? new ByteStrings(view, IDS) : undefined;
    this.documents = reader.has(STORED.bytes) ? new ByteStrings(view, STORED) : undefined;
    this.firstRow = reader.has(ROWS) ? undefined : metaCount(reader, meta, 'firstRow');
    this.byHash = this.ids && new PackedNumbers(reader, BY_HASH, documents);
    this.byRow = reader.has(BY_ROW) ? new PackedNumbers(reader, BY_ROW, documents) : undefined;
    if (this.firstRow !== undefined) return;
    const { shape } = reader.info(ROWS, 'u64');
    if (shape.length !== 1 || shape[0] !== documents)
      throw new CorruptError(
        reader.path,
        `array '${ROWS}' has ${shape.join('×')} elements, not ${documents}`,
      );
  }

  /** Loads all ids of the segment into memory. */
  warm(): void {
    this.warmIds ??= this.ids?.warm();
  }

  /** Input row, 0-based, rejected records counted. */
  row(doc: number): number {
    if (this.firstRow !== undefined) return this.firstRow + doc;
    this.rows ??= this.view.reader.load(ROWS);
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
      if (this.row(this.docByRow(middle)) < row) low = middle + 1;
      else high = middle;
    }
    if (low === this.view.documents) return undefined;
    const doc = this.docByRow(low);
    return this.row(doc) === row ? doc : undefined;
  }

  /** The document whose row is the i-th. */
  private docByRow(i: number): number {
    return this.byRow === undefined ? i : this.docIn(this.byRow, i, 'row');
  }

  id(doc: number): string {
    if (this.ids === undefined) return String(this.row(doc));
    if (this.warmIds !== undefined) return this.warmId(doc, this.warmIds);
    return this.decode(this.ids.at(doc), IDS.bytes);
  }

  /**
   * The document with this id, or undefined. Documents stand in the order of their ids' hashes, which are as good as
   * random: O(log log documents) ids are read to find the place (interpolation search), O(log documents) if they are not.
   */
  find(id: string): number | undefined {
    if (this.ids === undefined) return /^(0|[1-9]\d*)$/.test(id) ? this.docOfRow(Number(id)) : undefined;
    const wanted = idHash(encoder.encode(id));
    // Of [low, high) all before low have a lower hash, all from high on the same or a higher one.
    let low = 0;
    let high = this.view.documents;
    let [least, most] = [0, 2 ** 32];
    for (let step = 0; low < high; step++) {
      const share = (wanted - least) / (most - least);
      // Every third step halves: whatever the hashes are, the end comes.
      const guess = step % 3 === 2 ? 0.5 : Math.min(Math.max(share, 0), 1);
      const middle = Math.min(high - 1, low + Math.floor(guess * (high - low)));
      const doc = this.docByHash(middle);
      const found = this.id(doc);
      if (found === id) return doc;
      const hash = idHash(encoder.encode(found));
      if (hash < wanted) {
        low = middle + 1;
        least = hash;
      } else {
        high = middle;
        most = hash === least ? hash + 1 : hash;
      }
    }
    for (; low < this.view.documents; low++) {
      const doc = this.docByHash(low);
      const found = this.id(doc);
      if (found === id) return doc;
      if (idHash(encoder.encode(found)) !== wanted) return undefined;
    }
    return undefined;
  }

  /** Stored fields; undefined when the index stores none. */
  stored(doc: number): Record<string, unknown> | undefined {
    if (this.documents === undefined) return undefined;
    const text = this.decode(this.documents.at(doc), STORED.bytes);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new CorruptError(this.view.reader.path, `stored document ${doc}: ${(error as Error).message}`);
    }
  }

  /** Ten of these are a tenth of a query: what is ASCII is not handed to the decoder. */
  private warmId(doc: number, { bytes, offsets }: { bytes: Buffer; offsets: Float64Array }): string {
    const { documents } = this.view;
    if (!(doc >= 0 && doc < documents)) throw new RangeError(`document ${doc} of ${documents}`);
    const start = offsets[doc];
    const end = offsets[doc + 1];
    for (let i = start; i < end; i++)
      if (bytes[i] > 127) return this.decode(bytes.subarray(start, end), IDS.bytes);
    return bytes.toString('latin1', start, end);
  }

  private docByHash(i: number): number {
    return this.docIn(this.byHash as PackedNumbers, i, 'id');
  }

  private docIn(table: PackedNumbers, i: number, what: string): number {
    const { reader, documents } = this.view;
    const [doc] = table.range(i, 1);
    if (doc >= documents)
      throw new CorruptError(reader.path, `${what} table names document ${doc} of ${documents}`);
    return doc;
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
