import { closeSync, openSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { decode } from '@msgpack/msgpack';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SegmentReader, SegmentWriter } from '../../src/segment/index.js';
import type { WrittenSegment } from '../../src/segment/writer.js';
import { scratch } from '../storage/scratch.js';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** Five parts, the last of them short and not a whole number of chunks. */
const BIG = 4 * GIB + 5 * MIB + 7;
/** Exactly one part, and exactly two. */
const ONE = GIB;
const NEEDED = BIG + ONE + GIB;

const { root, path } = scratch();
const { bavail, bsize } = statfsSync(root);
const room = bavail * bsize >= NEEDED;
if (!room) {
  process.stderr.write(
    `skipped: ${root} has ${Math.floor((bavail * bsize) / MIB)} MiB free, not ${NEEDED / MIB}\n`,
  );
}

/** What stands at bytes `from` to `from + n` of an array: a hash of each word's position. */
function pattern(from: number, n: number, seed: number): Uint8Array {
  const first = Math.floor(from / 4);
  const words = new Uint32Array(Math.ceil((from + n) / 4) - first);
  for (let i = 0; i < words.length; i++) {
    const x = Math.imul((first + i) ^ seed, 0x9e3779b1);
    words[i] = x ^ (x >>> 15);
  }
  return new Uint8Array(words.buffer).subarray(from - first * 4, from - first * 4 + n);
}

describe.skipIf(!room)('a segment above 4 GiB', () => {
  const file = path('large.seg');
  let written: WrittenSegment;
  let reader: SegmentReader;

  beforeAll(() => {
    const writer = new SegmentWriter(file);
    const put = (name: string, bytes: number, seed: number) => {
      const sink = writer.begin(name, 'u8', [bytes]);
      for (let at = 0; at < bytes; at += MIB) sink.write(pattern(at, Math.min(MIB, bytes - at), seed));
      sink.end();
    };
    put('small', 100, 1);
    put('big', BIG, 2);
    put('one', ONE, 3);
    put('last', 70_000, 4);
    written = writer.finish({ documents: 1 });
    reader = new SegmentReader(file);
  });

  afterAll(() => {
    reader?.close();
    rmSync(file, { force: true });
  });

  test('arrays are cut at 1 GiB, and only there', () => {
    const lengths = (name: string) => reader.info(name).parts.map((part) => part.bytes);
    expect(lengths('small')).toEqual([100]);
    expect(lengths('big')).toEqual([GIB, GIB, GIB, GIB, 5 * MIB + 7]);
    expect(lengths('one')).toEqual([GIB]);
    for (const { parts } of reader.list()) for (const { offset } of parts) expect(offset % 64).toBe(0);
    expect(written.bytes).toBe(reader.fileBytes);
  });

  test('ranges across the edges of parts, and beyond 4 GiB, are what was written', () => {
    const edges = [0, GIB, 2 * GIB, 2 ** 31 - 5, 3 * GIB, 4 * GIB, 2 ** 32 - 70_000, BIG];
    for (const edge of edges) {
      const from = Math.max(0, edge - 100_000);
      const length = Math.min(200_000, BIG - from);
      expect(Buffer.compare(reader.range('big', from, length), pattern(from, length, 2))).toBe(0);
    }
    expect(Buffer.compare(reader.range('one', ONE - 9, 9), pattern(ONE - 9, 9, 3))).toBe(0);
    expect(() => reader.range('big', BIG - 1, 2)).toThrow('outside array');
  });

  test('arrays behind it, and one of exactly 1 GiB, load whole', () => {
    expect(Buffer.compare(reader.load('last'), pattern(0, 70_000, 4))).toBe(0);
    const one = reader.load('one');
    for (let at = 0; at < ONE; at += MIB) {
      expect(Buffer.compare(one.subarray(at, at + MIB), pattern(at, MIB, 3))).toBe(0);
    }
  });

  test('it is msgpack values from the first byte to the last', () => {
    const fd = openSync(file, 'r');
    const at = (position: number, n: number) => {
      const bytes = new Uint8Array(n);
      readSync(fd, bytes, 0, n, position);
      return bytes;
    };
    const bins: number[] = [];
    let position = 64;
    for (;;) {
      const [tag, short] = at(position, 2);
      if (tag === 0xc4) position += 2 + short;
      else if (tag === 0xc6) {
        const length = new DataView(at(position + 1, 4).buffer).getUint32(0);
        bins.push(length);
        position += 5 + length;
      } else break;
    }
    expect(bins).toEqual(reader.list().flatMap(({ parts }) => parts.map((part) => part.bytes)));
    const directory = decode(at(position, written.bytes - position)) as { meta: unknown };
    expect(directory.meta).toEqual({ documents: 1 });
    closeSync(fd);
  });

  test('verify reads all of it, and finds a flipped bit beyond 4 GiB', () => {
    let bytes = 0;
    reader.verify(written.digest, (n) => {
      bytes += n;
    });
    expect(bytes).toBe(written.bytes - 64);
    const at = 4 * GIB + 3 * MIB;
    const { offset } = reader.info('big').parts[4];
    const fd = openSync(file, 'r+');
    writeSync(fd, Uint8Array.of(pattern(at, 1, 2)[0] ^ 1), 0, 1, offset + 3 * MIB);
    closeSync(fd);
    expect(() => reader.verify(written.digest)).toThrow(
      `array 'big', bytes ${at} to ${at + 65_536}: checksum`,
    );
  });
});
