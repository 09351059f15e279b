import { metaCount } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import type { MsgMap, SegmentReader } from '../segment/index.js';
import type { Metadata } from '../segment/metadata.js';

/** Largest power of ten that weights are tried with: more decimals than models are published with. */
const MAX_DECIMALS = 6;
/** Above, a whole number is not told from its neighbour by a float32. */
const MAX_WHOLE = 2 ** 24;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of a float32: of two numbers above 0 the larger has the larger bits. */
export function floatBits(value: number): number {
  float[0] = value;
  return bits[0];
}

export function floatOf(value: number): number {
  bits[0] = value;
  return float[0];
}

/**
 * How the weights of a segment stand in lists of frequencies, which are whole numbers from 1 that rise with the weight:
 *
 *     decimal  weight * scale, scale a power of ten: exact where all weights have so few decimals
 *     float32  the bits of the number as float32
 *     levels   1 to `levels` of `max`, rounded: what --sparse field:bits=n asks for
 */
export type WeightCode =
  | { kind: 'decimal'; scale: number }
  | { kind: 'float32' }
  | { kind: 'levels'; max: number; levels: number };

/** @param weight above 0, a float32 */
export function encodeWeight(code: WeightCode, weight: number): number {
  if (code.kind === 'decimal') return Math.round(weight * code.scale);
  if (code.kind === 'float32') return floatBits(weight);
  return Math.max(1, Math.round((weight / code.max) * code.levels));
}

export function decodeWeight(code: WeightCode, stored: number): number {
  if (code.kind === 'decimal') return stored / code.scale;
  if (code.kind === 'float32') return floatOf(stored);
  return (stored * code.max) / code.levels;
}

/** Looks at all weights of a segment, to find the code that keeps them. */
export class WeightScout {
  private largest = 0;
  private scale = 1;
  private decimal = true;

  /** @param weight as given, before it is a float32 */
  see(weight: number): void {
    const single = Math.fround(weight);
    if (single > this.largest) this.largest = single;
    if (!this.decimal) return;
    while (Math.round(weight * this.scale) / this.scale !== weight) {
      this.scale *= 10;
      if (this.scale <= 10 ** MAX_DECIMALS) continue;
      this.decimal = false;
      return;
    }
  }

  /** @param bits undefined: nothing may be lost */
  code(bits: number | undefined): WeightCode {
    if (bits !== undefined) return { kind: 'levels', max: this.largest || 1, levels: 2 ** bits - 1 };
    const fits = this.decimal && this.largest * this.scale < MAX_WHOLE;
    return fits ? { kind: 'decimal', scale: this.scale } : { kind: 'float32' };
  }
}

export function weightMeta(code: WeightCode): { [key: string]: Metadata } {
  return { ...code, kind: code.kind };
}

/** @throws CorruptError for a code that can't be */
export function readWeightCode(reader: SegmentReader, meta: MsgMap): WeightCode {
  const code = meta.get('weights');
  const kind = code instanceof Map ? code.get('kind') : undefined;
  if (code instanceof Map && kind === 'decimal') {
    const scale = metaCount(reader, code, 'scale', 10 ** MAX_DECIMALS);
    if (scale > 0) return { kind, scale };
  }
  if (kind === 'float32') return { kind };
  if (code instanceof Map && kind === 'levels') {
    const max = code.get('max');
    const levels = metaCount(reader, code, 'levels', 2 ** 16);
    if (typeof max === 'number' && max > 0 && Number.isFinite(max) && levels > 0)
      return { kind, max, levels };
  }
  throw new CorruptError(reader.path, `weights are coded as ${String(kind)}, which can't be read`);
}
