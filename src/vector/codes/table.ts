import { metaCount } from '../../branch/index.js';
import { CorruptError } from '../../errors/index.js';
import { type Arena, byteStride, type Pointer, SPACE, type Space } from '../../kernels/index.js';
import { expectShape, type VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { SLACK } from '../rows.js';
import { Coder } from './coder.js';
import { nameEncoder } from './query-coder.js';

/** The codes of a segment in an arena, and the query among them. */
export class CodeTable {
  /** Bytes that a query takes. */
  readonly queryBytes: number;
  /** Bytes from one code to the next. */
  readonly stride: number;
  readonly width: number;
  readonly base: Pointer;
  /** What codes are compared in, rows with rows; a query far outside may be in another. */
  readonly space: Space;
  private readonly arena: Arena;
  private readonly count: number;
  private readonly decoded: boolean;
  private readonly coder: Coder;
  private readonly queryAt: Pointer;
  private readonly singleAt: Pointer;
  private readonly single: Float32Array;
  /** Bytes of a code behind its components. */
  private readonly padding: number;

  /** @param resident false leaves the codes in the file: there is no `base` */
  constructor(part: VectorPart, coder: Coder, arena: Arena, resident = true) {
    this.arena = arena;
    this.count = part.count;
    this.decoded = part.decoded;
    this.coder = coder;
    this.stride = coder.stride;
    this.width = coder.width;
    this.space = coder.space;
    this.queryBytes = coder.width * 4;
    this.queryAt = arena.allocate(this.queryBytes);
    this.padding = coder.width - coder.dim;
    this.singleAt = arena.allocate(coder.floats * 4);
    this.single = arena.f32(this.singleAt, coder.floats);
    nameEncoder(arena, coder.tables, coder.floats);
    this.base = resident ? arena.allocate(part.count * coder.stride) : 0;
    if (!resident) return;
    part.reader.readInto(`${part.name}/codes`, this.codes);
  }

  /** The codes, where they are resident. */
  get codes(): Uint8Array {
    return this.arena.bytes(this.base, this.count * this.stride);
  }

  /** Candidates of a search of some breadth that are worth scoring on the rows. */
  candidates(breadth: number, depth: number): number {
    // Axes leave out a part of the distance, if that is kept: the order among candidates says less.
    return this.coder.tables.axes !== undefined && !this.decoded
      ? breadth
      : Math.max(depth + SLACK, breadth >> 2);
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
    if (this.arena.kernels.encodeQuery(this.singleAt, at) === 1) return this.space;
    this.arena.bytes(at + this.coder.dim * 4, this.queryBytes - this.coder.dim * 4).fill(0);
    return SPACE.mixedL2;
  }
}

/** The coder a part was written with, undefined when it has no codes. @throws CorruptError */
export function loadCoder(part: VectorPart): Coder | undefined {
  const { reader, name, meta, field } = part;
  if (meta.get('codes') === undefined) return undefined;
  const dim = metaCount(reader, meta, 'codes', field.dim);
  const step = meta.get('step');
  if (!(dim > 0 && typeof step === 'number' && step > 0 && Number.isFinite(step))) {
    throw new CorruptError(reader.path, `'${name}' has codes of ${dim} in steps of ${String(step)}`);
  }
  expectShape(part, 'origin', 'f32', [dim]);
  expectShape(part, 'codes', 'u8', [part.count, byteStride(dim)]);
  let axes: Coder['tables']['axes'];
  if (dim < field.dim) {
    const columns = Math.ceil(dim / 4) * 4;
    expectShape(part, 'mean', 'f32', [part.floats]);
    expectShape(part, 'axes', 'f32', [columns, part.floats]);
    const [mean, vectors] = ['mean', 'axes'].map((array) => reader.loadF32(`${name}/${array}`));
    axes = { mean, count: dim, columns, vectors };
  }
  const origin = reader.loadF32(`${name}/origin`);
  return new Coder({ axes, origin, step, signed: field.metric === 'ip' }, part.floats);
}

/** @throws CorruptError, ResourceError */
export function openCodes(part: VectorPart, arena: Arena, resident = true): CodeTable | undefined {
  const coder = loadCoder(part);
  return coder && new CodeTable(part, coder, arena, resident);
}
