import { readFileSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/index.js';
import { ReadCounter, SegmentReader, SegmentWriter } from '../../src/segment/index.js';
import { scratch, thrown } from '../storage/scratch.js';
import { type Directory, directoryOf, withDirectory } from './forge.js';
import { digestOfFile, noise, reading } from './helpers.js';

const { path } = scratch();

/** 3 MiB in chunks of 1 KiB: 3,001 checksums, three pages of them. */
const large = noise(3 * 2 ** 20 + 7, 1);
const small = noise(10_000, 2);
const file = path('tables.seg');
const writer = new SegmentWriter(file);
writer.add('large', 'u8', [large.length], large, 1024);
writer.add('small', 'u8', [small.length], small, 4096);
writer.add('other', 'u8', [large.length], large, 2048);
const { digest } = writer.finish({ documents: 1 });
const original = new Uint8Array(readFileSync(file));
const tables = directoryOf(original).arrays.map(({ table }) => table as [number, number] | undefined);
const [tableAt, tableBytes] = tables[0]!;

/** Opens the file with other bytes. */
function withBytes<T>(bytes: Uint8Array, use: (reader: SegmentReader) => T): T {
  const forged = path('forged.seg');
  writeFileSync(forged, bytes);
  return reading(forged, use);
}

function flipped(at: number): Uint8Array {
  const bytes = Uint8Array.from(original);
  bytes[at] ^= 4;
  return bytes;
}

describe('checksums of chunks that are too many for the directory', () => {
  test('stand behind the arrays, and are CRC-32 of each chunk', () => {
    expect(tables.map((table) => table?.[1])).toEqual([3073 * 4, undefined, 1537 * 4]);
    const view = new DataView(original.buffer, tableAt, tableBytes);
    for (let i = 0; i < tableBytes / 4; i++) {
      expect(view.getUint32(i * 4, true)).toBe(crc32(large.subarray(i * 1024, (i + 1) * 1024)));
    }
    const { crc32: pages } = directoryOf(original).arrays[0] as { crc32: Uint8Array };
    expect(pages.length).toBe(4 * 4);
  });

  test('load, range and verify use them', () => {
    reading(file, (reader) => {
      expect(Buffer.compare(reader.load('large'), large)).toBe(0);
      expect(Buffer.compare(reader.load('other'), large)).toBe(0);
      expect(Buffer.compare(reader.load('small'), small)).toBe(0);
      fc.assert(
        fc.property(fc.nat(large.length), fc.nat(5000), (offset, wanted) => {
          const length = Math.min(wanted, large.length - offset);
          const got = reader.range('large', offset, length);
          expect(Buffer.compare(got, large.subarray(offset, offset + length))).toBe(0);
        }),
      );
      reader.verify(digest);
    });
    expect(digestOfFile(file)).toBe(digest);
  });

  test('opening does not read them, and a range reads a page of them', () => {
    const counter = new ReadCounter();
    const reader = new SegmentReader(file, counter);
    const opened = { reads: counter.reads, bytes: counter.bytes };
    expect(opened.bytes).toBeLessThan(1000);
    reader.range('large', 100, 10);
    expect(counter.reads - opened.reads).toBe(2);
    expect(counter.bytes - opened.bytes).toBe(1024 + 4096);
    // The page is kept, and so is the chunk.
    reader.range('large', 5000, 10);
    reader.range('large', 200, 10);
    expect(counter.bytes - opened.bytes).toBe(2 * 1024 + 4096);
    reader.close();
  });

  test('a bit of the table: what it vouches for is refused, the rest is given, verify names it', () => {
    const damaged = "the checksums of array 'large' are damaged";
    withBytes(flipped(tableAt + 5), (reader) => {
      expect(thrown(() => reader.range('large', 1023 * 1024, 10))).toBeInstanceOf(CorruptError);
      expect(() => reader.range('large', 0, 10)).toThrow(damaged);
      expect(reader.range('large', 1024 * 1024, 10)).toEqual(large.slice(1024 * 1024, 1024 * 1024 + 10));
      expect(reader.range('other', 0, 10)).toEqual(large.slice(0, 10));
      expect(() => reader.verify(digest)).toThrow(damaged);
    });
  });

  test('every byte of a table and of what frames it is covered', () => {
    const end = tables[2]![0] + tables[2]![1];
    for (let at = tableAt - 40; at < end; at += at < tableAt ? 3 : 1499) {
      withBytes(flipped(at), (reader) =>
        expect(() => reader.verify(digest), `byte ${at}`).toThrow(CorruptError),
      );
    }
  });

  test('a bit of a chunk is named by its bytes', () => {
    const at = directoryOf(original).arrays[0].parts as [number, number][];
    withBytes(flipped(at[0][0] + 5000), (reader) => {
      const message = "array 'large', bytes 4096 to 5120: checksum does not match";
      expect(() => reader.range('large', 5000, 1)).toThrow(message);
      expect(() => reader.load('large')).toThrow(message);
      expect(() => reader.readChunks('large', 4, new Uint8Array(1024))).toThrow(message);
      expect(reader.range('large', 5120, 1)).toEqual(large.slice(5120, 5121));
    });
  });
});

describe('readChunks', () => {
  test('puts whole chunks in place, the last one as long as it is', () => {
    reading(file, (reader) => {
      const target = new Uint8Array(new SharedArrayBuffer(8192));
      expect(reader.readChunks('large', 7, target)).toBe(8192);
      expect(Buffer.compare(target, large.subarray(7 * 1024, 15 * 1024))).toBe(0);
      expect(reader.readChunks('large', 3072, new Uint8Array(1024))).toBe(7);
      expect(reader.readChunks('small', 1, new Uint8Array(8192))).toBe(10_000 - 4096);
    });
  });

  test.each([
    [3, 4096],
    [-1, 4096],
    [0, 4095],
    [Number.NaN, 4096],
  ])('chunk %d in %d bytes: there is none', (first, bytes) => {
    reading(file, (reader) => {
      const error = thrown(() => reader.readChunks('small', first, new Uint8Array(bytes)));
      expect(error).toBeInstanceOf(CorruptError);
    });
  });
});

/** What opening must refuse, whatever checksums say. */
const lies: [string, (directory: Directory) => unknown, string][] = [
  ['no chunk', (d) => delete (d.arrays[0] as Partial<Directory>).chunk, 'a count is missing'],
  ['chunks of nothing', (d) => Object.assign(d.arrays[0], { chunk: 0 }), 'chunks of 0 bytes'],
  ['tiny chunks', (d) => Object.assign(d.arrays[0], { chunk: 512 }), 'chunks of 512 bytes'],
  [
    'a chunk of gigabytes',
    (d) => Object.assign(d.arrays[0], { chunk: 2 ** 31 }),
    'chunks of 2147483648 bytes',
  ],
  [
    'a chunk that is no power of two',
    (d) => Object.assign(d.arrays[0], { chunk: 3000 }),
    'chunks of 3000 bytes',
  ],
  ['another chunk', (d) => Object.assign(d.arrays[0], { chunk: 2048 }), "'large': a table of 12292 bytes"],
  ['no table', (d) => delete d.arrays[0].table, 'an array is missing'],
  ['a table that is not needed', (d) => Object.assign(d.arrays[1], { table: [tableAt, 12] }), 'not needed'],
  [
    'a short table',
    (d) => Object.assign(d.arrays[0], { table: [tableAt, 8] }),
    "'large': a table of 8 bytes",
  ],
  [
    'a table in the head',
    (d) => Object.assign(d.arrays[0], { table: [0, tableBytes] }),
    'its checksums at 0',
  ],
  [
    'a table behind the end',
    (d) => Object.assign(d.arrays[0], { table: [2 ** 40, tableBytes] }),
    'misaligned or outside the file',
  ],
  [
    'a table that is not aligned',
    (d) => Object.assign(d.arrays[0], { table: [tableAt + 1, tableBytes] }),
    'misaligned or outside the file',
  ],
  [
    'a table among the arrays',
    (d) => Object.assign(d.arrays[0], { table: [64 * 64, tableBytes] }),
    "the table of 'large' overlaps the one before",
  ],
  [
    'pages missing',
    (d) => Object.assign(d.arrays[0], { crc32: new Uint8Array(12) }),
    'wrong number of checksums',
  ],
];

test.each(lies)('a directory with %s: CorruptError', (_, lie, message) => {
  const error = thrown(() => withBytes(withDirectory(original, lie), () => undefined));
  expect(error).toBeInstanceOf(CorruptError);
  expect(error.message).toContain(message);
});
