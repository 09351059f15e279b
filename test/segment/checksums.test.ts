import { readFileSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/index.js';
import { Arena } from '../../src/kernels/index.js';
import { type Pages, ReadCounter, SegmentReader, SegmentWriter } from '../../src/segment/index.js';
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
      const { pages, numberAt } = paged(reader, 'large', 100);
      expect(() => need(pages, numberAt, 50)).toThrow(message);
      // Not taken for read afterwards.
      expect(() => need(pages, numberAt, 50)).toThrow(message);
      expect(reader.range('large', 5120, 1)).toEqual(large.slice(5120, 5121));
    });
  });
});

/** An array in an arena, as entries of `entryBytes` each, and where to write the numbers that are wanted. */
function paged(reader: SegmentReader, name: string, entryBytes: number, entries = 8) {
  const arena = new Arena();
  const numbersAt = arena.allocate(64 * 4);
  const pages = reader.pages(name, arena, { entryBytes, entries });
  return { arena, pages, numberAt: arena.u32(numbersAt, 64) };
}

function need(pages: Pages, numbers: Uint32Array, ...wanted: number[]): void {
  numbers.set(wanted);
  pages.need(numbers.byteOffset, wanted.length);
}

describe('pages', () => {
  const arrays = { large, small };

  test('have what was asked for in its place, whatever the entries and chunks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('large', 'small'),
        fc.constantFrom(1, 7, 64, 784, 1024, 5000),
        fc.array(fc.array(fc.nat(1 << 20), { minLength: 1, maxLength: 60 }), { maxLength: 6 }),
        (name, entryBytes, rounds) => {
          const bytes = arrays[name];
          const count = Math.ceil(bytes.length / entryBytes);
          reading(file, (reader) => {
            const { arena, pages, numberAt } = paged(reader, name, entryBytes);
            for (const round of rounds) {
              const wanted = round.map((number) => number % count);
              need(pages, numberAt, ...wanted);
              for (const entry of wanted) {
                const expected = bytes.subarray(entry * entryBytes, (entry + 1) * entryBytes);
                const found = arena.bytes(pages.base + entry * entryBytes, expected.length);
                expect(Buffer.compare(found, expected)).toBe(0);
              }
            }
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  test('read each chunk once, and near ones together', () => {
    const counter = new ReadCounter();
    const reader = new SegmentReader(file, counter);
    try {
      const { pages, numberAt } = paged(reader, 'small', 100);
      const before = counter.reads;
      need(pages, numberAt, 99, 0, 1, 50);
      expect(counter.reads - before).toBe(1);
      need(pages, numberAt, 3, 99, 60);
      expect(counter.reads - before).toBe(1);
    } finally {
      reader.close();
    }
  });

  test('are looked at before anybody else does', () => {
    reading(file, (reader) => {
      const seen: number[] = [];
      const arena = new Arena();
      const at = arena.allocate(4);
      const check = (from: number, bytes: number) => {
        seen.push(bytes);
        if (arena.bytes(from, bytes)[0] === small[8192]) throw new Error('so it is');
      };
      const pages = reader.pages('small', arena, { entryBytes: 8192, entries: 1, check });
      need(pages, arena.u32(at, 1), 0);
      expect(seen).toEqual([8192]);
      expect(() => need(pages, arena.u32(at, 1), 1)).toThrow('so it is');
      expect(() => need(pages, arena.u32(at, 1), 1)).toThrow('so it is');
      expect(seen).toEqual([8192, 10_000 - 8192, 10_000 - 8192]);
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
