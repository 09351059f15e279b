import { existsSync, readFileSync } from 'node:fs';
import { decodeMulti } from '@msgpack/msgpack';
import fc from 'fast-check';
import { Unpackr } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/index.js';
import {
  type DType,
  dtypeBytes,
  ReadCounter,
  SegmentReader,
  SegmentWriter,
} from '../../src/segment/index.js';
import { scratch, thrown } from '../storage/scratch.js';
import { directoryOf } from './forge.js';
import { bytesOf, digestOfFile, noise, reading, type Sample, u8, writeSegment } from './helpers.js';

const { path } = scratch();

const everyDtype: Sample[] = [
  { name: 'a/u8', dtype: 'u8', shape: [3], data: Uint8Array.of(0, 127, 255) },
  { name: 'a/i8', dtype: 'i8', shape: [3], data: Int8Array.of(-128, -1, 127) },
  { name: 'a/u16', dtype: 'u16', shape: [2], data: Uint16Array.of(1, 65_535) },
  { name: 'b/u32', dtype: 'u32', shape: [2, 2], data: Uint32Array.of(0, 1, 2 ** 31, 2 ** 32 - 1) },
  { name: 'b/i32', dtype: 'i32', shape: [1, 1, 2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
  { name: 'b/u64', dtype: 'u64', shape: [2], data: BigUint64Array.of(0n, 2n ** 64n - 1n) },
  { name: 'c/f32', dtype: 'f32', shape: [4], data: Float32Array.of(-0, 1e-45, Number.NaN, -Infinity) },
  { name: 'c/f64', dtype: 'f64', shape: [2], data: Float64Array.of(Math.PI, Number.MIN_VALUE) },
  { name: 'empty', dtype: 'f32', shape: [0, 128], data: new Float32Array(0) },
  { name: 'scalar', dtype: 'u32', shape: [], data: Uint32Array.of(42) },
  { name: 'ünï/名前 \u{1f600}', dtype: 'u8', shape: [1], data: Uint8Array.of(7) },
  { name: 'empty at the end', dtype: 'u8', shape: [0], data: new Uint8Array(0) },
];

/** Sizes around a checksum chunk (64 KiB) and the writer's buffer (1 MiB). */
const edges = [65_535, 65_536, 65_537, 131_072, 1_048_575, 1_048_576, 1_048_577, 1_200_000];

describe('a written segment, read back', () => {
  test('every element type, shapes of any rank, empty arrays and names in any script', () => {
    const file = path();
    const written = writeSegment(file, everyDtype, { documents: 3 });
    expect(written.arrays).toEqual(everyDtype.map(({ name, data }) => ({ name, bytes: data.byteLength })));
    reading(file, (reader) => {
      expect(reader.list().map(({ name, dtype, shape }) => ({ name, dtype, shape }))).toEqual(
        everyDtype.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
      );
      for (const { name, data } of everyDtype) expect(reader.load(name)).toEqual(bytesOf(data).slice());
      expect(reader.loadU32('b/u32')).toEqual(Uint32Array.of(0, 1, 2 ** 31, 2 ** 32 - 1));
      expect(reader.loadF32('c/f32')).toEqual(Float32Array.of(-0, 1e-45, Number.NaN, -Infinity));
      expect(reader.loadF64('c/f64')).toEqual(Float64Array.of(Math.PI, Number.MIN_VALUE));
      expect(reader.has('empty')).toBe(true);
      expect(reader.has('full')).toBe(false);
      expect(reader.meta).toEqual(new Map([['documents', 3]]));
      reader.verify(written.digest);
    });
  });

  test('no arrays at all', () => {
    const file = path();
    const { digest, bytes } = writeSegment(file, []);
    reading(file, (reader) => {
      expect(reader.list()).toEqual([]);
      expect(reader.meta).toEqual(new Map());
      expect(reader.fileBytes).toBe(bytes);
      reader.verify(digest);
    });
  });

  test('arrays that end at, before and behind the edges of chunks and buffers', () => {
    const file = path();
    const samples = edges.map((n, i) => u8(`n${n}`, noise(n, i + 1)));
    const { digest } = writeSegment(file, samples);
    reading(file, (reader) => {
      for (const { name, data } of samples) {
        expect(Buffer.compare(reader.load(name), bytesOf(data))).toBe(0);
        expect(reader.info(name).crcs.length).toBe(Math.ceil(data.byteLength / 65_536));
      }
      reader.verify(digest);
    });
  });

  test('the pieces an array comes in leave no trace', () => {
    const data = noise(300_000, 3);
    const whole = path();
    writeSegment(whole, [u8('first', data.subarray(0, 99)), u8('x', data)]);
    fc.assert(
      fc.property(fc.array(fc.nat(data.length), { maxLength: 30 }), (cuts) => {
        const file = path();
        const writer = new SegmentWriter(file);
        writer.add('first', 'u8', [99], data.subarray(0, 99));
        const sink = writer.begin('x', 'u8', [data.length]);
        const at = [0, ...cuts.sort((a, b) => a - b), data.length];
        // One buffer for all pieces, as a spill file hands them out.
        for (let i = 1; i < at.length; i++) {
          const piece = data.slice(at[i - 1], at[i]);
          sink.write(piece);
          piece.fill(0);
        }
        sink.end();
        writer.finish({});
        expect(readFileSync(file).equals(readFileSync(whole))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('shared memory can be written from and read into', () => {
    const file = path();
    const memory = new Uint8Array(new SharedArrayBuffer(200_000));
    memory.set(noise(200_000, 9));
    writeSegment(file, [u8('x', memory.subarray(100, 150_100))]);
    const target = new Uint8Array(new SharedArrayBuffer(200_000)).subarray(64, 150_064);
    reading(file, (reader) => reader.readInto('x', target));
    expect(Buffer.compare(target, memory.subarray(100, 150_100))).toBe(0);
  });

  test('readInto wants exactly the bytes there are', () => {
    const file = path();
    writeSegment(file, everyDtype);
    reading(file, (reader) => {
      expect(() => reader.readInto('a/u8', new Uint8Array(4))).toThrow("'a/u8' needs 3 bytes");
      expect(() => reader.readInto('a/u8', new Uint8Array(2))).toThrow(RangeError);
    });
  });

  test('an array that is missing, or of another type, is damage', () => {
    const file = path();
    writeSegment(file, everyDtype);
    reading(file, (reader) => {
      const missing = thrown(() => reader.load('nope'));
      expect(missing).toBeInstanceOf(CorruptError);
      expect(missing.message).toContain("array 'nope' is missing");
      const other = thrown(() => reader.loadF32('b/u32'));
      expect(other).toBeInstanceOf(CorruptError);
      expect(other.message).toContain("array 'b/u32' is u32, not f32");
      expect(() => reader.info('toString')).toThrow(CorruptError);
    });
  });

  test('opening is two reads, counted, and nothing is read twice for a chunk in memory', () => {
    const file = path();
    const { bytes } = writeSegment(file, [u8('x', noise(100_000, 2))]);
    const counter = new ReadCounter();
    const reader = new SegmentReader(file, counter);
    expect(counter.reads).toBe(2);
    expect(counter.bytes).toBeLessThan(bytes - 100_000 + 1);
    for (let i = 0; i < 50; i++) reader.range('x', i * 1000, 1000);
    expect(counter.reads).toBe(3);
    reader.close();
    reader.close();
  });
});

describe('the bytes of a file', () => {
  const file = path();
  const samples = [...everyDtype, u8('long', noise(70_000, 5))];
  const written = writeSegment(file, samples, { documents: 3, parts: { text: { terms: 5 } } });
  const bytes = readFileSync(file);

  function check(values: unknown[]): void {
    expect(values.length).toBe(2 + 2 * samples.length);
    const head = values[0] as unknown[];
    expect(head.length).toBe(9);
    expect(head.slice(0, 3)).toEqual(['SHORTLST', 1, 1]);
    expect(Number(head[3])).toBe(bytes.length);
    expect(Number(head[4]) + Number(head[5])).toBe(bytes.length);
    samples.forEach(({ data }, i) => {
      const pad = values[1 + 2 * i] as Uint8Array;
      expect(pad.length).toBeLessThan(64);
      expect(pad.every((byte) => byte === 0)).toBe(true);
      expect(Buffer.compare(values[2 + 2 * i] as Uint8Array, bytesOf(data))).toBe(0);
    });
    const directory = values.at(-1) as { arrays: unknown[]; meta: unknown };
    expect(directory.meta).toEqual({ documents: 3, parts: { text: { terms: 5 } } });
    expect(directory.arrays.length).toBe(samples.length);
  }

  test('@msgpack/msgpack walks it from the first byte to the last', () => {
    check([...decodeMulti(bytes)]);
  });

  test('stock msgpackr walks it too', () => {
    check(new Unpackr({ useRecords: false }).unpackMultiple(bytes) as unknown[]);
  });

  test('payloads begin on multiples of 64, where the directory says', () => {
    const { arrays } = directoryOf(bytes);
    samples.forEach(({ name, dtype, shape, data }, i) => {
      expect(arrays[i]).toMatchObject({ name, dtype, shape });
      const [[offset, length]] = arrays[i].parts as [number, number][];
      expect(offset % 64).toBe(0);
      expect(length).toBe(data.byteLength);
      expect(Buffer.compare(bytes.subarray(offset, offset + length), bytesOf(data))).toBe(0);
    });
  });

  test('the length and digest finish() returns are those of the file', () => {
    expect(written.bytes).toBe(bytes.length);
    expect(written.digest).toBe(digestOfFile(file));
  });

  test('the same content gives the same bytes', () => {
    const again = path();
    expect(writeSegment(again, samples, { parts: { text: { terms: 5 } }, documents: 3 })).toEqual(written);
    expect(readFileSync(again).equals(bytes)).toBe(true);
  });
});

describe('a writer that is misused', () => {
  const cases: [string, (writer: SegmentWriter) => void, string][] = [
    [
      'too many bytes',
      (w) => w.begin('x', 'u32', [2]).write(new Uint8Array(9)),
      "'x' is longer than its shape",
    ],
    ['too few bytes', (w) => w.add('x', 'u32', [2], new Uint8Array(7)), "'x': 7 bytes of 8"],
    [
      'an array begun within another',
      (w) => {
        w.begin('x', 'u8', [1]);
        w.begin('y', 'u8', [1]);
      },
      "'x' is not finished",
    ],
    [
      'finish before an array has ended',
      (w) => {
        w.begin('x', 'u8', [1]).write(Uint8Array.of(1));
        w.finish({});
      },
      "'x' is not finished",
    ],
    [
      'a name given twice',
      (w) => {
        w.add('x', 'u8', [1], Uint8Array.of(1));
        w.add('x', 'u8', [1], Uint8Array.of(1));
      },
      "'x' twice",
    ],
  ];

  test.each(cases)('%s: refused, and abort() leaves no file', (_, misuse, message) => {
    const file = path();
    const writer = new SegmentWriter(file);
    expect(() => misuse(writer)).toThrow(message);
    writer.abort();
    expect(existsSync(file)).toBe(false);
    writer.abort();
  });

  test('abort() after finish() leaves the file alone', () => {
    const file = path();
    const writer = new SegmentWriter(file);
    writer.finish({});
    writer.abort();
    expect(existsSync(file)).toBe(true);
  });

  test('a file that is there is not written over', () => {
    const file = path();
    writeSegment(file, []);
    expect((thrown(() => new SegmentWriter(file)) as NodeJS.ErrnoException).code).toBe('EEXIST');
  });

  test('an unfinished file is not a segment', () => {
    const file = path();
    const writer = new SegmentWriter(file);
    writer.add('x', 'u8', [2_000_000], noise(2_000_000, 1));
    expect(() => new SegmentReader(file)).toThrow('first bytes are not our magic');
    writer.abort();
  });
});

test('dtypeBytes are the sizes of the JavaScript arrays', () => {
  const arrays: Record<DType, { BYTES_PER_ELEMENT: number }> = {
    u8: Uint8Array,
    i8: Int8Array,
    u16: Uint16Array,
    u32: Uint32Array,
    i32: Int32Array,
    u64: BigUint64Array,
    f32: Float32Array,
    f64: Float64Array,
  };
  for (const [dtype, { BYTES_PER_ELEMENT }] of Object.entries(arrays)) {
    expect(dtypeBytes(dtype as DType)).toBe(BYTES_PER_ELEMENT);
  }
});
