/** The first four bytes of a zstd frame (RFC 8878, 3.1.1). */
export const ZSTD_MAGIC = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);

/** The zstd tool, too, refuses larger windows unless it is told otherwise. */
const MAX_WINDOW_BYTES = 128 * 1024 * 1024;

/** Data that is not, or no longer, zstd; `code` is what zlib would say of gzip. */
export class ZstdFault extends Error {
  readonly code: 'Z_BUF_ERROR' | 'Z_DATA_ERROR';

  constructor(message: string, code: ZstdFault['code'] = 'Z_DATA_ERROR') {
    super(message);
    this.code = code;
  }
}

/**
 * Inflates the zstd frames of a stream in plain JavaScript, on every Node: the decoder of Node 24 ends in silence after the
 * first frame, and takes a truncated one for whole. Memory is the window (128 MiB at most) and a block.
 * Checksums of the content are not compared.
 * @throws ZstdFault
 */
export async function* inflateZstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { Decompress } = await import('./vendor/fzstd.js');
  let ready: Buffer[] = [];
  const decoder = new Decompress((piece) => {
    // A copy, because the decoder goes on using the piece.
    if (piece.length > 0) ready.push(Buffer.from(piece));
  });
  const push = (chunk: Uint8Array, last: boolean) => {
    try {
      decoder.push(chunk, last);
    } catch (error) {
      const { message } = error as Error;
      throw new ZstdFault(message, message === 'unexpected EOF' ? 'Z_BUF_ERROR' : 'Z_DATA_ERROR');
    }
  };
  let first = true;
  for await (const chunk of chunks) {
    if (first) checkWindow(chunk);
    first = false;
    push(chunk, false);
    yield* ready;
    ready = [];
  }
  push(new Uint8Array(0), true);
  yield* ready;
}

/** Bounds what the first frame's header makes the decoder allocate. */
function checkWindow(head: Buffer): void {
  if (head.length < 18) return;
  const descriptor = head[4];
  const single = (descriptor & 0x20) !== 0;
  let window = 2 ** (10 + (head[5] >> 3)) * (1 + (head[5] & 7) / 8);
  if (single) {
    const at = 5 + [0, 1, 2, 4][descriptor & 3];
    const size = descriptor >> 6;
    if (size === 0) window = head[at];
    else if (size === 1) window = head.readUInt16LE(at) + 256;
    else if (size === 2) window = head.readUInt32LE(at);
    else window = Number(head.readBigUInt64LE(at));
  }
  if (window > MAX_WINDOW_BYTES) {
    throw new ZstdFault(`it needs a window of ${window} bytes, above ${MAX_WINDOW_BYTES}`);
  }
}
