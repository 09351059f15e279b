import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CorruptError, ShortlistError } from '../../src/errors/index.js';
import { SegmentReader } from '../../src/segment/index.js';
import { scratch, thrown } from '../storage/scratch.js';
import {
  type Directory,
  directoryOf,
  directoryRange,
  HEAD,
  withDirectory,
  withDirectoryBytes,
  withHead,
} from './forge.js';
import { digestOfFile, noise, reading, u8, writeSegment } from './helpers.js';

const { path } = scratch();
const GIB = 2 ** 30;

const source = path('source.seg');
writeSegment(source, [u8('a', noise(100, 1)), u8('b', noise(70_000, 2)), u8('c', noise(8, 3))], {
  documents: 1,
});
const original = new Uint8Array(readFileSync(source));
const end = directoryRange(original).start;

function opening(bytes: Uint8Array): Error {
  const file = path('forged.seg');
  writeFileSync(file, bytes);
  return thrown(() => new SegmentReader(file).close());
}

/** Files whose checksums are all right and whose directory lies: what opening must refuse, and why. */
const lies: [string, (directory: Directory) => unknown, string][] = [
  ['no arrays', (d) => delete (d as Partial<Directory>).arrays, 'an array is missing'],
  ['arrays that are a map', (d) => Object.assign(d, { arrays: {} }), 'an array is missing'],
  ['no metadata', (d) => delete (d as Partial<Directory>).meta, 'a map is missing'],
  ['metadata that is a list', (d) => Object.assign(d, { meta: [] }), 'a map is missing'],
  ['an array that is a number', (d) => d.arrays.push(5 as never), 'a map is missing'],
  ['no name', (d) => delete (d.arrays[0] as Partial<Directory>).name, 'an array without a name'],
  ['an empty name', (d) => Object.assign(d.arrays[0], { name: '' }), 'an array without a name'],
  ['a name that is a number', (d) => Object.assign(d.arrays[0], { name: 7 }), 'an array without a name'],
  ['the same name twice', (d) => Object.assign(d.arrays[1], { name: 'a' }), "array 'a' twice"],
  ['a type there is not', (d) => Object.assign(d.arrays[0], { dtype: 'f16' }), "'a': unknown dtype"],
  ['a type of Object', (d) => Object.assign(d.arrays[0], { dtype: 'toString' }), "'a': unknown dtype"],
  ['no shape', (d) => delete (d.arrays[0] as Partial<Directory>).shape, 'an array is missing'],
  [
    'a negative dimension',
    (d) => Object.assign(d.arrays[0], { shape: [-100] }),
    'a count is missing (found -100)',
  ],
  ['two negative dimensions', (d) => Object.assign(d.arrays[0], { shape: [-10, -10] }), 'a count is missing'],
  [
    'half a dimension',
    (d) => Object.assign(d.arrays[0], { shape: [200, 0.5] }),
    'a count is missing (found 0.5)',
  ],
  [
    'a shape that is too large',
    (d) => Object.assign(d.arrays[0], { shape: [101] }),
    "'a': parts do not add up",
  ],
  [
    'a shape that is too small',
    (d) => Object.assign(d.arrays[0], { shape: [99] }),
    "'a': parts do not add up",
  ],
  [
    'a shape of 2^53',
    (d) => Object.assign(d.arrays[0], { shape: [2 ** 27, 2 ** 26] }),
    "'a': shape overflows",
  ],
  [
    'a shape that overflows to 100 in 64 bits',
    (d) => Object.assign(d.arrays[0], { shape: [2 ** 32, 2 ** 32, 100] }),
    "'a': shape overflows",
  ],
  [
    'a shape that overflows to infinity, times nothing',
    (d) => Object.assign(d.arrays[0], { shape: [...Array(40).fill(2 ** 52), 0] }),
    "'a': shape overflows",
  ],
  ['no parts', (d) => Object.assign(d.arrays[0], { parts: [] }), "'a': parts do not add up"],
  [
    'no parts of nothing',
    (d) => Object.assign(d.arrays[0], { shape: [0], parts: [] }),
    "'a': parts do not add up",
  ],
  ['a part without a length', (d) => Object.assign(d.arrays[0], { parts: [[128]] }), "'a'"],
  ['a part of nothing at all', (d) => Object.assign(d.arrays[0], { parts: [[]] }), "'a'"],
  ['a part that is a number', (d) => Object.assign(d.arrays[0], { parts: [128] }), 'an array is missing'],
  [
    'a part that begins in the head',
    (d) => Object.assign(d.arrays[0], { parts: [[0, 100]] }),
    'part at 0 is misaligned or outside the file',
  ],
  [
    'a part that is not aligned',
    (d) => Object.assign(d.arrays[0], { parts: [[129, 100]] }),
    'part at 129 is misaligned or outside the file',
  ],
  [
    'a part that reaches into the directory',
    (d) => Object.assign(d.arrays[2], { parts: [[Math.floor(end / 64) * 64, 64]], shape: [64] }),
    'is misaligned or outside the file',
  ],
  [
    'a part behind the end',
    (d) => Object.assign(d.arrays[2], { parts: [[2 ** 40, 8]] }),
    `part at ${2 ** 40} is misaligned or outside the file`,
  ],
  [
    'a part far beyond 2^53',
    (d) => Object.assign(d.arrays[2], { parts: [[2 ** 60, 8]] }),
    `a count is missing (found ${2 ** 60})`,
  ],
  [
    'two arrays at one place',
    (d) => Object.assign(d.arrays[1], { shape: [100], parts: d.arrays[0].parts, crc32: d.arrays[0].crc32 }),
    "array 'b' overlaps the one before",
  ],
  [
    'arrays in another order than their bytes',
    (d) => d.arrays.reverse(),
    "array 'b' overlaps the one before",
  ],
  [
    'one array cut into small parts',
    (d) =>
      Object.assign(d.arrays[0], {
        parts: [
          [128, 64],
          [192, 36],
        ],
      }),
    "'a': parts do not add up",
  ],
  [
    'an empty part behind the last',
    (d) =>
      Object.assign(d.arrays[2], {
        shape: [0],
        crc32: new Uint8Array(0),
        parts: [
          [128, 0],
          [192, 0],
        ],
      }),
    "'c': parts do not add up",
  ],
  ['no checksums', (d) => delete (d.arrays[0] as Partial<Directory>).crc32, "'a': wrong number of checksums"],
  [
    'a checksum missing',
    (d) => Object.assign(d.arrays[1], { crc32: new Uint8Array(4) }),
    'wrong number of checksums',
  ],
  [
    'a checksum too many',
    (d) => Object.assign(d.arrays[0], { crc32: new Uint8Array(8) }),
    'wrong number of checksums',
  ],
  [
    'half a checksum',
    (d) => Object.assign(d.arrays[0], { crc32: new Uint8Array(2) }),
    'wrong number of checksums',
  ],
  ['checksums as text', (d) => Object.assign(d.arrays[0], { crc32: 'abcd' }), 'wrong number of checksums'],
  ['checksums as a list', (d) => Object.assign(d.arrays[0], { crc32: [1] }), 'wrong number of checksums'],
];

describe('a directory that lies under good checksums', () => {
  test('the forger itself leaves an honest file readable', () => {
    const file = path();
    writeFileSync(
      file,
      withDirectory(original, () => undefined),
    );
    reading(file, (reader) => {
      expect(Buffer.compare(reader.load('b'), noise(70_000, 2))).toBe(0);
      reader.verify(digestOfFile(file));
    });
  });

  test.each(lies)('%s: CorruptError', (_, lie, message) => {
    const error = opening(withDirectory(original, lie));
    expect(error).toBeInstanceOf(CorruptError);
    expect(error.message).toContain(message);
    expect(error.message.split('\n').length).toBe(1);
  });

  test('a key given twice, bytes behind the map, or no map at all', () => {
    const raw = Buffer.from(encode({ arrays: [], meta: {} }));
    const twice = Buffer.concat([Uint8Array.of(0x83), raw.subarray(1), encode('meta'), encode({})]);
    expect(opening(withDirectoryBytes(original, twice)).message).toContain("map key 'meta' twice");
    const more = Buffer.concat([raw, Uint8Array.of(0)]);
    expect(opening(withDirectoryBytes(original, more)).message).toContain('1 bytes after the value');
    expect(opening(withDirectoryBytes(original, encode([1]))).message).toContain('a map is missing');
    expect(opening(withDirectoryBytes(original, new Uint8Array(0)))).toBeInstanceOf(CorruptError);
  });

  test('bytes between arrays that no array accounts for are found by verify', () => {
    for (const name of ['a', 'b', 'c']) {
      const file = path();
      writeFileSync(
        file,
        withDirectory(original, (d) => {
          d.arrays = d.arrays.filter((array) => array.name !== name);
        }),
      );
      reading(file, (reader) => {
        const error = thrown(() => reader.verify(digestOfFile(file)));
        expect(error).toBeInstanceOf(CorruptError);
        expect(error.message).toMatch(/the bytes before array|unaccounted bytes/);
      });
    }
  });

  test('an array moved within the file fails its checksums', () => {
    const file = path();
    writeFileSync(
      file,
      withDirectory(original, (d) => {
        const [[offset, bytes]] = d.arrays[1].parts as [number, number][];
        d.arrays = [d.arrays[0], { ...d.arrays[2], parts: [[offset + 64, 8]] }, d.arrays[1]].slice(0, 2);
        expect(bytes).toBe(70_000);
      }),
    );
    reading(file, (reader) => expect(() => reader.load('c')).toThrow(CorruptError));
  });
});

describe('large numbers in a small (sparse) file', () => {
  /** A file of `bytes` zeros with a head, and `directory` at its end. */
  function sparse(bytes: number, directory: Uint8Array, directoryBytes = directory.length): string {
    const file = path('sparse.seg');
    const fd = openSync(file, 'wx');
    ftruncateSync(fd, bytes);
    const start = bytes - directoryBytes;
    const head = withHead(original.subarray(0, 64), (view) => {
      view.setBigUint64(HEAD.fileBytes, BigInt(bytes));
      view.setBigUint64(HEAD.directoryOffset, BigInt(start));
      view.setBigUint64(HEAD.directoryBytes, BigInt(directoryBytes));
      view.setUint32(HEAD.directoryCrc, crc32(directory));
    });
    writeSync(fd, head, 0, 64, 0);
    writeSync(fd, directory, 0, directory.length, start);
    closeSync(fd);
    return file;
  }

  const array = (bytes: number, parts: number[][]) => ({
    arrays: [
      {
        name: 'x',
        dtype: 'u8',
        shape: [bytes],
        parts,
        chunk: 2 ** 20,
        crc32: new Uint8Array(Math.ceil(bytes / 2 ** 20) * 4),
      },
    ],
    meta: {},
  });

  test('a part above 1 GiB is refused: readers find bytes by dividing', () => {
    const bytes = GIB + 65_536;
    const directory = encode(array(bytes, [[128, bytes]]));
    const file = sparse(bytes + 1024 + directory.length, directory);
    const error = thrown(() => new SegmentReader(file));
    expect(error).toBeInstanceOf(CorruptError);
    expect(error.message).toContain("'x': parts do not add up");
  });

  test('an empty part behind a full one is refused', () => {
    const directory = encode(
      array(GIB, [
        [128, GIB],
        [GIB + 192, 0],
      ]),
    );
    const file = sparse(GIB + 1024 + directory.length, directory);
    expect(thrown(() => new SegmentReader(file)).message).toContain("'x': parts do not add up");
  });

  test('a directory of gigabytes is refused before it is read', () => {
    const file = sparse(6 * GIB, new Uint8Array(1), 5 * GIB);
    const error = thrown(() => new SegmentReader(file));
    expect(error).toBeInstanceOf(CorruptError);
    expect(error.message).toContain(`its directory has ${5 * GIB} bytes, which can't be`);
  });
});

test('whatever a directory says, a file is read, or refused with an error of ours', () => {
  // Values that a field may be replaced by, and bytes that may be flipped, under good checksums.
  const anything = fc.oneof(
    fc.constantFrom<unknown>(
      0,
      1,
      63,
      64,
      128,
      100,
      2 ** 31,
      2 ** 32,
      2 ** 53,
      -1,
      0.5,
      Number.NaN,
      '',
      'a',
      'u64',
      null,
    ),
    fc.constantFrom<unknown>([], {}, [[128, 100]], [0], [100], [[64, 0]], new Uint8Array(4), true),
    fc.nat(2 ** 17),
    fc.array(fc.nat(300), { maxLength: 3 }),
  );
  const field = fc.constantFrom('name', 'dtype', 'shape', 'parts', 'chunk', 'table', 'crc32');
  const edit = fc.tuple(fc.nat(2), field, anything);
  const base = directoryOf(original);
  let opened = 0;
  let refused = 0;
  const file = path('fuzzed.seg');
  const attempt = (bytes: Uint8Array) => {
    writeFileSync(file, bytes);
    try {
      reading(file, (reader) => {
        opened++;
        for (const { name, byteLength } of reader.list()) {
          try {
            expect(reader.load(name).length).toBe(byteLength);
          } catch (error) {
            if (!(error instanceof ShortlistError)) throw error;
          }
        }
        reader.verify(digestOfFile(file));
      });
    } catch (error) {
      if (!(error instanceof ShortlistError)) throw error;
      refused++;
    }
  };
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const directory = structuredClone(base);
      for (const [i, name, value] of edits) directory.arrays[i][name] = value;
      attempt(withDirectoryBytes(original, encode(directory)));
    }),
    { numRuns: 600 },
  );
  const { start } = directoryRange(original);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }), (edits) => {
      const directory = original.slice(start);
      for (const [at, byte] of edits) directory[at % directory.length] = byte;
      attempt(withDirectoryBytes(original, directory));
    }),
    { numRuns: 1500 },
  );
  expect(opened).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(500);
});
