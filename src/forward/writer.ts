import {
  ByteColumn,
  copySpill,
  type StructureWriter,
  u64,
  type WriterEnvironment,
  type WrittenPart,
} from '../branch/index.js';
import type { IndexDocument, Schema } from '../schema/index.js';
import { type SegmentWriter, SMALL_CHUNK_BYTES } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import { ARRAYS, idHash } from './format.js';

const encoder = new TextEncoder();

/** Spools ids, rows and stored fields; holds 16 bytes a document while it sorts ids at the end. */
export class ForwardWriter implements StructureWriter {
  private readonly ids: ByteColumn | undefined;
  private readonly stored: ByteColumn | undefined;
  private readonly hashes: SpillFile | undefined;
  private readonly rows: SpillFile;
  private firstRow = 0;
  private contiguous = true;
  private next = 0;

  constructor(schema: Schema, environment: WriterEnvironment) {
    if (schema.ids) {
      this.ids = new ByteColumn(environment.spills, 'document-ids');
      this.hashes = environment.spills.create('id-hashes');
    }
    if (schema.stored !== 'none' && schema.ids) this.stored = new ByteColumn(environment.spills, 'stored');
    this.rows = environment.spills.create('rows');
  }

  add(doc: number, document: IndexDocument): void {
    if (doc === 0) this.firstRow = document.row;
    this.contiguous &&= document.row === this.firstRow + doc;
    this.rows.append(u64(document.row));
    if (this.ids && this.hashes) {
      const bytes = encoder.encode(document.id);
      this.ids.append(bytes);
      this.hashes.append(new Uint8Array(Uint32Array.of(idHash(bytes)).buffer));
    }
    this.stored?.append(document.stored ?? encoder.encode('{}'));
    this.next = doc + 1;
  }

  buffered(): number {
    return 0;
  }

  spill(): void {}

  async finish(out: SegmentWriter, documents: number): Promise<WrittenPart> {
    if (documents !== this.next) throw new Error(`${this.next} documents were added, not ${documents}`);
    if (this.hashes) this.writeHashes(out, this.hashes, documents);
    if (this.contiguous) this.rows.delete();
    else copySpill(this.rows, out, ARRAYS.rows, 'u64', documents);
    this.ids?.write(out, ARRAYS.ids, ARRAYS.idOffsets);
    this.stored?.write(out, ARRAYS.stored, ARRAYS.storedOffsets);
    return {
      meta: { firstRow: this.contiguous ? this.firstRow : undefined } as Record<string, number>,
      counts: {},
    };
  }

  private writeHashes(out: SegmentWriter, hashes: SpillFile, documents: number): void {
    const hash = new Uint32Array(documents);
    hashes.read(new Uint8Array(hash.buffer), 0);
    hashes.delete();
    const order = new BigUint64Array(documents);
    for (let doc = 0; doc < documents; doc++) order[doc] = (BigInt(hash[doc]) << 32n) | BigInt(doc);
    order.sort();
    const docs = new Uint32Array(documents);
    for (let i = 0; i < documents; i++) {
      docs[i] = Number(order[i] & 0xffffffffn);
      hash[i] = Number(order[i] >> 32n);
    }
    out.add(ARRAYS.hashes, 'u32', [documents], hash, SMALL_CHUNK_BYTES);
    out.add(ARRAYS.hashDocs, 'u32', [documents], docs, SMALL_CHUNK_BYTES);
  }
}
