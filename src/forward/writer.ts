import {
  copySpill,
  type StructureWriter,
  type WriterEnvironment,
  type WrittenPart,
} from '../branch/index.js';
import type { IndexDocument, Schema } from '../schema/index.js';
import { bitsFor, PackedWriter, type SegmentWriter, SMALL_CHUNK_BYTES } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import { ByteStringWriter } from './byte-strings.js';
import { BY_HASH, BY_ROW, IDS, idHash, ROWS, STORED } from './format.js';

const encoder = new TextEncoder();

/** Spools ids, rows and stored fields; holds 16 bytes a document while it sorts ids at the end. */
export class ForwardWriter implements StructureWriter {
  private readonly ids: ByteStringWriter | undefined;
  private readonly stored: ByteStringWriter | undefined;
  private readonly hashes: SpillFile | undefined;
  private readonly rows: SpillFile;
  private firstRow = 0;
  private lastRow = -1;
  private contiguous = true;
  /** Rows ascend. */
  private inOrder = true;
  private next = 0;

  constructor(schema: Schema, environment: WriterEnvironment) {
    if (schema.ids) {
      this.ids = new ByteStringWriter(environment.spills, 'document-ids');
      this.hashes = environment.spills.create('id-hashes');
    }
    if (schema.stored !== 'none' && schema.ids)
      this.stored = new ByteStringWriter(environment.spills, 'stored');
    this.rows = environment.spills.create('rows');
  }

  add(doc: number, document: IndexDocument): void {
    if (doc === 0) this.firstRow = document.row;
    this.contiguous &&= document.row === this.firstRow + doc;
    this.inOrder &&= document.row > this.lastRow;
    this.lastRow = document.row;
    this.rows.appendU64(document.row);
    if (this.ids && this.hashes) this.hashes.appendU32(idHash(this.ids.appendText(document.id as string)));
    this.stored?.append(document.stored ?? encoder.encode('{}'));
    this.next = doc + 1;
  }

  buffered(): number {
    return 0;
  }

  spill(): void {}

  async finish(out: SegmentWriter, documents: number): Promise<WrittenPart> {
    if (documents !== this.next) throw new Error(`${this.next} documents were added, not ${documents}`);
    if (this.hashes) this.writeByHash(out, this.hashes, documents);
    if (!this.inOrder) this.writeByRow(out, documents);
    if (this.contiguous) this.rows.delete();
    else copySpill(this.rows, out, ROWS, 'u64', documents);
    this.ids?.write(out, IDS);
    this.stored?.write(out, STORED);
    return {
      meta: { firstRow: this.contiguous ? this.firstRow : undefined } as Record<string, number>,
      counts: {},
    };
  }

  private writeByHash(out: SegmentWriter, hashes: SpillFile, documents: number): void {
    const hash = new Uint32Array(documents);
    hashes.read(new Uint8Array(hash.buffer), 0);
    hashes.delete();
    writeOrder(out, BY_HASH, byKey(hash));
  }

  private writeByRow(out: SegmentWriter, documents: number): void {
    const words = new Uint32Array(documents * 2);
    this.rows.read(new Uint8Array(words.buffer), 0);
    // Of a u64 the low half: there are fewer than 2^32 rows.
    const rows = Uint32Array.from({ length: documents }, (_, doc) => words[2 * doc]);
    writeOrder(out, BY_ROW, byKey(rows));
  }
}

function writeOrder(out: SegmentWriter, name: string, docs: Uint32Array): void {
  const table = new PackedWriter(out, name, docs.length, bitsFor(docs.length - 1), SMALL_CHUNK_BYTES);
  table.write(docs);
  table.end();
}

/** Indexes of keys, ascending by key, equal ones by index: a counting sort by each half of them. O(keys). */
function byKey(keys: Uint32Array): Uint32Array {
  let order = Uint32Array.from(keys, (_, i) => i);
  let sorted = new Uint32Array(keys.length);
  const places = new Uint32Array(65537);
  for (const shift of [0, 16]) {
    places.fill(0);
    for (let i = 0; i < keys.length; i++) places[((keys[i] >>> shift) & 65535) + 1]++;
    for (let digit = 1; digit < places.length; digit++) places[digit] += places[digit - 1];
    for (let i = 0; i < order.length; i++) sorted[places[(keys[order[i]] >>> shift) & 65535]++] = order[i];
    [order, sorted] = [sorted, order];
  }
  return order;
}
