import type { StructureWriter, WriterEnvironment, WrittenPart } from '../branch/index.js';
import type { IndexDocument, Schema } from '../schema/index.js';
import { type SegmentWriter, SMALL_CHUNK_BYTES } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import { ARRAYS, idHash } from './format.js';

const encoder = new TextEncoder();

/** Byte strings appended to a spill file, with the offset of each. */
class ByteColumn {
  private readonly data: SpillFile;
  private readonly offsets: SpillFile;

  constructor(environment: WriterEnvironment, what: string) {
    this.data = environment.spills.create(what);
    this.offsets = environment.spills.create(`${what}-offsets`);
    this.mark();
  }

  append(bytes: Uint8Array): void {
    this.data.append(bytes);
    this.mark();
  }

  /** Writes the bytes as `name` and their offsets as `offsetsName`, then deletes the spill files. */
  write(out: SegmentWriter, name: string, offsetsName: string): void {
    copy(this.offsets, out, offsetsName, 'u64', this.offsets.length / 8);
    copy(this.data, out, name, 'u8', this.data.length);
  }

  private mark(): void {
    this.offsets.append(u64(this.data.length));
  }
}

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
      this.ids = new ByteColumn(environment, 'document-ids');
      this.hashes = environment.spills.create('id-hashes');
    }
    if (schema.stored !== 'none' && schema.ids) this.stored = new ByteColumn(environment, 'stored');
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
    else copy(this.rows, out, ARRAYS.rows, 'u64', documents);
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

function copy(
  from: SpillFile,
  out: SegmentWriter,
  name: string,
  dtype: 'u8' | 'u64',
  elements: number,
): void {
  const sink = out.begin(name, dtype, [elements], SMALL_CHUNK_BYTES);
  for (const piece of from.chunks()) sink.write(piece);
  sink.end();
  from.delete();
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, value % 2 ** 32, true);
  view.setUint32(4, Math.floor(value / 2 ** 32), true);
  return bytes;
}
