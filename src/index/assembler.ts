import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Structure, StructureWriter, WriterEnvironment, WrittenPart } from '../branch/index.js';
import { WaitingRoom } from '../reorder/index.js';
import type { IndexDocument, Schema } from '../schema/index.js';
import { SegmentReader, SegmentWriter } from '../segment/index.js';
import type { Metadata } from '../segment/metadata.js';
import { segmentName } from './directory.js';
import type { SegmentEntry } from './manifest.js';
import { structuresOf } from './structures.js';

/**
 * Most documents of a segment, unless --segment-docs says otherwise. 2^22 keeps what must be held
 * per document (ids to sort, lengths, a graph's links) within a few hundred MiB.
 */
export const DEFAULT_SEGMENT_DOCUMENTS = 2 ** 22;
/**
 * Most input bytes of a segment: record bytes and float32 vectors. A graph's vectors and links must
 * fit one WebAssembly memory of 4 GiB.
 */
export const SEGMENT_BYTES = 2 ** 31;
/** Share of the memory budget that buffered postings may take before they are spilled. */
const SPILL_SHARE = 0.4;
/** Share of it that terms may take while the order of documents is sought. */
const ORDER_SHARE = 0.8;

/** What one finished segment holds. */
export interface FinishedSegment {
  entry: SegmentEntry;
  counts: Record<string, number>;
  /** Bytes of arrays by part. */
  parts: Record<string, number>;
  /** Remarks of its structures. */
  notes: string[];
}

/** Metadata by part. */
type Parts = Record<string, { [key: string]: Metadata }>;

/**
 * Takes documents until a segment is full, then writes it. When it is full depends on the input and
 * the schema only, so that memory and threads never change what is written.
 */
export class SegmentAssembler {
  private readonly directory: string;
  private readonly schema: Schema;
  private readonly environment: WriterEnvironment;
  private readonly maxDocuments: number;
  private readonly reorder: boolean;
  private writers: { structure: Structure; name: string; part: string; writer: StructureWriter }[] = [];
  /** Where documents wait for their order, if they are put in another. */
  private waiting: WaitingRoom | undefined;
  private base = 0;
  private documents = 0;
  private bytes = 0;

  /** @param reorder documents are put in an order by the terms of their texts, which the schema has */
  constructor(
    directory: string,
    schema: Schema,
    environment: WriterEnvironment,
    { maxDocuments, reorder }: { maxDocuments: number; reorder: boolean },
  ) {
    this.directory = directory;
    this.schema = schema;
    this.environment = environment;
    this.maxDocuments = maxDocuments;
    this.reorder = reorder;
  }

  /** True when finish() must come before the next add(). */
  get full(): boolean {
    return this.documents >= this.maxDocuments || this.bytes >= SEGMENT_BYTES;
  }

  get empty(): boolean {
    return this.documents === 0;
  }

  /** @param bytes size of the record in the input */
  add(document: IndexDocument, bytes: number): void {
    if (this.documents === 0) this.open();
    if (this.waiting !== undefined) this.waiting.add(document);
    else this.write(this.documents, document, bytes);
    this.documents++;
    this.bytes += bytes + document.vectors.reduce((sum, vector) => sum + (vector?.byteLength ?? 0), 0);
  }

  private write(doc: number, document: IndexDocument, bytes: number): void {
    for (const { writer } of this.writers) writer.add(doc, document);
    // Looking at every document would cost more than it saves.
    if (doc % 64 === 63 || bytes > 1 << 20) this.spillIfLarge();
  }

  /** Leads those that wait to the writers, in their order. */
  private async writeWaiting(waiting: WaitingRoom): Promise<void> {
    let doc = 0;
    for await (const document of waiting.ordered(this.environment.progress)) {
      this.write(doc++, document, document.stored?.length ?? 0);
      const room = this.room();
      if (room !== undefined) await room;
    }
  }

  /** What to wait for before more is added, where threads of a structure are behind. */
  room(): Promise<unknown> | undefined {
    let waiting: Promise<unknown> | undefined;
    for (const { writer } of this.writers) {
      const room = writer.room?.();
      if (room !== undefined) waiting = waiting === undefined ? room : Promise.all([waiting, room]);
    }
    return waiting;
  }

  /** Writes the segment and gives it its name; the manifest does not know it yet. */
  async finish(): Promise<FinishedSegment> {
    if (this.documents === 0) this.open();
    if (this.waiting !== undefined) await this.writeWaiting(this.waiting);
    this.waiting = undefined;
    const { base, documents } = this;
    const finished = await writeSegment(
      this.directory,
      this.environment,
      base,
      documents,
      this.writers.map(({ part, writer }) => ({ part, finish: (out) => writer.finish(out, documents) })),
      (out, parts) => this.calibrate(out, parts),
    );
    this.base += documents;
    this.documents = 0;
    this.bytes = 0;
    return finished;
  }

  /** Lets structures measure themselves in the file as it is, and adds what they say to their metadata. */
  private async calibrate(out: SegmentWriter, parts: Parts): Promise<string[]> {
    const able = this.writers.flatMap(({ structure, name, part }) =>
      structure.calibrate === undefined ? [] : [{ structure, name, part }],
    );
    if (!this.environment.calibrate || able.length === 0) return [];
    const { base, documents } = this;
    out.checkpoint({ base, documents, parts });
    // What the writers hold is let go before anything is opened.
    this.writers = [];
    const reader = new SegmentReader(out.path);
    const notes: string[] = [];
    try {
      for (const { structure, name, part } of able) {
        const measured = await structure.calibrate!(
          name,
          this.schema,
          { reader, base, documents },
          this.environment,
        );
        parts[part] = { ...parts[part], ...measured.meta };
        notes.push(...measured.notes);
      }
    } finally {
      reader.close();
    }
    return notes;
  }

  private open(): void {
    this.writers = structuresOf(this.schema).map(({ structure, name, part }) => ({
      structure,
      name,
      part,
      writer: structure.writer(name, this.schema, this.environment),
    }));
    const { analyzer } = this.schema;
    const { spills, memoryBytes } = this.environment;
    if (this.reorder && analyzer !== undefined)
      this.waiting = new WaitingRoom(analyzer, spills, memoryBytes * ORDER_SHARE);
  }

  private spillIfLarge(): void {
    const buffered = this.writers.reduce((sum, { writer }) => sum + writer.buffered(), 0);
    if (buffered < this.environment.memoryBytes * SPILL_SHARE) return;
    for (const { writer } of this.writers) if (writer.buffered() > 0) writer.spill();
  }
}

/**
 * Writes a segment of several parts, in their order, and gives it its name.
 * @param last is done when all parts are written, and gives remarks
 */
export async function writeSegment(
  directory: string,
  { spills }: WriterEnvironment,
  base: number,
  documents: number,
  writers: { part: string; finish: (out: SegmentWriter) => Promise<WrittenPart> }[],
  last: (out: SegmentWriter, parts: Parts) => Promise<string[]> = async () => [],
): Promise<FinishedSegment> {
  const out = new SegmentWriter(spills.path('segment'));
  try {
    const parts: Parts = {};
    const counts: Record<string, number> = {};
    const notes: string[] = [];
    for (const { part, finish } of writers) {
      const written = await finish(out);
      parts[part] = written.meta;
      notes.push(...(written.notes ?? []));
      for (const [name, n] of Object.entries(written.counts)) counts[name] = (counts[name] ?? 0) + n;
    }
    notes.push(...(await last(out, parts)));
    const { bytes, digest, arrays } = out.finish({ base, documents, parts });
    const file = segmentName(digest);
    renameSync(out.path, join(directory, file));
    const sizes: Record<string, number> = {};
    for (const array of arrays) {
      const part = array.name.slice(0, array.name.lastIndexOf('/'));
      sizes[part] = (sizes[part] ?? 0) + array.bytes;
    }
    return { entry: { file, bytes, digest, documents }, counts, parts: sizes, notes };
  } catch (error) {
    out.abort();
    throw error;
  }
}
