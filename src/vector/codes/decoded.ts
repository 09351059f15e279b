import type { VectorPart } from '../part.js';
import { FiledRows, type RowStore } from '../row-store.js';
import { norm } from '../unit.js';
import { BlockDecoder, blockStage } from './blocks/index.js';
import { loadCoder } from './table.js';

const F32_MAX = 3.4028234663852886e38;
/** How far beyond 1 rounding to float32 may take a vector of length 1. */
const UNIT_LONGEST = 1 + 1e-6;

/** What a code says of a vector. */
export interface Decoder {
  /** Bytes of codes that stand together, and how many positions these are of. */
  readonly stride: number;
  readonly together: number;
  /** No vector is longer. */
  readonly longest: number;
  /** @param codes what position stands among, `stride` bytes @param out components of a padded vector, all written */
  decode(codes: Uint8Array, position: number, out: Float64Array): void;
}

/**
 * Rows that are not stored: what codes stand for, rounded to float32, under cosine of length 1 again. The codes are
 * read from the file, or from where they were loaded.
 */
export class DecodedRows implements RowStore {
  readonly longest: number | undefined;
  private readonly part: VectorPart;
  private readonly decoder: Decoder;
  private readonly values: Float64Array;
  private readonly row: Float32Array;
  private readonly rowBytes: Uint8Array;
  private loaded: Uint8Array | undefined;

  /** @throws CorruptError */
  constructor(part: VectorPart) {
    this.part = part;
    this.decoder = blockStage(part.field) === undefined ? loadCoder(part)! : new BlockDecoder(part);
    this.values = new Float64Array(part.floats);
    this.row = new Float32Array(part.floats);
    this.rowBytes = new Uint8Array(this.row.buffer);
    if (part.maxNorm !== undefined)
      this.longest = part.field.metric === 'cosine' ? UNIT_LONGEST : this.decoder.longest;
  }

  /** @param codes the array `codes`, whole, for good */
  use(codes: Uint8Array): void {
    this.loaded = codes;
  }

  read(from: number, target: Uint8Array): void {
    const { part, values, row } = this;
    for (let at = 0; at < target.length; at += part.rowBytes, from++) {
      this.decoder.decode(this.codesOf(from), from, values);
      // Words of a turned vector say something of its padding, too.
      values.fill(0, part.field.dim);
      const length = part.field.metric === 'cosine' ? norm(values) : 1;
      const scale = length > 0 ? 1 / length : 1;
      for (let j = 0; j < row.length; j++) row[j] = finite(values[j] * scale);
      target.set(this.rowBytes, at);
    }
  }

  private codesOf(position: number): Uint8Array {
    const { stride, together } = this.decoder;
    const at = Math.floor(position / together) * stride;
    if (this.loaded !== undefined) return this.loaded.subarray(at, at + stride);
    return this.part.reader.range(`${this.part.name}/codes`, at, stride);
  }
}

/** Tables may overflow where components are near the largest float32. */
function finite(value: number): number {
  return value > F32_MAX ? F32_MAX : value < -F32_MAX ? -F32_MAX : value || 0;
}

/** The rows of a part, stored or not. @throws CorruptError */
export function openRows(part: VectorPart): RowStore {
  return part.decoded ? new DecodedRows(part) : new FiledRows(part);
}
