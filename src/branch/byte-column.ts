import { type SegmentWriter, SMALL_CHUNK_BYTES } from '../segment/index.js';
import type { SpillDirectory, SpillFile } from '../storage/index.js';

/** Byte strings appended to a spill file, with the offset of each. */
export class ByteColumn {
  private readonly data: SpillFile;
  private readonly offsets: SpillFile;

  constructor(spills: SpillDirectory, what: string) {
    this.data = spills.create(what);
    this.offsets = spills.create(`${what}-offsets`);
    this.mark();
  }

  append(bytes: Uint8Array): void {
    this.data.append(bytes);
    this.mark();
  }

  /** Writes the bytes as `name` and their offsets, one more than strings, as `offsetsName`; then deletes the spill files. */
  write(out: SegmentWriter, name: string, offsetsName: string): void {
    copySpill(this.offsets, out, offsetsName, 'u64', this.offsets.length / 8);
    copySpill(this.data, out, name, 'u8', this.data.length);
  }

  private mark(): void {
    this.offsets.appendU64(this.data.length);
  }
}

/** Writes a spill file as an array, then deletes it. */
export function copySpill(
  from: SpillFile,
  out: SegmentWriter,
  name: string,
  dtype: 'u8' | 'u64',
  elements: number,
): void {
  const sink = out.begin(name, dtype, [elements], SMALL_CHUNK_BYTES);
  for (const chunk of from.chunks()) sink.write(chunk);
  sink.end();
  from.delete();
}

/** A whole number up to 2^53 - 1 as a little-endian u64. */
export function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, value % 2 ** 32, true);
  view.setUint32(4, Math.floor(value / 2 ** 32), true);
  return bytes;
}

/** Little-endian u64 at element `i`, as a number. Values above 2^53 come back wrong and fail range checks. */
export function u64At(bytes: Uint8Array, i: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(i * 8, true) + view.getUint32(i * 8 + 4, true) * 2 ** 32;
}
