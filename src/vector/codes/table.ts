import { metaCount } from '../../branch/index.js';
import { CorruptError } from '../../errors/index.js';
import { type Arena, byteStride, type Pointer, SPACE, type Space } from '../../kernels/index.js';
import { expectShape, type VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { SLACK } from '../rows.js';
import { Coder } from './coder.js';

/** Steps that a component of a query may lie outside the grid and still be rounded to its end. */
const OUTSIDE_MOST = 32;

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
  private readonly steps: Float64Array;

  constructor(part: VectorPart, coder: Coder, arena: Arena) {
    this.arena = arena;
    this.coder = coder;
    this.stride = coder.stride;
    this.width = coder.width;
    this.queryBytes = coder.width * 4;
    this.queryAt = arena.allocate(this.queryBytes);
    this.steps = new Float64Array(coder.dim);
    this.base = arena.allocate(part.count * coder.stride);
    part.reader.readInto(`${part.name}/codes`, arena.bytes(this.base, part.count * coder.stride));
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
    this.arena.kernels.setCodes(this.base, this.stride, this.width, this.place(query, this.queryAt));
    return this.queryAt;
  }

  /**
   * Puts a query where the kernels may find it.
   * @param at queryBytes @returns the space it is compared in
   */
  place(query: QueryVector, at: Pointer): Space {
    const { arena, coder, steps } = this;
    coder.encodeQuery(query.single, steps);
    let inside = true;
    for (let j = 0; j < steps.length; j++) {
      if (!(steps[j] > -OUTSIDE_MOST && steps[j] < 255 + OUTSIDE_MOST)) inside = false;
    }
    arena.bytes(at, this.queryBytes).fill(0);
    if (!inside) {
      // Far from all data: rounding it to the grid would lose its direction.
      arena.f32(at, steps.length).set(steps);
      return SPACE.mixedL2;
    }
    const bytes = arena.bytes(at, steps.length);
    for (let j = 0; j < steps.length; j++) {
      const level = Math.round(steps[j]);
      bytes[j] = level > 255 ? 255 : level > 0 ? level : 0;
    }
    return SPACE.byteL2;
  }
}

/** The coder a part was written with, undefined when it has no codes. @throws CorruptError */
export function loadCoder(part: VectorPart, arena?: Arena): Coder | undefined {
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
  return new Coder(
    { axes, origin, step, length: added === 1 ? (length as number) : undefined },
    part.floats,
    arena,
  );
}

/** @throws CorruptError, ResourceError */
export function openCodes(part: VectorPart, arena: Arena): CodeTable | undefined {
  const coder = loadCoder(part, arena);
  return coder && new CodeTable(part, coder, arena);
}
