import { closeSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  CorruptError,
  NotOursError,
  ShortlistError,
  TooNewError,
  TooOldError,
  TruncatedError,
} from '../../src/errors/index.js';
import { decodeEnvelope, encodeEnvelope, SegmentReader, SegmentWriter } from '../../src/segment/index.js';
import { scratch, thrown } from '../storage/scratch.js';
import { HEAD, withHead } from './forge.js';
import { noise, reading, type Sample, u8, writeSegment } from './helpers.js';

const { path } = scratch();

const samples: Sample[] = [
  u8('a', Uint8Array.of(1, 2, 3, 4, 5)),
  { name: 'b', dtype: 'f32', shape: [3], data: Float32Array.of(1, 2, 3) },
  { name: 'none', dtype: 'u32', shape: [0], data: new Uint32Array(0) },
];
const small = path('small.seg');
const { digest } = writeSegment(small, samples, { documents: 3 });
const smallBytes = readFileSync(small);
const manifestBytes = encodeEnvelope({ documents: 3, segments: [{ file: 'x' }], tool: '0.1.0' });

/** What opening and verifying a file with these bytes throws. */
function openError(bytes: Uint8Array): Error {
  const file = path('edited.seg');
  writeFileSync(file, bytes);
  const error = thrown(() => reading(file, (reader) => reader.verify(digest)));
  return new (error.constructor as typeof Error)(error.message.replaceAll(file, 'FILE'));
}

/** The same errors, whether the file is a segment or a manifest. */
const files: [string, Uint8Array, (bytes: Uint8Array) => ShortlistError][] = [
  [
    'segment',
    smallBytes,
    (bytes) => {
      const file = path('edited.seg');
      writeFileSync(file, bytes);
      const error = thrown(() => new SegmentReader(file)) as ShortlistError;
      error.message = error.message.replaceAll(file, 'FILE');
      return error;
    },
  ],
  ['manifest', manifestBytes, (bytes) => thrown(() => decodeEnvelope(bytes, 'FILE')) as ShortlistError],
];

describe.each(files)('a %s that can’t be read says why', (_, bytes, errorOf) => {
  const again = 'copy it again from its source or build the index again';

  test('not ours: the magic is not there', () => {
    for (const other of [Buffer.from('%PDF-1.7\n'.repeat(20)), Buffer.alloc(200), Buffer.from('x')]) {
      const error = errorOf(other);
      expect(error).toBeInstanceOf(NotOursError);
      expect(error.message).toBe('FILE: not a shortlist file: its first bytes are not our magic');
      expect([error.code, error.exitCode]).toEqual(['SHORTLIST_NOT_OURS', 4]);
    }
  });

  test('too old: an earlier version under a good checksum', () => {
    const error = errorOf(withHead(bytes, (view) => view.setUint32(HEAD.version, 0)));
    expect(error).toBeInstanceOf(TooOldError);
    expect(error.message).toBe(
      'FILE: format version 0 is too old (this shortlist reads 1 and later); build the index again',
    );
    expect([error.code, error.exitCode]).toEqual(['SHORTLIST_TOO_OLD', 3]);
  });

  test('too new: a later version under a good checksum', () => {
    const error = errorOf(withHead(bytes, (view) => view.setUint32(HEAD.version, 7)));
    expect(error).toBeInstanceOf(TooNewError);
    expect(error.message).toBe(
      'FILE: format version 7 is too new (this shortlist reads up to 1); update shortlist',
    );
    expect([error.code, error.exitCode]).toEqual(['SHORTLIST_TOO_NEW', 3]);
  });

  test('a version is not believed before the checksum is', () => {
    const edited = Uint8Array.from(bytes);
    edited[HEAD.version + 3] ^= 0x40;
    const error = errorOf(edited);
    expect(error).toBeInstanceOf(CorruptError);
    expect(error.message).toBe(`FILE: damaged: the checksum of its header does not match; ${again}`);
    expect([error.code, error.exitCode]).toEqual(['SHORTLIST_CORRUPT', 4]);
  });

  test('a later version may lay its file out as it likes: it is too new before it is anything else', () => {
    const error = errorOf(
      withHead(bytes, (view) => {
        view.setUint32(HEAD.version, 2);
        view.setUint32(HEAD.kind, 99);
        view.setBigUint64(HEAD.fileBytes, 1n);
        view.setBigUint64(HEAD.directoryOffset, 2n ** 64n - 1n);
      }),
    );
    expect(error).toBeInstanceOf(TooNewError);
  });

  test('truncated: at every length, with the length there should be', () => {
    for (let length = 0; length < bytes.length; length++) {
      const error = errorOf(bytes.subarray(0, length));
      expect(error).toBeInstanceOf(TruncatedError);
      expect(error.message).toBe(
        `FILE: truncated: ${length} bytes of ${length < 64 ? 64 : bytes.length}; ${again}`,
      );
      expect([error.code, error.exitCode]).toEqual(['SHORTLIST_TRUNCATED', 4]);
    }
  });

  test('corrupt: bytes behind its end', () => {
    const error = errorOf(Buffer.concat([bytes, Buffer.alloc(3)]));
    expect(error).toBeInstanceOf(CorruptError);
    expect(error.message).toBe(`FILE: damaged: 3 bytes after its end; ${again}`);
  });

  test('corrupt: a directory that does not match its checksum', () => {
    const edited = Uint8Array.from(bytes);
    edited[edited.length - 1] ^= 1;
    expect(errorOf(edited).message).toBe(
      `FILE: damaged: the checksum of its directory does not match; ${again}`,
    );
  });

  test('corrupt: the other kind of file', () => {
    const error = errorOf(bytes === smallBytes ? manifestBytes : smallBytes);
    expect(error).toBeInstanceOf(CorruptError);
    expect(error.message).toMatch(/^FILE: damaged: file kind [12] where [12] belongs;/);
  });

  test.each([
    ['inside the head', 0n, 10n],
    ['behind the end', 2n ** 40n, 10n],
    ['beyond what a double can hold', 2n ** 64n - 1n, 2n ** 64n - 1n],
    ['short of the end', 64n, 1n],
  ])('corrupt: a directory that lies %s', (_where, offset, length) => {
    const error = errorOf(
      withHead(bytes, (view) => {
        view.setBigUint64(HEAD.directoryOffset, offset);
        view.setBigUint64(HEAD.directoryBytes, length);
      }),
    );
    expect(error).toBeInstanceOf(CorruptError);
    expect(error.message).toContain('its directory lies outside the file');
  });
});

describe('a flipped bit', () => {
  test('anywhere in a segment is found by opening or verifying it, and never handed out', () => {
    const file = path('flipped.seg');
    writeFileSync(file, smallBytes);
    const original = reading(file, (reader) => samples.map(({ name }) => reader.load(name)));
    const missed: string[] = [];
    const fd = openSync(file, 'r+');
    for (let bit = 0; bit < smallBytes.length * 8; bit++) {
      const at = bit >>> 3;
      writeSync(fd, Uint8Array.of(smallBytes[at] ^ (1 << (bit & 7))), 0, 1, at);
      try {
        reading(file, (reader) => {
          samples.forEach(({ name }, i) => {
            if (Buffer.compare(reader.load(name), original[i]) !== 0)
              missed.push(`${at}: ${name} was handed out`);
          });
          reader.verify(digest);
        });
        missed.push(`${at}.${bit & 7}`);
      } catch (error) {
        if (!(error instanceof ShortlistError)) missed.push(`${at}.${bit & 7}: ${String(error)}`);
      }
      writeSync(fd, smallBytes, at, 1, at);
    }
    closeSync(fd);
    expect(missed).toEqual([]);
    reading(file, (reader) => reader.verify(digest));
  });

  test('anywhere in a manifest is found by decoding it', () => {
    const missed: string[] = [];
    for (let bit = 0; bit < manifestBytes.length * 8; bit++) {
      const edited = Uint8Array.from(manifestBytes);
      edited[bit >>> 3] ^= 1 << (bit & 7);
      try {
        decodeEnvelope(edited, 'manifest');
        missed.push(`${bit >>> 3}.${bit & 7}`);
      } catch (error) {
        if (!(error instanceof ShortlistError)) missed.push(`${bit >>> 3}.${bit & 7}: ${String(error)}`);
      }
    }
    expect(missed).toEqual([]);
  });

  test('in a chunk is named with the array and the bytes, by load, range and verify alike', () => {
    const file = path();
    const written = writeSegment(file, [u8('x', noise(200_000, 1)), u8('y', noise(10, 2))]);
    const bytes = readFileSync(file);
    const offset = reading(file, (reader) => reader.info('x').parts[0].offset);
    bytes[offset + 70_000] ^= 8;
    writeFileSync(file, bytes);
    const message = "array 'x', bytes 65536 to 131072: checksum does not match";
    reading(file, (reader) => {
      expect(() => reader.load('x')).toThrow(message);
      expect(() => reader.range('x', 131_071, 1)).toThrow(message);
      expect(() => reader.range('x', 0, 65_537)).toThrow(message);
      expect(() => reader.verify(written.digest)).toThrow(message);
      // The chunks around it are sound, and are given.
      expect(reader.range('x', 0, 65_536).length).toBe(65_536);
      expect(reader.range('x', 131_072, 10).length).toBe(10);
      expect(reader.load('y').length).toBe(10);
    });
  });
});

describe('verify', () => {
  test('another file of ours in its place has another digest', () => {
    const file = path();
    const other = writeSegment(file, samples, { documents: 4 });
    expect(other.digest).not.toBe(digest);
    expect(thrown(() => reading(file, (reader) => reader.verify(digest))).message).toContain(
      "its digest is not the manifest's: another file, or damage between arrays",
    );
  });

  test('pads hold zeros, and bins say their length', () => {
    const pad = Uint8Array.from(smallBytes);
    pad[64 + 2] = 1;
    expect(openError(pad).message).toContain("the bytes before array 'a'");
    const bin = Uint8Array.from(smallBytes);
    bin[127] = 6;
    expect(openError(bin).message).toContain("the bytes before array 'a'");
  });

  test('reports the bytes it reads, all of them', () => {
    let bytes = 0;
    reading(small, (reader) =>
      reader.verify(digest, (n) => {
        bytes += n;
      }),
    );
    expect(bytes).toBe(smallBytes.length - 64);
  });
});

test.skipIf(process.platform !== 'linux')(
  'no file stays open, however it was read, written or refused',
  () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const bad = path('bad.seg');
    writeFileSync(bad, smallBytes.subarray(0, 100));
    const before = open();
    for (let i = 0; i < 20; i++) {
      expect(() => new SegmentReader(bad)).toThrow(TruncatedError);
      reading(small, (reader) => reader.verify(digest));
      writeSegment(path(), samples);
      new SegmentWriter(path()).abort();
    }
    // Other things of the test runner may open or close a file meanwhile; not twenty.
    expect(open()).toBeLessThan(before + 20);
  },
);

describe('decodeEnvelope', () => {
  test('gives back what encodeEnvelope took', () => {
    expect(decodeEnvelope(manifestBytes, 'x')).toEqual(
      new Map<string, unknown>([
        ['documents', 3],
        ['segments', [new Map([['file', 'x']])]],
        ['tool', '0.1.0'],
      ]),
    );
  });

  test('a map that is not directly behind the head is refused', () => {
    const moved = withHead(Buffer.concat([manifestBytes, Buffer.alloc(5)]), (view) => {
      view.setBigUint64(HEAD.fileBytes, BigInt(manifestBytes.length + 5));
      view.setBigUint64(HEAD.directoryOffset, 69n);
    });
    expect(() => decodeEnvelope(moved, 'x')).toThrow('its map is not where it belongs');
  });
});
