import type { SegmentView } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import type { Bound, Column } from '../filter/index.js';
import type { MsgMap } from '../segment/index.js';
import { arrayName } from './format.js';
import { CODES, decodeNumber, type NumberCode } from './number-code.js';
import { Present } from './present.js';

type Codes = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

/** A number field of one segment: loaded once, then a pass over the codes answers. */
export class NumberColumn implements Column {
  readonly kind = 'number';
  private readonly view: SegmentView;
  private readonly array: string;
  private readonly code: NumberCode;
  private readonly documents: Present;
  private loaded: Codes | undefined;

  /** @throws CorruptError */
  constructor(view: SegmentView, field: string, meta: MsgMap) {
    const { reader } = view;
    this.view = view;
    this.array = arrayName(field, 'codes');
    this.documents = new Present(view, field, meta);
    const { dtype, shape } = reader.info(this.array);
    const [base, step, scale] = ['base', 'step', 'scale'].map((key) => meta.get(key));
    const known = dtype === 'u8' || dtype === 'u16' || dtype === 'u32' || dtype === 'f32' || dtype === 'f64';
    if (!known || shape.length !== 1 || shape[0] !== view.documents) {
      throw new CorruptError(reader.path, `array '${this.array}' is ${dtype} of ${shape.join(' x ')}`);
    }
    if (!isWhole(base) || !isWhole(step) || !isWhole(scale) || step < 1 || scale < 1) {
      throw new CorruptError(
        reader.path,
        `'${field}' counts from ${String(base)} by ${String(step)} / ${String(scale)}`,
      );
    }
    this.code = { dtype, base, step, scale };
  }

  addPresent(words: Uint32Array): void {
    this.documents.addTo(words);
  }

  addWithin(low: Bound | undefined, high: Bound | undefined, into: Uint32Array): void {
    const all = this.documents.count === this.view.documents;
    // What has no number has the code 0, which may be one.
    const words = all ? into : new Uint32Array(into.length);
    const codes = this.codes();
    const { dtype } = this.code;
    if (dtype === 'f32' || dtype === 'f64') {
      const [least, most] = [
        (low?.value ?? Number.NEGATIVE_INFINITY) as number,
        (high?.value ?? Number.POSITIVE_INFINITY) as number,
      ];
      const [above, below] = [low?.inclusive === false, high?.inclusive === false];
      for (let i = 0; i < codes.length; i++) {
        const value = codes[i];
        if (value < least || value > most || (above && value === least) || (below && value === most))
          continue;
        words[i >>> 5] |= 1 << (i & 31);
      }
    } else {
      const end = CODES[dtype];
      const from = low === undefined ? 0 : this.first(low.value as number, low.inclusive, end);
      const to = high === undefined ? end : this.first(high.value as number, !high.inclusive, end);
      mark(codes, from, to, words);
    }
    if (all) return;
    const present = new Uint32Array(words.length);
    this.addPresent(present);
    for (let w = 0; w < words.length; w++) into[w] |= words[w] & present[w];
  }

  /** Codes as they are stored. @throws CorruptError */
  codes(): Codes {
    if (this.loaded === undefined) {
      const { buffer } = this.view.reader.load(this.array);
      const types = {
        u8: Uint8Array,
        u16: Uint16Array,
        u32: Uint32Array,
        f32: Float32Array,
        f64: Float64Array,
      };
      this.loaded = new types[this.code.dtype](buffer);
    }
    return this.loaded;
  }

  /** The first code, up to `end`, whose number is not below `value`; not `inclusive`: above it. */
  private first(value: number, inclusive: boolean, end: number): number {
    let low = 0;
    let high = end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const number = decodeNumber(this.code, middle);
      if (number < value || (number === value && !inclusive)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Sets the bits where from <= code < to, a word of bits at a time. */
function mark(codes: Codes, from: number, to: number, words: Uint32Array): void {
  const span = to - from;
  if (span <= 0) return;
  const whole = codes.length >>> 5;
  for (let w = 0; w < whole; w++) {
    let bits = 0;
    const start = w * 32;
    for (let i = 0; i < 32; i++) if ((codes[start + i] - from) >>> 0 < span) bits |= 1 << i;
    words[w] |= bits;
  }
  for (let i = whole * 32; i < codes.length; i++) {
    if ((codes[i] - from) >>> 0 < span) words[i >>> 5] |= 1 << (i & 31);
  }
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}
