import type { StructureWriter, WriterEnvironment, WrittenPart } from '../branch/index.js';
import { MAX_BYTE_DIMENSION, rowFloats } from '../kernels/index.js';
import type { IndexDocument, VectorField } from '../schema/index.js';
import { type SegmentWriter, SMALL_CHUNK_BYTES } from '../segment/index.js';
import type { SpillFile } from '../storage/index.js';
import { rowsGo } from './codes/index.js';
import { implementations } from './implementations.js';
import { bytesStride, CODES, hasLength, partName } from './part.js';
import { RowSource } from './source.js';
import { norm, unit } from './unit.js';

/**
 * Takes the vectors of one field. Rows go straight to disk, at length 1 under cosine; the kind's
 * structure is built from there at the end.
 */
export class VectorWriter implements StructureWriter {
  private readonly field: VectorField;
  /** The field's place in IndexDocument.vectors. */
  private readonly at: number;
  private readonly environment: WriterEnvironment;
  private readonly rows: SpillFile;
  private readonly row: Float32Array;
  /** Documents of the vectors, from the first document without one on. */
  private docs: SpillFile | undefined;
  private count = 0;
  private maxNorm = 0;
  /** All components so far are whole numbers from 0 to 255, which bytes hold without loss. */
  private whole: boolean;

  constructor(field: VectorField, at: number, environment: WriterEnvironment) {
    this.field = field;
    this.at = at;
    this.environment = environment;
    this.rows = environment.spills.create('vectors');
    this.row = new Float32Array(rowFloats(field.dim));
    // Under cosine rows are of length 1: hardly ever whole, and then few. Under hamming they were checked.
    this.whole = field.metric === 'hamming' || (field.metric !== 'cosine' && field.dim <= MAX_BYTE_DIMENSION);
  }

  add(doc: number, document: IndexDocument): void {
    const vector = document.vectors[this.at];
    if (vector === undefined) return;
    if (vector.length !== this.field.dim)
      throw new Error(`a vector of ${vector.length} for '${this.field.name}'`);
    if (doc !== this.count && this.docs === undefined) this.beginDocs();
    this.row.set(this.field.metric === 'cosine' ? unit(vector) : vector);
    if (hasLength(this.field.metric)) this.maxNorm = Math.max(this.maxNorm, norm(this.row));
    if (this.whole && this.field.metric !== 'hamming') this.whole = allBytes(this.row);
    this.rows.append(new Uint8Array(this.row.buffer));
    this.docs?.append(u32(doc));
    this.count++;
  }

  buffered(): number {
    return 0;
  }

  spill(): void {}

  async finish(out: SegmentWriter, documents: number): Promise<WrittenPart> {
    const { field, count, environment } = this;
    const part = partName(field.name);
    if (count < documents) this.writeDocs(out, part);
    const whole = this.whole && (count > 0 || field.metric === 'hamming');
    const rows = new RowSource(this.rows, count, this.row.length, whole ? bytesStride(field) : undefined);
    let meta = {};
    if (count === 0) {
      const [dtype, width] = whole ? (['u8', rows.storedBytes] as const) : (['f32', rows.floats] as const);
      out.add(`${part}/rows`, dtype, [0, width], new Uint8Array(0));
    } else meta = await implementations[field.spec.kind].build({ field, part, rows, environment }, out);
    this.rows.delete();
    this.docs?.delete();
    const common = { kind: field.spec.kind, metric: field.metric, dim: field.dim, vectors: count };
    const stored = { rows: rowsGo(field, meta) ? CODES : whole ? 'u8' : 'f32' };
    const maxNorm = hasLength(field.metric) ? this.maxNorm : null;
    return { meta: { ...meta, ...common, ...stored, maxNorm }, counts: { vectors: count } };
  }

  /** The first document without a vector was met: those before had one each. */
  private beginDocs(): void {
    this.docs = this.environment.spills.create('vector-docs');
    for (let doc = 0; doc < this.count; doc++) this.docs.append(u32(doc));
  }

  private writeDocs(out: SegmentWriter, part: string): void {
    if (this.docs === undefined) this.beginDocs();
    const sink = out.begin(`${part}/docs`, 'u32', [this.count], SMALL_CHUNK_BYTES);
    for (const piece of this.docs!.chunks()) sink.write(piece);
    sink.end();
  }
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function allBytes(row: Float32Array): boolean {
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (!(value >= 0 && value <= 255 && value === Math.trunc(value) && !Object.is(value, -0))) return false;
  }
  return true;
}
