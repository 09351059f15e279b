import { type Arena, encodeScratchBytes, type Pointer, SPACE, type Space } from '../../kernels/index.js';
import type { CoderTables } from './coder.js';
import { SIGNED_MOST } from './grid.js';

/** A unit axis in 16-bit numbers: products with a query of `largest` stay below 2^31. */
const AXIS_SCALE = 16384;
/** Components below are taken for zero: their reciprocal would overflow. */
const LEAST = Math.fround(1e-34);
/** Likewise, of those along axes. */
const SIGNED_LEAST = 1e-300;
/** Steps that a component of a query may lie outside the grid and still be rounded to its end. */
const OUTSIDE_MOST = 32;

/** Tables of a coder, as a query is turned with. */
interface QueryTables {
  /** i16[columns][stride]; undefined: components as they are. */
  axes: Int16Array | undefined;
  columns: number;
  /** What is subtracted from a query before it is turned: nothing for inner products. */
  mean: Float32Array | undefined;
  /** Floats of a padded query, rounded up to a multiple of 8. */
  stride: number;
  /** What the largest component of a centred query becomes. */
  largest: number;
  /** What a product of 1 by 1 is worth, over the largest component. */
  unit: number;
  /** One more than components. */
  origin: Float64Array;
}

function queryTables({ axes, origin, signed }: CoderTables, floats: number): QueryTables {
  const mean = signed && axes !== undefined ? new Float32Array(floats) : axes?.mean;
  const padded = new Float64Array(origin.length + 1);
  padded.set(origin);
  const stride = Math.ceil(floats / 8) * 8;
  if (axes === undefined) {
    return { axes: undefined, columns: 0, mean, stride, largest: 0, unit: 0, origin: padded };
  }
  const turned = new Int16Array(axes.columns * stride);
  for (let i = 0; i < axes.columns; i++) {
    for (let j = 0; j < floats; j++) {
      const scaled = Math.round(axes.vectors[i * floats + j] * AXIS_SCALE);
      turned[i * stride + j] = Math.max(-32767, Math.min(32767, scaled));
    }
  }
  // |sum| <= length of the query · length of the axis (Cauchy-Schwarz), whatever part of it is summed.
  const root = Math.sqrt(stride);
  const largest = Math.min(32767, Math.floor((2 ** 31 - 1) / ((AXIS_SCALE + root / 2) * (root + 1))));
  return {
    axes: turned,
    columns: axes.columns,
    mean,
    stride,
    largest,
    unit: 1 / (largest * AXIS_SCALE),
    origin: padded,
  };
}

/**
 * Has the kernels of an arena code queries as QueryCoder does; one coder an arena.
 * @param floats of a padded query @throws ResourceError when the arena is full
 */
export function nameEncoder(arena: Arena, tables: CoderTables, floats: number): void {
  const { axes, columns, mean, stride, largest, unit, origin } = queryTables(tables, floats);
  const dim = tables.origin.length;
  const place = (values: ArrayBufferView | undefined): Pointer => {
    if (values === undefined) return 0;
    const { buffer, byteOffset, byteLength } = values;
    const at = arena.allocate(byteLength);
    arena.bytes(at, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
    return at;
  };
  arena.kernels.setEncoder(
    place(mean),
    floats,
    place(axes),
    columns,
    largest,
    unit,
    place(origin),
    dim,
    tables.step,
    tables.signed,
    arena.allocate(encodeScratchBytes(stride, Math.max(dim, columns))),
  );
}

/**
 * Turns queries to codes where no kernel is loaded, with the bits of the kernel encodeQuery(). A query is
 * compared with codes, and needs no more precision than they have: it is turned to the axes in
 * 16-bit numbers, four times as fast as in float32.
 */
export class QueryCoder {
  private readonly tables: CoderTables;
  private readonly query: QueryTables;
  private readonly floats: number;
  private readonly steps: Float64Array;

  constructor(tables: CoderTables, floats: number) {
    this.tables = tables;
    this.floats = floats;
    this.query = queryTables(tables, floats);
    this.steps = new Float64Array(tables.origin.length);
  }

  /**
   * The code of a query.
   * @param single padded @param out zeros; bytes, or float32 steps of the grid where a component is far outside
   * @returns the space it is compared in
   */
  encode(single: Float32Array, out: Uint8Array): Space {
    const { steps, query } = this;
    const { step, signed } = this.tables;
    if (query.axes === undefined) for (let j = 0; j < steps.length; j++) steps[j] = single[j];
    else this.project(single, query.axes);
    if (signed) {
      encodeSigned(steps, out);
      return SPACE.signedDot;
    }
    let inside = true;
    for (let j = 0; j < steps.length; j++) {
      steps[j] = (steps[j] - query.origin[j]) / step;
      if (!(steps[j] > -OUTSIDE_MOST && steps[j] < 255 + OUTSIDE_MOST)) inside = false;
    }
    if (!inside) {
      // Far from all data: rounding it to the grid would lose its direction.
      new Float32Array(out.buffer, out.byteOffset, steps.length).set(steps);
      return SPACE.mixedL2;
    }
    for (let j = 0; j < steps.length; j++) out[j] = Math.max(0, Math.min(255, Math.floor(steps[j] + 0.5)));
    return SPACE.byteL2;
  }

  private project(single: Float32Array, axes: Int16Array): void {
    const { floats, steps } = this;
    const { stride, largest, unit } = this.query;
    const mean = this.query.mean!;
    const centred = new Float32Array(floats);
    let peak = 0;
    for (let j = 0; j < floats; j++) {
      centred[j] = single[j] - mean[j];
      if (Math.abs(centred[j]) > peak) peak = Math.abs(centred[j]);
    }
    const scale = peak > LEAST ? Math.fround(largest / peak) : 0;
    const short = new Int16Array(floats);
    for (let j = 0; j < floats; j++) short[j] = nearest(Math.fround(centred[j] * scale));
    const factor = peak * unit;
    const own = this.tables.axes!.count;
    for (let i = 0; i < own; i++) {
      let sum = 0;
      for (let j = 0; j < floats; j++) sum += short[j] * axes[i * stride + j];
      steps[i] = sum * factor;
    }
  }
}

/** Rounded to the nearest whole number, halves to the even one. */
function nearest(value: number): number {
  const down = Math.floor(value);
  const part = value - down;
  if (part !== 0.5) return part < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
}

/** In proportion to the query, whose length is free under ip: the largest component is 127. */
function encodeSigned(values: Float64Array, out: Uint8Array): void {
  let peak = 0;
  for (const value of values) peak = Math.max(peak, Math.abs(value));
  const scale = peak > SIGNED_LEAST ? SIGNED_MOST / peak : 0;
  for (let j = 0; j < values.length; j++) out[j] = Math.floor(values[j] * scale + 0.5);
}
