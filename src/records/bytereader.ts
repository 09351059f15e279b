import type { ByteSource } from './bytes.js';

/** Exact reads from a byte source; holds what was read ahead, never more than the last fill asked for and a chunk. */
export class ByteReader {
  readonly #source: ByteSource;
  #pieces: Buffer[] = [];
  #held = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Reads on until `count` bytes are held or the input ends. Returns the bytes held, which may be more. */
  async fill(count: number): Promise<number> {
    while (this.#held < count) {
      const next = await this.#source.chunks.next();
      if (next.done) break;
      this.#pieces.push(next.value);
      this.#held += next.value.length;
    }
    return this.#held;
  }

  /** The first `count` held bytes as a fresh array at offset 0 of its buffer, so that typed views of it align. */
  take(count: number): Uint8Array<ArrayBuffer> {
    const bytes = this.peek(count);
    this.#held -= count;
    let left = count;
    while (left > 0) {
      const piece = this.#pieces[0];
      if (piece.length > left) {
        this.#pieces[0] = piece.subarray(left);
        break;
      }
      left -= piece.length;
      this.#pieces.shift();
    }
    return bytes;
  }

  /** As {@link take}, but the bytes stay. */
  peek(count: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(count);
    let at = 0;
    for (const piece of this.#pieces) {
      const part = piece.length > count - at ? piece.subarray(0, count - at) : piece;
      bytes.set(part, at);
      at += part.length;
      if (at === count) break;
    }
    return bytes;
  }

  /** Releases the input. */
  async close(): Promise<void> {
    await this.#source.chunks.return(undefined);
    await this.#source.close();
  }
}
