import { metaCount } from '../../branch/index.js';
import { CorruptError } from '../../errors/index.js';
import {
  type Arena,
  byteStride,
  encodeScratchBytes,
  type Pointer,
  SPACE,
  type Space,
} from '../../kernels/index.js';
import { expectShape, type VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { SLACK } from '../rows.js';
import { Coder } from './coder.js';
import { queryTables } from './query-coder.js';

/** The codes of a segment in an arena, and the query among them. */
export class CodeTable {
  /** Bytes that a query takes. */
  readonly queryBytes: number;
  /** Bytes from one code to the next. */
  readonly stride: number;
  readonly width: number;
  readonly base: Pointer;
  private readonly arena: Arena;
  private readonly coder: Coder;
  private readonly queryAt: Pointer;
  private readonly singleAt: Pointer;
  private readonly single: Float32Array;
  /** Bytes of a code behind its components. */
  private readonly padding: number;

  /** @param resident false leaves the codes in the file: there is no `base` */
  constructor(part: VectorPart, coder: Coder, arena: Arena, resident = true) {
    this.arena = arena;
    this.coder = coder;
    this.stride = coder.stride;
    this.width = coder.width;
    this.queryBytes = coder.width * 4;
    this.queryAt = arena.allocate(this.queryBytes);
    this.padding = coder.width - coder.dim;
    this.singleAt = arena.allocate(coder.floats * 4);
    this.single = arena.f32(this.singleAt, coder.floats);
    this.nameEncoder(coder);
    this.base = resident ? arena.allocate(part.count * coder.stride) : 0;
    if (!resident) return;
    part.reader.readInto(`${part.name}/codes`, arena.bytes(this.base, part.count * coder.stride));
  }

  private nameEncoder({ tables, floats, dim }: Coder): void {
    const { arena } = this;
    const { axes, columns, stride, largest, unit, origin } = queryTables(tables, floats);
    const place = (values: Int16Array | Float32Array | Float64Array | undefined) => {
      if (values === undefined) return 0;
      const at = arena.allocate(values.byteLength);
      arena
        .bytes(at, values.byteLength)
        .set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      return at;
    };
    arena.kernels.setEncoder(
      place(tables.axes?.mean),
      floats,
      place(axes),
      columns,
      largest,
      unit,
      place(origin),
      dim,
      tables.step,
      tables.length ?? -1,
      arena.allocate(encodeScratchBytes(stride, Math.max(dim, columns))),
    );
  }

  /** Candidates of a search of some breadth that are worth scoring on the rows. */
  candidates(breadth: number, depth: number): number {
    // Axes leave out a part of the distance: the order among candidates says less.
    return this.coder.tables.axes !== undefined ? breadth : Math.max(depth + SLACK, breadth >> 2);
  }

  /**
   * Makes the codes what the kernels compare with.
   * @returns the query to hand them
   */
  select(query: QueryVector): Pointer {
    this.name(this.place(query, this.queryAt));
    return this.queryAt;
  }

  /** Makes the codes what the kernels compare queries of a space with. */
  name(space: Space): void {
    this.arena.kernels.setCodes(this.base, this.stride, this.width, space);
  }

  /**
   * Puts a query where the kernels may find it.
   * @param at queryBytes @returns the space it is compared in
   */
  place(query: QueryVector, at: Pointer): Space {
    this.single.set(query.single);
    // What is behind the components may be another query's.
    if (this.padding > 0) this.arena.bytes(at + this.coder.dim, this.padding).fill(0);
    if (this.arena.kernels.encodeQuery(this.singleAt, at) === 1) return SPACE.byteL2;
    this.arena.bytes(at + this.coder.dim * 4, this.queryBytes - this.coder.dim * 4).fill(0);
    return SPACE.mixedL2;
  }
}

/** The coder a part was written with, undefined when it has no codes. @throws CorruptError */
export function loadCoder(part: VectorPart): Coder | undefined {
  const { reader, name, meta, field } = part;
  if (meta.get('codes') === undefined) return undefined;
  const dim = metaCount(reader, meta, 'codes', field.dim + 1);
  const step = meta.get('step');
  const length = meta.get('length');
  const added = field.metric === 'ip' ? 1 : 0;
  if (!(dim > added && typeof step === 'number' && step > 0 && Number.isFinite(step))) {
    throw new CorruptError(reader.path, `'${name}' has codes of ${dim} in steps of ${String(step)}`);
  }
  if (added === 1 && !(typeof length === 'number' && length >= 0 && Number.isFinite(length))) {
    throw new CorruptError(reader.path, `'${name}' has codes of length ${String(length)}`);
  }
  expectShape(part, 'origin', 'f32', [dim]);
  expectShape(part, 'codes', 'u8', [part.count, byteStride(dim)]);
  const count = dim - added;
  let axes: Coder['tables']['axes'];
  if (count < field.dim) {
    const columns = Math.ceil(count / 4) * 4;
    expectShape(part, 'mean', 'f32', [part.floats]);
    expectShape(part, 'axes', 'f32', [columns, part.floats]);
    const [mean, vectors] = ['mean', 'axes'].map((array) => reader.loadF32(`${name}/${array}`));
    axes = { mean, count, columns, vectors };
  }
  const origin = reader.loadF32(`${name}/origin`);
  return new Coder({ axes, origin, step, length: added === 1 ? (length as number) : undefined }, part.floats);
}

/** @throws CorruptError, ResourceError */
export function openCodes(part: VectorPart, arena: Arena, resident = true): CodeTable | undefined {
  const coder = loadCoder(part);
  return coder && new CodeTable(part, coder, arena, resident);
}
