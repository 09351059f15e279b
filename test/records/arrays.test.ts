import * as zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openVectors, readDocuments, readQueries, resolveInputs } from '../../src/records/index.js';
import { fixture, fixtureBytes } from './fixtures/index.js';
import { all, flat, fromText, messageOf, scratch, shown } from './helpers.js';

const files = scratch();
/** Of Node 22.15 and later. */
const { zstdCompressSync } = zlib as { zstdCompressSync?: (text: string) => Buffer };
const ROWS = 12;
const DIM = 8;
const grid = (value: (at: number) => number) =>
  Array.from({ length: ROWS }, (_, i) => Array.from({ length: DIM }, (_, j) => value(i * DIM + j)));
const VECTORS = grid((at) => Math.floor(at / DIM) + (at % DIM) / 8);
const BYTES = grid((at) => at % 251);
const NEIGHBORS = Array.from({ length: 4 }, (_, i) => [i, (i + 1) % ROWS, (i + 2) % ROWS]);

async function read(address: string) {
  const source = await openVectors(address);
  const rows: number[][] = [];
  const integers: number[] = [];
  for await (const batch of source.batches()) {
    expect(batch.firstRow).toBe(rows.length);
    for (let r = 0; r < batch.count; r++) {
      rows.push([...batch.values.subarray(r * source.dim, (r + 1) * source.dim)]);
    }
    if (batch.integers !== undefined) integers.push(...batch.integers);
  }
  expect(source.count).toBe(rows.length);
  return { rows, integers, dtype: source.dtype };
}

const fault = async (address: string) =>
  (await messageOf(() => read(address))).replaceAll(fixture(''), '').replaceAll(`${files.root}/`, '');

describe('npy and npz written by NumPy', () => {
  test.each([
    ['f2', 'f16'],
    ['bf16', 'bf16'],
    ['f4', 'f32'],
    ['f8', 'f64'],
  ])('%s', async (name, dtype) => {
    expect(await read(fixture(`${name}.npy`))).toMatchObject({ rows: VECTORS, dtype });
  });

  test.each(['u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8'])('%s', async (name) => {
    const { rows, integers } = await read(fixture(`${name}.npy`));
    expect(rows).toEqual(name === 'i1' ? BYTES.map((row) => row.map((x) => (x > 127 ? x - 256 : x))) : BYTES);
    expect(integers).toEqual(/[48]/.test(name) ? BYTES.flat() : []);
  });

  test('arrays of an npz, stored and deflated', async () => {
    expect((await read(`${fixture('plain.npz')}#emb`)).rows).toEqual(VECTORS);
    expect((await read(`${fixture('plain.npz')}#bytes`)).rows).toEqual(BYTES);
    expect((await read(fixture('deflated.npz'))).rows).toEqual(VECTORS);
  });

  test('which array is meant must be said, and it must be there', async () => {
    expect(await fault(fixture('plain.npz'))).toBe(
      'InputError: plain.npz: holds 2 arrays (emb, bytes); name one: plain.npz#NAME',
    );
    expect(await fault(`${fixture('plain.npz')}#x`)).toBe(
      "InputError: plain.npz: has no array 'x'; it has emb, bytes",
    );
    expect(await fault(files.file('no.npz', 'no zip'))).toBe(
      'InputError: no.npz: not a zip archive, or truncated; copy the file again',
    );
  });

  test.each(['plain.npz#emb', 'deflated.npz'])('any damage to %s is found, or harmless', async (address) => {
    const [name, part] = address.split('#');
    const bytes = fixtureBytes(name);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] ^= 0x41;
      const path = files.file(`bad-${name}`, damaged);
      try {
        // The values are under a checksum; dates, versions and the other array are not looked at.
        expect((await read(part === undefined ? path : `${path}#${part}`)).rows).toEqual(VECTORS);
      } catch (error) {
        expect((error as Error).name, `byte ${at}: ${(error as Error).stack}`).toBe('InputError');
      }
    }
  });
});

describe('fbin, u8bin, i8bin, ibin', () => {
  test('rows', async () => {
    expect(await read(fixture('a.fbin'))).toMatchObject({ rows: VECTORS, dtype: 'f32' });
    expect(await read(fixture('a.u8bin'))).toMatchObject({ rows: BYTES, dtype: 'u8' });
    expect(await read(fixture('a.i8bin'))).toMatchObject({
      rows: BYTES.map((row) => row.map((x) => x - 125)),
      dtype: 'i8',
    });
    expect(await read(fixture('a.ibin'))).toEqual({
      rows: NEIGHBORS,
      integers: NEIGHBORS.flat(),
      dtype: 'i32',
    });
    expect(await read(fixture('distances.ibin'))).toMatchObject({ integers: NEIGHBORS.flat() });
  });

  test('a file that its header does not fit', async () => {
    const bytes = fixtureBytes('a.fbin');
    expect(await fault(files.file('short.fbin', bytes.subarray(0, -1)))).toBe(
      'InputError: short.fbin: 391 bytes, but its header promises 392 (12 x 8); copy the file again',
    );
    expect(await fault(files.file('tiny.fbin', bytes.subarray(0, 3)))).toBe(
      'InputError: tiny.fbin: truncated: 3 of the 8 bytes of its header; copy the file again',
    );
    const wide = Buffer.from(bytes);
    wide.writeUInt32LE(2 ** 31, 4);
    expect(await fault(files.file('wide.fbin', wide))).toBe(
      'InputError: wide.fbin: dimension 2147483648 is not between 1 and 65536; check that this is a fbin file',
    );
  });
});

describe('HDF5 written by h5py', () => {
  test('the datasets of ann-benchmarks', async () => {
    expect(await read(`${fixture('ann.hdf5')}#train`)).toMatchObject({ rows: VECTORS, dtype: 'f32' });
    expect((await read(fixture('ann.hdf5'))).rows).toEqual(VECTORS);
    expect(await read(`${fixture('ann.hdf5')}#neighbors`)).toEqual({
      rows: NEIGHBORS,
      integers: NEIGHBORS.flat(),
      dtype: 'i32',
    });
    const queries = await all(readQueries(fixture('ann.hdf5')));
    expect(queries.map(({ vector }) => [...(vector as Float32Array)])).toEqual(
      VECTORS.slice(0, 4).map((row) => row.map((x) => x + 0.25)),
    );
    const [input] = await resolveInputs([`${fixture('ann.hdf5')}#train`], {});
    expect(input).toMatchObject({ kind: 'vectors', format: 'hdf5' });
  });

  test('groups, chunks, big-endian and wide values', async () => {
    expect(await read(`${fixture('chunked.hdf5')}#deep/emb`)).toMatchObject({ rows: VECTORS, dtype: 'f64' });
    expect((await read(`${fixture('chunked.hdf5')}#big`)).rows).toEqual(VECTORS);
    expect(await read(`${fixture('chunked.hdf5')}#bytes`)).toMatchObject({ rows: BYTES, dtype: 'u8' });
    expect(await read(`${fixture('chunked.hdf5')}#long`)).toMatchObject({
      integers: BYTES.flat(),
      dtype: 'i64',
    });
  });

  test.each([
    [
      'train',
      "chunked.hdf5: has no dataset 'train'; it has big, bytes, deep, flat, half, long, names, outside",
    ],
    ['deep', "chunked.hdf5: 'deep' is a group, not a dataset; name one in it"],
    ['flat', 'chunked.hdf5#flat: an array of 1 dimensions; vectors are one array of two: count x dimension'],
    [
      'names',
      'chunked.hdf5#names: an array of 1 dimensions; vectors are one array of two: count x dimension',
    ],
    ['half', "chunked.hdf5#half: values of 16-bit floats can't be read; store it as float32"],
    ['outside', "chunked.hdf5: 'outside' is a link to another file; name that file"],
    [
      'bytes/x',
      "chunked.hdf5: has no dataset 'bytes/x'; it has big, bytes, deep, flat, half, long, names, outside",
    ],
  ])('chunked.hdf5#%s is refused', async (dataset, message) => {
    expect(await fault(`${fixture('chunked.hdf5')}#${dataset}`)).toBe(`InputError: ${message}`);
  });

  test('what is no HDF5, or not all of one', async () => {
    expect(await fault(files.file('a.hdf5', 'something else'))).toBe(
      'InputError: a.hdf5: not an HDF5 file: its first bytes are not the HDF5 magic',
    );
    const bytes = fixtureBytes('ann.hdf5');
    expect(await fault(files.file('b.hdf5', bytes.subarray(0, 5000)))).toMatch(
      /^InputError: b.hdf5: can't be read as HDF5 \(truncated file: .*\); copy the file again$/,
    );
    for (let at = 0; at < bytes.length; at += 29) {
      const damaged = Buffer.from(bytes);
      damaged[at] ^= 0xff;
      try {
        await read(`${files.file('c.hdf5', damaged)}#train`);
      } catch (error) {
        expect((error as Error).name, `byte ${at}: ${(error as Error).stack}`).toBe('InputError');
      }
    }
  });
});

describe('zstd', () => {
  const expected = Array.from({ length: ROWS }, (_, i) => ({ _id: `d${i}`, text: `document number ${i}` }));

  test('is seen through, in several frames', async () => {
    const [input] = await resolveInputs([fixture('lines.jsonl.zst')], {});
    expect(input.format).toBe('jsonl');
    expect(shown(await flat(readDocuments(input)))).toEqual(expected);
    expect(shown(await fromText(fixtureBytes('lines.jsonl.zst')))).toEqual(expected);
  });

  test('truncated is said, with what came before', async () => {
    const bytes = fixtureBytes('lines.jsonl.zst');
    for (const end of [5, 20, bytes.length - 1]) {
      expect(await messageOf(() => fromText(bytes.subarray(0, end)))).toBe(
        'InputError: stdin: truncated zstd data; copy the file again',
      );
    }
  });

  test('a window beyond bounds is refused before it is made', async () => {
    const huge = Buffer.from('28b52ffd00a80100000000000000000000000000', 'hex');
    expect(await messageOf(() => fromText(huge))).toMatch(
      /^InputError: stdin: corrupt zstd data \(it needs a window of 2147483648 bytes, above 134217728\)/,
    );
  });

  test.skipIf(zstdCompressSync === undefined)('what this Node writes is read', async () => {
    expect(shown(await fromText(zstdCompressSync!('{"_id":"a"}\n')))).toEqual([{ _id: 'a' }]);
  });
});
