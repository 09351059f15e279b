import { createReadStream, readFileSync, statSync } from 'node:fs';
import type { Place } from '../errors/index.js';
import { displayName, readFault } from './faults.js';
import type { ReadOptions } from './options.js';
import { inflateZstd, ZSTD_MAGIC } from './zstd.js';

/** Bytes asked for at a time, on disk and of inflated data. */
const CHUNK_BYTES = 256 * 1024;

// Three bytes, not two: `1f 8b 00 00` is also an fvecs row of dimension 35,615, but no valid dimension has 08 third.
const GZIP_MAGIC = Uint8Array.of(0x1f, 0x8b, 0x08);
const UTF8_BOM = Uint8Array.of(0xef, 0xbb, 0xbf);

/** True where whole contents begin as gzip or zstd do. */
export function startsCompressed(bytes: Uint8Array): boolean {
  return [GZIP_MAGIC, ZSTD_MAGIC].some((magic) => magic.every((byte, i) => bytes[i] === byte));
}

/** An input opened for one forward pass. */
export interface ByteSource {
  /** Bytes on disk; undefined for stdin, pipes and devices. */
  size?: number;
  /** True where the input is gzip or zstd, found by its first bytes. */
  compressed: boolean;
  /** Decoded bytes in pieces of any size, never reused; throws InputError. Reads no further than it is pulled. */
  chunks: AsyncGenerator<Buffer>;
  /** Releases the file without reading on. */
  close(): Promise<void>;
}

/**
 * Opens a file, a pipe or stdin ('-') and looks at its first bytes; gzip and zstd, also of several members, are inflated.
 * @throws InputError where it can't be opened
 */
export async function openBytes(path: string, options: ReadOptions = {}): Promise<ByteSource> {
  const place: Place = { file: displayName(path) };
  const size = path === '-' ? undefined : sizeOf(path, place);
  const raw = rawChunks(streamOf(path, size, options), place, options.onBytes);
  const head = await readHead(raw, [GZIP_MAGIC, ZSTD_MAGIC]);
  const plain = prepend(head.chunk, raw);
  return {
    size,
    compressed: head.magic !== undefined,
    chunks: head.magic === undefined ? plain : inflate(plain, head.magic, place),
    close: async () => {
      await raw.return(undefined);
    },
  };
}

/** A small file is read at once: a stream of one chunk costs a query 3 ms. */
async function* readWhole(path: string): AsyncGenerator<Buffer> {
  const bytes = readFileSync(path);
  if (bytes.length > 0) yield bytes;
}

function streamOf(
  path: string,
  size: number | undefined,
  options: ReadOptions,
): AsyncIterable<string | Buffer> {
  if (path === '-') return options.stdin ?? process.stdin;
  if (size !== undefined && size <= CHUNK_BYTES) return readWhole(path);
  return createReadStream(path, { highWaterMark: CHUNK_BYTES });
}

/** The chunks of a text without the byte order mark at its start. */
export async function* withoutBom(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    const head = await readHead(chunks, [UTF8_BOM]);
    const rest = head.magic !== undefined ? head.chunk.subarray(UTF8_BOM.length) : head.chunk;
    if (rest.length > 0) yield rest;
    yield* chunks;
  } finally {
    await chunks.return(undefined);
  }
}

function sizeOf(path: string, place: Place): number | undefined {
  try {
    const found = statSync(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    throw readFault(error, place);
  }
}

async function* rawChunks(
  stream: AsyncIterable<string | Buffer>,
  place: Place,
  onBytes: ReadOptions['onBytes'],
): AsyncGenerator<Buffer> {
  try {
    for await (const piece of stream) {
      const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
      onBytes?.(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw readFault(error, place);
  }
}

/**
 * Pulls chunks only while what came so far may still become one of `magics`: a slow pipe that has sent one short
 * line is not made to send more before that line is answered.
 */
async function readHead(
  chunks: AsyncGenerator<Buffer>,
  magics: Uint8Array[],
): Promise<{ chunk: Buffer; magic?: Uint8Array }> {
  let chunk: Buffer = Buffer.alloc(0);
  for (;;) {
    const possible = magics.filter((magic) => startsAs(chunk, magic));
    const magic = possible.find(({ length }) => length <= chunk.length);
    if (magic !== undefined) return { chunk, magic };
    if (possible.length === 0) return { chunk };
    const next = await chunks.next();
    if (next.done) return { chunk };
    chunk = chunk.length === 0 ? next.value : Buffer.concat([chunk, next.value]);
  }
}

/** True where as much as there is of `chunk` agrees with `magic`. */
function startsAs(chunk: Buffer, magic: Uint8Array): boolean {
  return magic.every((byte, i) => i >= chunk.length || chunk[i] === byte);
}

async function* prepend(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* inflate(
  chunks: AsyncGenerator<Buffer>,
  magic: Uint8Array,
  place: Place,
): AsyncGenerator<Buffer> {
  const what = magic === GZIP_MAGIC ? 'gzip' : 'zstd';
  try {
    // Loaded when it is met: a query by a plain file does without streams, which take 6 ms to load.
    if (what === 'gzip') yield* (await import('./gzip.js')).inflateGzip(chunks, CHUNK_BYTES);
    else yield* inflateZstd(chunks);
  } catch (error) {
    throw readFault(error, place, what);
  } finally {
    await chunks.return(undefined);
  }
}
