import { Arena, type Pointer } from '../../kernels/index.js';

/** Largest code, and minus the smallest. */
const MOST_CODE = 127;
/**
 * What rounding in float64 may do to a component or a remainder, in lengths of the vector: products
 * are summed to about 1e-13, and the square root of a difference of that order is 3e-7.
 */
const ROUNDING = 1e-6;
/** The same of subtracting the mean, in lengths of the mean. */
const MEAN_ROUNDING = 1e-12;
/** Vectors projected at once. */
const PROJECTED = 128;

/** Axes that a bound's two stages use; `tail` 0: there is one stage. */
export interface Stages {
  first: number;
  tail: number;
}

/** How vectors become codes with a lower bound of their distance. */
export interface ScreenTables extends Stages {
  /** Squared distances, true of l2 and cosine; else inner products. */
  euclidean: boolean;
  /** f64 by component of a padded row. */
  mean: Float64Array;
  /** Row-major, first + tail rows, more of zeros to a multiple of 4. */
  axes: Float64Array;
  /** By component of a code: what 0 stands for, and one step. Components: axes of the first stage, its remainder, those of the tail, its remainder. */
  origins: Float64Array;
  steps: Float64Array;
  /** Of a bound: this much of a distance. */
  unit: number;
  /** Inner products: the length that queries are brought to. */
  length: number;
}

/** Components of a code: of the first stage, and of all. */
export function codeSizes({ first, tail }: Stages): { head: number; all: number } {
  return { head: first + 1, all: tail === 0 ? first + 1 : first + tail + 2 };
}

/** Bytes of the tail of a row: its components, and the first stage's remainder once more, which it takes back. */
export function tailBytes({ tail }: Stages): number {
  return tail === 0 ? 0 : Math.ceil((tail + 2) / 8) * 8;
}

/** Pairs of components of the first stage. */
export function headPairs({ first }: Stages): number {
  return Math.ceil((first + 1) / 2);
}

/** Vectors along the axes, and what the axes leave of them. */
export class Projector {
  readonly tables: ScreenTables;
  /** Components of a projected vector, by code component; the last one of the call. */
  readonly components: Float64Array;
  /** Squared length of the vector less the mean. */
  square = 0;
  private readonly floats: number;
  private readonly columns: number;
  private readonly arena: Arena;
  private readonly axesAt: Pointer;
  private readonly rowsAt: Pointer;
  private readonly outAt: Pointer;
  private readonly squares = new Float64Array(PROJECTED);
  private readonly meanLength: number;

  constructor(tables: ScreenTables, arena = new Arena()) {
    this.tables = tables;
    this.floats = tables.mean.length;
    this.columns = tables.axes.length / this.floats;
    this.components = new Float64Array(codeSizes(tables).all);
    this.arena = arena;
    this.axesAt = arena.allocate(tables.axes.byteLength);
    this.rowsAt = arena.allocate(PROJECTED * this.floats * 8);
    this.outAt = arena.allocate(PROJECTED * this.columns * 8);
    arena.f64(this.axesAt, tables.axes.length).set(tables.axes);
    this.meanLength = Math.sqrt(tables.mean.reduce((sum, value) => sum + value * value, 0));
  }

  /** Vectors a load() takes. */
  get most(): number {
    return PROJECTED;
  }

  /** @param vectors row-major, `count` rows of padded vectors @param scale what they are multiplied with */
  load(vectors: Float32Array | Float64Array, count: number, scale = 1): void {
    const { arena, floats, squares } = this;
    const { mean } = this.tables;
    const centred = arena.f64(this.rowsAt, count * floats);
    for (let i = 0, at = 0; i < count; i++) {
      let sum = 0;
      for (let j = 0; j < floats; j++, at++) {
        const value = vectors[at] * scale - mean[j];
        centred[at] = value;
        sum += value * value;
      }
      squares[i] = sum;
    }
    arena.kernels.projectRows(this.rowsAt, count, this.axesAt, this.columns, floats, this.outAt);
  }

  /** Sets `components` and `square` to those of vector `i` of the loaded. */
  select(i: number): void {
    const { first, tail } = this.tables;
    const { components } = this;
    const along = this.arena.f64(this.outAt + i * this.columns * 8, first + tail);
    this.square = this.squares[i];
    let left = this.square;
    for (let j = 0; j < first; j++) {
      components[j] = along[j];
      left -= along[j] * along[j];
    }
    components[first] = Math.sqrt(Math.max(0, left));
    if (tail === 0) return;
    for (let j = first; j < first + tail; j++) {
      components[j + 1] = along[j];
      left -= along[j] * along[j];
    }
    components[first + tail + 1] = Math.sqrt(Math.max(0, left));
  }

  /** How far the selected vector's components may be off, as a distance. */
  get slack(): number {
    return ROUNDING * Math.sqrt(this.square) + MEAN_ROUNDING * this.meanLength;
  }
}

/** Codes of rows, and how far they lie from the rows. */
export class ScreenCoder {
  readonly projector: Projector;
  /** Of the row encoded last: by code component. */
  readonly codes: Int8Array;
  norm = 0;
  tailNorm = 0;
  /** Distances from the row's components, of the first stage and with the tail. */
  firstError = 0;
  tailError = 0;

  constructor(projector: Projector) {
    this.projector = projector;
    this.codes = new Int8Array(projector.components.length);
  }

  /** Encodes row `i` of those loaded by the projector. @param row the padded row itself */
  encode(i: number, row: ArrayLike<number>): void {
    const { projector, codes } = this;
    const { tables, components } = projector;
    const { first, origins, steps, unit, euclidean, mean } = tables;
    projector.select(i);
    let error = 0;
    let square = 0;
    let remainderError = 0;
    let remainderSquare = 0;
    for (let j = 0; j < codes.length; j++) {
      const level = Math.round((components[j] - origins[j]) / steps[j]);
      const code = level > MOST_CODE ? MOST_CODE : level > -MOST_CODE ? level : -MOST_CODE;
      codes[j] = code;
      const stands = origins[j] + steps[j] * code;
      const off = components[j] - stands;
      error += off * off;
      square += stands * stands;
      if (j === first) {
        remainderError = off * off;
        remainderSquare = stands * stands;
        this.firstError = Math.sqrt(error) + projector.slack;
        if (euclidean) this.norm = Math.floor(square / unit);
        error -= remainderError;
        square = 0;
      }
    }
    this.tailError = Math.sqrt(Math.max(0, error)) + projector.slack;
    this.tailNorm = euclidean ? Math.floor((square - remainderSquare) / unit) : 0;
    if (euclidean) return;
    let sum = 0;
    for (let j = 0; j < mean.length; j++) sum += mean[j] * row[j];
    this.norm = Math.floor(-sum / unit);
  }
}
