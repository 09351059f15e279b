import { loadModule } from './loader.js';
import { Instance } from './webassembly.js';

/**
 * What bytes.wasm exports: work on bytes that were put at inputAt(), INPUT_BYTES of them at most. It compiles in half a
 * millisecond, and runs at full speed at once: a query that is a whole process is over before JavaScript's loops are compiled.
 */
interface BytesExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  inputAt(): number;
  /** CRC-32 of zip (ISO 3309) of `length` bytes. @param value the checksum of what stands before them; 0 for none */
  crc32(length: number, value: number): number;
  /**
   * A block of postings (src/inverted/pfor-codec.ts) of `length` bytes to count <= 128 u32 at docsAt() and tfsAt().
   * @param previous the document before, -1 for none @returns 0 for bytes that are none
   */
  decodeBlock(length: number, count: number, previous: number, documents: number): number;
  docsAt(): number;
  tfsAt(): number;
}

/** Bytes that fit the input at once. */
const INPUT_BYTES = 65536;
/** Postings of a block at most. */
const BLOCK = 128;

class ByteKernels {
  private readonly kernels: BytesExports;
  private readonly input: Uint8Array;
  private readonly docs: Uint32Array;
  private readonly tfs: Uint32Array;

  constructor() {
    this.kernels = new Instance(loadModule('bytes'), {}).exports as BytesExports;
    const { buffer } = this.kernels.memory;
    this.input = new Uint8Array(buffer, this.kernels.inputAt(), INPUT_BYTES);
    this.docs = new Uint32Array(buffer, this.kernels.docsAt(), BLOCK);
    this.tfs = new Uint32Array(buffer, this.kernels.tfsAt(), BLOCK);
  }

  crc32(bytes: Uint8Array, value: number): number {
    let crc = value;
    for (let at = 0; at < bytes.length; at += INPUT_BYTES) {
      const piece = bytes.length <= INPUT_BYTES ? bytes : bytes.subarray(at, at + INPUT_BYTES);
      this.input.set(piece);
      crc = this.kernels.crc32(piece.length, crc);
    }
    return crc >>> 0;
  }

  decodeBlock(
    bytes: Uint8Array,
    count: number,
    previous: number,
    documents: number,
    docs: Uint32Array,
    tfs: Uint32Array,
    into: number,
  ): boolean {
    if (bytes.length > INPUT_BYTES || count > BLOCK) return false;
    this.input.set(bytes);
    if (this.kernels.decodeBlock(bytes.length, count, previous, documents) === 0) return false;
    docs.set(count === BLOCK ? this.docs : this.docs.subarray(0, count), into);
    tfs.set(count === BLOCK ? this.tfs : this.tfs.subarray(0, count), into);
    return true;
  }
}

let kernels: ByteKernels | undefined;

/** CRC-32 of zip. @param value the checksum of what stands before these bytes */
export function checksum(bytes: Uint8Array, value = 0): number {
  kernels ??= new ByteKernels();
  return kernels.crc32(bytes, value);
}

/**
 * Decodes a block of postings into docs and tfs from `into` on. O(count).
 * @returns false for bytes that are no block of `count` documents behind `previous` and below `documents`
 */
export function decodeBlock(
  bytes: Uint8Array,
  count: number,
  previous: number,
  documents: number,
  docs: Uint32Array,
  tfs: Uint32Array,
  into: number,
): boolean {
  kernels ??= new ByteKernels();
  return kernels.decodeBlock(bytes, count, previous, documents, docs, tfs, into);
}
