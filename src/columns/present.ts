import { docSet, fullWords, metaCount, type SegmentView, setWords } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import type { MsgMap } from '../segment/index.js';
import { arrayName, bitmapBytes } from './format.js';
import { addBitmap } from './lists.js';

/** Which documents have a value of a field. */
export class Present {
  private readonly view: SegmentView;
  private readonly array: string;
  /** Documents with a value. */
  readonly count: number;
  private known: Uint32Array | undefined;

  /** @throws CorruptError */
  constructor(view: SegmentView, field: string, meta: MsgMap) {
    const { reader, documents } = view;
    this.view = view;
    this.array = arrayName(field, 'present');
    this.count = metaCount(reader, meta, 'documents', documents);
    if (this.count > 0 && this.count < documents) {
      expectLength(view, this.array, 'u8', bitmapBytes(documents));
    }
  }

  /** Sets their bits. @throws CorruptError */
  addTo(words: Uint32Array): void {
    this.known ??= this.read();
    for (let w = 0; w < words.length; w++) words[w] |= this.known[w];
  }

  private read(): Uint32Array {
    const { reader, documents } = this.view;
    if (this.count === documents) return fullWords(documents);
    const words = new Uint32Array(setWords(documents));
    if (this.count === 0) return words;
    const fault = addBitmap(reader.load(this.array), documents, words);
    if (fault !== undefined) throw new CorruptError(reader.path, `array '${this.array}' ${fault}`);
    if (docSet(words).count !== this.count) {
      throw new CorruptError(reader.path, `array '${this.array}' has not ${this.count} documents`);
    }
    return words;
  }
}

/** @throws CorruptError when an array is missing, of another type or another length */
export function expectLength(
  { reader }: SegmentView,
  array: string,
  dtype: 'u8' | 'u64',
  elements: number,
): void {
  const { shape } = reader.info(array, dtype);
  if (shape.length !== 1 || shape[0] !== elements) {
    throw new CorruptError(reader.path, `array '${array}' is ${shape.join(' x ')}, not ${elements}`);
  }
}
