import {
  Arena,
  byteStride,
  byteWidth,
  type Pointer,
  rowFloats,
  SPACE,
  type Space,
} from '../../kernels/index.js';
import type { VectorField } from '../../schema/index.js';
import type { SegmentWriter } from '../../segment/index.js';
import type { Metadata } from '../../segment/metadata.js';
import type { BuildInput } from '../kind.js';
import { norm } from '../unit.js';
import { type Axes, principalAxes } from './axes.js';
import { gridOf, SIGNED_MOST, signedGridOf } from './grid.js';
import { sampleRows } from './sample.js';

/** Components up to which codes keep all: two cache lines and a bit, which axes would hardly shorten. */
const WHOLE_MOST = 200;
/** Leading axes that longer vectors keep when the spec leaves it open: two cache lines. */
const AXES = 128;
/** Rows multiplied with the axes at once. */
const PROJECTED_ROWS = 256;

/** How vectors become codes: what is stored of it, and what follows. */
export interface CoderTables {
  /** Leading axes and the mean they are relative to; undefined: components as they are. */
  axes: Axes | undefined;
  /** What code 0 stands for in each component. */
  origin: Float32Array;
  /** What one step stands for. */
  step: number;
  /**
   * ip: codes are signed bytes, of which inner products are taken. What a query has with `origin` or the mean
   * is the same for all rows, and left out.
   */
  signed: boolean;
}

/** Components of a code; 0 leaves it to the vectors. */
function codeDim(field: VectorField): number | undefined {
  const stage = field.spec.stages.find((candidate) => candidate.kind === 'sq8');
  return stage?.params.dim;
}

/** Least bytes of a code of a field, undefined when its structure runs on the rows. */
export function codeBytes(field: VectorField): number | undefined {
  const asked = codeDim(field);
  if (asked === undefined) return undefined;
  const dim = asked === 0 ? (field.dim <= WHOLE_MOST ? field.dim : AXES) : Math.min(asked, field.dim);
  return byteStride(dim);
}

/** Turns vectors to codes. The same bytes for the same tables, on every machine. */
export class Coder {
  readonly tables: CoderTables;
  /** Components of a code. */
  readonly dim: number;
  readonly stride: number;
  readonly width: number;
  readonly floats: number;
  /** Codes stand alone. */
  readonly together = 1;
  private projection: Projection | undefined;

  /** What codes of rows are compared in. */
  get space(): Space {
    return this.tables.signed ? SPACE.signedDot : SPACE.byteL2;
  }

  /** @param floats of a padded vector */
  constructor(tables: CoderTables, floats: number) {
    this.tables = tables;
    this.floats = floats;
    this.dim = tables.origin.length;
    this.stride = byteStride(this.dim);
    this.width = byteWidth(this.dim);
  }

  /** @param rows padded float32 rows @param target `count` codes of zeros */
  encode(rows: Float32Array, count: number, target: Uint8Array): void {
    const values = new Float64Array(this.dim);
    const { origin, step, signed } = this.tables;
    const [lowest, highest] = signed ? [-SIGNED_MOST, SIGNED_MOST] : [0, 255];
    for (let from = 0; from < count; from += PROJECTED_ROWS) {
      const some = rows.subarray(from * this.floats, Math.min(count, from + PROJECTED_ROWS) * this.floats);
      const turned = this.turn(some);
      for (let i = 0; i * this.floats < some.length; i++) {
        this.components(some, turned, i, values);
        const start = (from + i) * this.stride;
        for (let j = 0; j < this.dim; j++) {
          const level = Math.round((values[j] - origin[j]) / step);
          // What is no number (infinities that cancelled) becomes 0; what is negative, its two's complement.
          target[start + j] = level > highest ? highest : level < lowest ? lowest : level;
        }
      }
    }
  }

  /** What a code stands for, in all components of a padded vector. O(dim), with axes O(dim · axes). */
  decode(code: Uint8Array, _position: number, out: Float64Array): void {
    const { axes, origin, step, signed } = this.tables;
    if (axes === undefined) out.fill(0);
    else out.set(axes.mean);
    for (let j = 0; j < this.dim; j++) {
      const value = origin[j] + step * (signed ? (code[j] << 24) >> 24 : code[j]);
      if (axes === undefined) {
        out[j] = value;
        continue;
      }
      const from = j * this.floats;
      for (let k = 0; k < this.floats; k++) out[k] += value * axes.vectors[from + k];
    }
  }

  /** No code stands for a longer vector. */
  get longest(): number {
    const { axes, origin, step, signed } = this.tables;
    const [low, high] = signed ? [-128, 127] : [0, 255];
    const most = origin.map((from) => Math.max(Math.abs(from + step * low), Math.abs(from + step * high)));
    // Axes are at right angles but for rounding.
    return axes === undefined ? norm(most) * 1.001 : norm(axes.mean) + norm(most) * 1.001;
  }

  /** Components of row `i` on the way to its code, before the grid. @param out `dim` */
  encodeRow(rows: Float32Array, i: number, out: Float64Array): void {
    const row = rows.subarray(i * this.floats, (i + 1) * this.floats);
    this.components(row, this.turn(row), 0, out);
  }

  /** Products of rows with the axes, where there are some. */
  private turn(rows: Float32Array): Float32Array | undefined {
    const { axes } = this.tables;
    if (axes === undefined) return undefined;
    this.projection ??= new Projection(axes, this.floats);
    return this.projection.project(rows);
  }

  /** Components of row `i` before the grid. */
  private components(
    rows: Float32Array,
    turned: Float32Array | undefined,
    i: number,
    out: Float64Array,
  ): void {
    const { axes } = this.tables;
    if (axes !== undefined && turned !== undefined) {
      for (let j = 0; j < this.dim; j++) out[j] = turned[i * axes.columns + j];
    } else for (let j = 0; j < this.dim; j++) out[j] = rows[i * this.floats + j];
  }
}

/** Products with the axes, in an arena of its own. */
class Projection {
  private readonly axes: Axes;
  private readonly floats: number;
  private readonly arena = new Arena();
  private readonly columnsAt: Pointer;
  private readonly rowsAt: Pointer;
  private readonly outAt: Pointer;

  constructor(axes: Axes, floats: number) {
    const { arena } = this;
    this.axes = axes;
    this.floats = floats;
    this.columnsAt = arena.allocate(axes.columns * floats * 4);
    this.rowsAt = arena.allocate(PROJECTED_ROWS * floats * 4);
    this.outAt = arena.allocate(PROJECTED_ROWS * axes.columns * 4);
    arena.f32(this.columnsAt, axes.columns * floats).set(axes.vectors);
  }

  /** @param rows up to PROJECTED_ROWS @returns columns of each, valid until the next call */
  project(rows: Float32Array): Float32Array {
    const { arena, axes, floats } = this;
    const count = rows.length / floats;
    const centred = arena.f32(this.rowsAt, rows.length);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < floats; j++) centred[i * floats + j] = rows[i * floats + j] - axes.mean[j];
    }
    arena.kernels.multiplyRows(this.rowsAt, count, this.columnsAt, axes.columns, floats * 4, this.outAt);
    return arena.f32(this.outAt, count * axes.columns);
  }
}

/**
 * Chooses the codes of a field from a sample of its rows.
 * @returns undefined when its structure runs on the rows: they are bytes and not long, or the spec says so
 */
export async function trainCoder(input: BuildInput): Promise<Coder | undefined> {
  const { field, rows } = input;
  const asked = codeDim(field);
  if (asked === undefined) return undefined;
  if (rows.byteStride !== undefined && (asked === 0 ? field.dim <= WHOLE_MOST : asked >= field.dim)) {
    return undefined;
  }
  const sample = await sampleRows(input);
  const signed = field.metric === 'ip';
  const floats = rowFloats(field.dim);
  const wanted = asked === 0 ? (field.dim <= WHOLE_MOST ? field.dim : AXES) : asked;
  const axes = wanted < field.dim ? principalAxes(sample, field.dim, wanted, asked === 0) : undefined;
  const dim = axes?.count ?? field.dim;
  // Steps of 1 from 0 let the coder give the components that the grid is chosen for.
  const plain = new Coder({ axes, origin: new Float32Array(dim), step: 1, signed }, floats);
  const values = new Float64Array(sample.count * dim);
  for (let i = 0; i < sample.count; i++) {
    plain.encodeRow(sample.rows, i, values.subarray(i * dim, (i + 1) * dim));
  }
  const { origin, step } = signed ? signedGridOf(values, dim) : gridOf(values, dim);
  return new Coder({ axes, origin, step, signed }, floats);
}

/** Writes the tables; @returns what goes into the metadata. */
export function writeCoder(coder: Coder, out: SegmentWriter, part: string): { [key: string]: Metadata } {
  const { axes, origin, step } = coder.tables;
  out.add(`${part}/origin`, 'f32', [coder.dim], origin);
  if (axes !== undefined) {
    const floats = axes.mean.length;
    out.add(`${part}/mean`, 'f32', [floats], axes.mean);
    out.add(`${part}/axes`, 'f32', [axes.columns, floats], axes.vectors);
  }
  return { codes: coder.dim, step };
}
