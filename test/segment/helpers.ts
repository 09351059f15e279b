import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type DType, SegmentReader, SegmentWriter } from '../../src/segment/index.js';
import type { Metadata } from '../../src/segment/metadata.js';
import { random } from '../storage/scratch.js';

/** An array to write: elements in any typed array. */
export interface Sample {
  name: string;
  dtype: DType;
  shape: number[];
  data: ArrayBufferView;
}

export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** `n` bytes that look random. */
export function noise(n: number, seed: number): Uint8Array {
  const next = random(seed);
  const words = new Uint32Array(Math.ceil(n / 4));
  for (let i = 0; i < words.length; i++) words[i] = next(2 ** 32);
  return new Uint8Array(words.buffer, 0, n);
}

export const u8 = (name: string, data: Uint8Array): Sample => ({
  name,
  dtype: 'u8',
  shape: [data.length],
  data,
});

export function writeSegment(path: string, samples: Sample[], meta: { [key: string]: Metadata } = {}) {
  const writer = new SegmentWriter(path);
  for (const { name, dtype, shape, data } of samples) writer.add(name, dtype, shape, data);
  return writer.finish(meta);
}

/** Opens, uses, closes. */
export function reading<T>(path: string, use: (reader: SegmentReader) => T): T {
  const reader = new SegmentReader(path);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}

/** The digest of a file as its definition has it: SHA-256 of what follows the head, then of the head. */
export function digestOfFile(path: string): string {
  const bytes = readFileSync(path);
  return createHash('sha256').update(bytes.subarray(64)).update(bytes.subarray(0, 64)).digest('hex');
}
