import { type SegmentView, u64, u64At } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import {
  bitsFor,
  PackedNumbers,
  PackedWriter,
  type SegmentWriter,
  SMALL_CHUNK_BYTES,
} from '../segment/index.js';
import type { SpillDirectory, SpillFile } from '../storage/index.js';

/** Strings between two starts: one takes the bits of its length and an eighth of a byte of start. */
const GROUP = 64;

/** Names of the arrays that hold byte strings, one for each document. */
export interface StringArrays {
  /** u8: the strings, one after the other. */
  bytes: string;
  /** Packed [documents]. */
  lengths: string;
  /** u64 [⌈documents / 64⌉]: where every 64th string begins. */
  starts: string;
}

/** Spools byte strings to disk and writes them as three arrays. Memory: buffers alone. */
export class ByteStringWriter {
  private readonly data: SpillFile;
  private readonly lengths: SpillFile;
  private longest = 0;

  constructor(spills: SpillDirectory, what: string) {
    this.data = spills.create(what);
    this.lengths = spills.create(`${what}-lengths`);
  }

  append(bytes: Uint8Array): void {
    this.data.append(bytes);
    this.measure(bytes.length);
  }

  /** @returns its bytes in UTF-8: a view that the next append may overwrite */
  appendText(text: string): Uint8Array {
    const bytes = this.data.appendText(text);
    this.measure(bytes.length);
    return bytes;
  }

  private measure(length: number): void {
    this.lengths.appendU32(length);
    if (length > this.longest) this.longest = length;
  }

  /** Writes the arrays, then deletes the spill files. */
  write(out: SegmentWriter, { bytes, lengths, starts }: StringArrays): void {
    const count = this.lengths.length / 4;
    const firsts = out.begin(starts, 'u64', [Math.ceil(count / GROUP)], SMALL_CHUNK_BYTES);
    let start = 0;
    let i = 0;
    for (const some of this.stored()) {
      for (const length of some) {
        if (i++ % GROUP === 0) firsts.write(u64(start));
        start += length;
      }
    }
    firsts.end();
    const packed = new PackedWriter(out, lengths, count, bitsFor(this.longest), SMALL_CHUNK_BYTES);
    for (const some of this.stored()) packed.write(some);
    packed.end();
    const content = out.begin(bytes, 'u8', [this.data.length], SMALL_CHUNK_BYTES);
    for (const chunk of this.data.chunks()) content.write(chunk);
    content.end();
    this.data.delete();
    this.lengths.delete();
  }

  private *stored(): Generator<Uint32Array> {
    for (const chunk of this.lengths.chunks())
      yield new Uint32Array(chunk.buffer, chunk.byteOffset, chunk.length / 4);
  }
}

/** Finds byte strings of a segment by document: two short reads each, or none once they are warm. */
export class ByteStrings {
  private readonly view: SegmentView;
  private readonly arrays: StringArrays;
  private readonly lengths: PackedNumbers;
  private warmed: { bytes: Buffer; offsets: Float64Array } | undefined;

  /** @throws CorruptError when the arrays are not of the view's documents */
  constructor(view: SegmentView, arrays: StringArrays) {
    this.view = view;
    this.arrays = arrays;
    const { reader, documents } = view;
    reader.info(arrays.bytes, 'u8');
    this.lengths = new PackedNumbers(reader, arrays.lengths, documents);
    const { shape } = reader.info(arrays.starts, 'u64');
    if (shape.length !== 1 || shape[0] !== Math.ceil(documents / GROUP))
      throw new CorruptError(
        reader.path,
        `array '${arrays.starts}' has ${shape.join('×')} elements, not one for ${GROUP} documents`,
      );
  }

  /** Loads all strings into memory. @throws CorruptError where lengths and starts contradict each other */
  warm(): { bytes: Buffer; offsets: Float64Array } {
    if (this.warmed !== undefined) return this.warmed;
    const { reader } = this.view;
    const { buffer } = reader.load(this.arrays.bytes);
    this.warmed = { bytes: Buffer.from(buffer), offsets: this.offsets() };
    return this.warmed;
  }

  /** Where each string begins, and where the last ends. @throws CorruptError unless they cover the bytes, one after the other */
  offsets(): Float64Array {
    const { reader, documents } = this.view;
    const { bytes, lengths, starts } = this.arrays;
    const widths = this.lengths.load();
    const firsts = reader.load(starts);
    const offsets = new Float64Array(documents + 1);
    for (let doc = 0; doc < documents; doc++) {
      if (doc % GROUP === 0 && u64At(firsts, doc / GROUP) !== offsets[doc])
        throw new CorruptError(
          reader.path,
          `'${starts}' is not the sum of the lengths before document ${doc}`,
        );
      offsets[doc + 1] = offsets[doc] + widths[doc];
    }
    if (offsets[documents] !== reader.info(bytes).byteLength)
      throw new CorruptError(reader.path, `'${lengths}' does not cover '${bytes}'`);
    return offsets;
  }

  /** The string of a document. @throws CorruptError when it is not within the array */
  at(doc: number): Uint8Array {
    const { view, arrays, warmed } = this;
    if (!(doc >= 0 && doc < view.documents)) throw new RangeError(`document ${doc} of ${view.documents}`);
    if (warmed !== undefined) return warmed.bytes.subarray(warmed.offsets[doc], warmed.offsets[doc + 1]);
    const { reader } = view;
    const first = doc - (doc % GROUP);
    const lengths = this.lengths.range(first, doc - first + 1);
    let start = u64At(reader.range(arrays.starts, (first / GROUP) * 8, 8), 0);
    for (let i = 0; i < lengths.length - 1; i++) start += lengths[i];
    const length = lengths[lengths.length - 1];
    if (start + length > reader.info(arrays.bytes).byteLength)
      throw new CorruptError(
        reader.path,
        `'${arrays.bytes}' of document ${doc}: ${start} to ${start + length}`,
      );
    return reader.range(arrays.bytes, start, length);
  }
}
