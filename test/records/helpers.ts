import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll } from 'vitest';
import type { Input, ReadOptions, SourceItem, SourceRecord } from '../../src/records/index.js';
import { readDocuments } from '../../src/records/index.js';

/** A directory for one test file, removed at its end; returns a writer of files in it. */
export function scratch() {
  const root = mkdtempSync(join(tmpdir(), 'shortlist-records-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return {
    root,
    file(name: string, data: string | Uint8Array): string {
      const path = join(root, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, data);
      return path;
    },
  };
}

/** All batches of a generator, in one array. */
export async function flat<T>(batches: AsyncIterable<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The message of what `run` throws. */
export async function messageOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  throw new Error('nothing was thrown');
}

export const stdin = (format: Input['format'] = 'jsonl'): Input => ({
  path: '-',
  name: 'stdin',
  kind: 'documents',
  format,
});

/** Reads documents from stdin that arrives in these pieces. */
export function fromPieces(
  pieces: Uint8Array[],
  format: Input['format'] = 'jsonl',
  options: ReadOptions = {},
): Promise<SourceItem[]> {
  const stream = Readable.from(
    pieces.map((piece) => Buffer.from(piece)),
    { objectMode: true },
  );
  return flat(readDocuments(stdin(format), { ...options, stdin: stream }));
}

export const fromText = (
  text: string | Uint8Array,
  format: Input['format'] = 'jsonl',
  options: ReadOptions = {},
) => fromPieces([typeof text === 'string' ? Buffer.from(text) : text], format, options);

/** Records as their fields, rejected ones as their message. */
export const shown = (items: SourceItem[]) =>
  items.map((item) => (item instanceof Error ? item.message : (item as SourceRecord).fields));

/** Cuts `bytes` at the given offsets (any order, taken modulo the length). */
export function cut(bytes: Uint8Array, at: number[]): Uint8Array[] {
  const offsets = [...new Set(at.map((offset) => offset % (bytes.length + 1)))].sort((a, b) => a - b);
  const edges = [0, ...offsets, bytes.length];
  return edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
}

/** A stdin one can write to bit by bit. */
export const pipe = () => new PassThrough();

/** A vecs file: int32 dimension and elements per row. */
export function vecs(rows: number[][], kind: 'f' | 'b' | 'i'): Buffer {
  return Buffer.concat(
    rows.map((row) => {
      const body =
        kind === 'b' ? Uint8Array.from(row) : kind === 'f' ? Float32Array.from(row) : Int32Array.from(row);
      const head = Buffer.alloc(4);
      head.writeInt32LE(row.length);
      return Buffer.concat([head, Buffer.from(body.buffer)]);
    }),
  );
}

/** An npy file after numpy.lib.format: padded so that the values start on a multiple of 64. */
export function npy(
  descr: string,
  shape: string,
  data: ArrayBufferView,
  version = 1,
  fortran = 'False',
): Buffer {
  const prefix = version === 1 ? 10 : 12;
  const literal = `{'descr': ${descr.startsWith('[') ? descr : `'${descr}'`}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
  const padded = `${literal.padEnd(Math.ceil((prefix + literal.length + 1) / 64) * 64 - prefix - 1)}\n`;
  const head = Buffer.alloc(prefix);
  head.write('\x93NUMPY', 'latin1');
  head[6] = version;
  if (version === 1) head.writeUInt16LE(padded.length, 8);
  else head.writeUInt32LE(padded.length, 8);
  return Buffer.concat([
    head,
    Buffer.from(padded, version === 3 ? 'utf8' : 'latin1'),
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  ]);
}
