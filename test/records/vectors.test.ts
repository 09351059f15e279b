import { gzipSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  openVectors,
  parseVectorsArgument,
  type VectorFormat,
  type VectorSource,
} from '../../src/records/index.js';
import { shared } from '../helpers/shared.js';
import { all, cut, messageOf, npy, pipe, scratch, vecs } from './helpers.js';

const files = scratch();

/** Rows of a source, checking on the way that batches join without a gap. */
async function rowsOf(source: VectorSource): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const { firstRow, count, values } of source.batches()) {
    expect(firstRow).toBe(rows.length);
    expect(values.length).toBe(count * source.dim);
    for (let r = 0; r < count; r++) rows.push([...values.subarray(r * source.dim, (r + 1) * source.dim)]);
  }
  return rows;
}

async function failure(data: Uint8Array, name: string): Promise<string> {
  const path = files.file(name, data);
  const message = await messageOf(async () => rowsOf(await openVectors(path)));
  return message.replace(path, name);
}

describe('fvecs, bvecs, ivecs', () => {
  test('rows come back as written, from files, gzip and stdin in any pieces', async () => {
    const f32 = fc.float({ noDefaultInfinity: false });
    const element = { f: f32, b: fc.nat(255), i: fc.integer({ min: -(2 ** 24), max: 2 ** 24 }) };
    await fc.assert(
      fc.asyncProperty(
        fc
          .tuple(fc.constantFrom('f' as const, 'b' as const, 'i' as const), fc.integer({ min: 1, max: 9 }))
          .chain(([kind, dim]) =>
            fc.tuple(
              fc.constant(kind),
              fc.array(fc.array(element[kind], { minLength: dim, maxLength: dim }), { maxLength: 30 }),
            ),
          ),
        fc.array(fc.nat(1000), { maxLength: 20 }),
        async ([kind, rows], cuts) => {
          const bytes = vecs(rows, kind);
          const format = `${kind}vecs` as VectorFormat;
          const dim = rows[0]?.length ?? 0;
          const expected = rows.map((row) =>
            row.map((value) => (Object.is(value, -0) && kind !== 'f' ? 0 : value)),
          );

          const file = await openVectors(files.file(`round.${format}`, bytes));
          expect(file).toMatchObject({
            dim,
            count: rows.length,
            dtype: { f: 'f32', b: 'u8', i: 'i32' }[kind],
          });
          expect(await rowsOf(file)).toEqual(expected);
          expect(await rowsOf(file)).toEqual(expected);

          const zipped = await openVectors(files.file(`round.${format}.gz`, gzipSync(bytes)));
          expect(zipped.count).toBe(rows.length === 0 ? 0 : undefined);
          expect(await rowsOf(zipped)).toEqual(expected);

          const slow = pipe();
          for (const piece of cut(bytes, cuts)) slow.write(piece);
          slow.end();
          const piped = await openVectors('-', { stdin: slow, format });
          expect(await rowsOf(piped)).toEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('many rows, in batches of a chunk, with every byte counted once', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => Array.from({ length: 129 }, (_, j) => i * 1000 + j));
    const bytes = vecs(rows, 'f');
    let read = 0;
    const source = await openVectors(files.file('many.fvecs', bytes), { onBytes: (n) => (read += n) });
    expect(read).toBe(0);
    expect(await rowsOf(source)).toEqual(rows);
    expect(read).toBe(bytes.length);
    let largest = 0;
    for await (const batch of source.batches()) largest = Math.max(largest, batch.values.byteLength);
    expect(largest).toBeLessThan(1 << 20);
  });

  test('ivecs keep integers that floats would round', async () => {
    const row = [2 ** 24 + 1, -(2 ** 31), 2 ** 31 - 1];
    const source = await openVectors(files.file('gt.ivecs', vecs([row, row], 'i')));
    const [batch] = await all(source.batches());
    expect([...batch.integers!]).toEqual([...row, ...row]);
    expect(batch.values[0]).toBe(2 ** 24);
  });

  test('values that are no numbers are handed over', async () => {
    const source = await openVectors(
      files.file('nan.fvecs', vecs([[Number.NaN, Number.POSITIVE_INFINITY]], 'f')),
    );
    expect(await rowsOf(source)).toEqual([[Number.NaN, Number.POSITIVE_INFINITY]]);
  });

  test('what is wrong is said, with the row', async () => {
    const good = vecs(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      'f',
    );
    const mend = 'check that this is a little-endian fvecs file';
    const header = (dim: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32LE(dim);
      return bytes;
    };
    for (const [data, message] of [
      [
        Buffer.concat([good, vecs([[1, 2]], 'f')]),
        'a.fvecs: row 2: dimension 2, but the rows before have 3; rows must agree',
      ],
      [
        Buffer.concat([good, vecs([[1, 2, 3, 4]], 'f')]),
        'a.fvecs: row 2: dimension 4, but the rows before have 3; rows must agree',
      ],
      [Buffer.concat([good, header(-1)]), `a.fvecs: row 2: dimension -1 is not between 1 and 65536; ${mend}`],
      [good.subarray(0, 31), 'a.fvecs: row 1: truncated: 15 of 16 bytes; copy the file again'],
      [good.subarray(0, 18), 'a.fvecs: row 1: truncated: 2 of 16 bytes; copy the file again'],
      [good.subarray(0, 15), 'a.fvecs: row 0: truncated: 15 of 16 bytes; copy the file again'],
      [good.subarray(0, 3), 'a.fvecs: row 0: truncated: 3 of 4 bytes; copy the file again'],
      [header(0), `a.fvecs: row 0: dimension 0 is not between 1 and 65536; ${mend}`],
      [header(-5), `a.fvecs: row 0: dimension -5 is not between 1 and 65536; ${mend}`],
      [header(65_537), `a.fvecs: row 0: dimension 65537 is not between 1 and 65536; ${mend}`],
      [Buffer.from('{"_id":1}'), `a.fvecs: row 0: dimension 1767842427 is not between 1 and 65536; ${mend}`],
    ] as const) {
      expect(await failure(data, 'a.fvecs')).toBe(`InputError: ${message}`);
    }
    const zipped = gzipSync(good);
    expect(await failure(zipped.subarray(0, -3), 'a.fvecs.gz')).toBe(
      'InputError: a.fvecs.gz: truncated gzip data; copy the file again',
    );
  });

  test('dimension 35,615, whose first bytes are those of gzip, is no gzip', async () => {
    const row = Array.from({ length: 35_615 }, (_, i) => i % 251);
    const source = await openVectors(files.file('wide.bvecs', vecs([row, row], 'b')));
    expect(source).toMatchObject({ dim: 35_615, count: 2 });
    expect(await rowsOf(source)).toEqual([row, row]);
  });

  test('stdin is read once and needs a format; names must tell one', async () => {
    const slow = pipe();
    slow.end(vecs([[1]], 'b'));
    const source = await openVectors('-', { stdin: slow, format: 'bvecs' });
    expect(await rowsOf(source)).toEqual([[1]]);
    expect(await messageOf(() => rowsOf(source))).toBe(
      'InputError: stdin: can be read only once; save it to a file first',
    );
    const ending =
      "its name doesn't end in .fvecs, .bvecs, .ivecs, .npy, .npz, .fbin, .u8bin, .i8bin, .ibin or .hdf5, and it is no column FILE.parquet#NAME";
    expect(await messageOf(() => openVectors('-'))).toBe(`UsageError: stdin: ${ending}`);
    expect(await messageOf(() => openVectors('a.jsonl'))).toBe(`UsageError: a.jsonl: ${ending}`);
    expect(await messageOf(() => openVectors('no.npy'))).toBe(
      'InputError: no.npy: no such file or directory; check the path',
    );
  });
});

describe('npy', () => {
  // numpy 2.4.6: np.save of [[1, -2.5, .1], [65504, -0., 6e-8]] and [[0, 1, 127], [-128, -1, 7]] (abs for u), deflated.
  const numpy: Record<string, string> = {
    '<f2':
      'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2akrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GG4aDaXr/qxkaGBkAtlge9g==',
    '<f4':
      'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GhgZ7BgaFA2fPnLFleFDvzgAUiLzZYAwAR6UjuA==',
    '<f8':
      'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GMPhgD6FZDsyaCQI7Ifw/7x0g4gwN2plLNLWlC+wAgkEm8g==',
    '|i1':
      'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBek2morqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GxvqG/+wAHNEdsg==',
    '<i2':
      'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mkrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GBkaGeoaG////szMAALMMH3E=',
    '<i4':
      'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mirqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GIGAE4nogbvgPAexANgAwLCNv',
    '<i8':
      'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GKGCE0vVQuuE/KmCHigMAio0raw==',
    '|u1':
      'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GxvoGRnYAIBUcwA==',
    '<u2':
      'eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuU2qkrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GBkaGeoYGIMnOAACspByB',
  };
  const half = [
    [1, -2.5, 0.0999755859375],
    [65504, -0, 2 ** -24],
  ];
  const float = [
    [1, -2.5, Math.fround(0.1)],
    [65504, -0, Math.fround(6e-8)],
  ];
  const signed = [
    [0, 1, 127],
    [-128, -1, 7],
  ];
  const unsigned = signed.map((row) => row.map(Math.abs));

  test.each([
    ['<f2', 'f16', half],
    ['<f4', 'f32', float],
    ['<f8', 'f64', float],
    ['|i1', 'i8', signed],
    ['<i2', 'i16', signed],
    ['<i4', 'i32', signed],
    ['<i8', 'i64', signed],
    ['|u1', 'u8', unsigned],
    ['<u2', 'u16', unsigned],
  ])('%s as numpy writes it', async (descr, dtype, expected) => {
    const bytes = inflateSync(Buffer.from(numpy[descr], 'base64'));
    const source = await openVectors(files.file('numpy.npy', bytes));
    expect(source).toMatchObject({ dim: 3, count: 2, dtype });
    expect(await rowsOf(source)).toEqual(expected);
    const zipped = await openVectors(files.file('numpy.npy.gz', gzipSync(bytes)));
    expect(zipped).toMatchObject({ dim: 3, count: 2, dtype });
    expect(await rowsOf(zipped)).toEqual(expected);
  });

  test('every half is what its bits say', async () => {
    const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const [values] = await rowsOf(await openVectors(files.file('half.npy', npy('<f2', '(65536,)', bits))));
    // Truth: binary16 widened to binary32 by moving its bits (exponent bias 15 to 127); subnormals are scaled.
    const word = new DataView(new ArrayBuffer(4));
    for (let half = 0; half < 65_536; half++) {
      const exponent = (half >> 10) & 31;
      const sign = (half & 0x8000) << 16;
      if (exponent === 0) word.setFloat32(0, (half & 1023) / 16_777_216);
      else word.setUint32(0, ((exponent === 31 ? 255 : exponent + 112) << 23) | ((half & 1023) << 13));
      word.setInt32(0, word.getInt32(0) | sign);
      if (!Object.is(values[half], word.getFloat32(0)))
        expect([half, values[half]]).toEqual([half, word.getFloat32(0)]);
    }
  });

  test('versions 1 to 3, one dimension, nothing at all, Fortran order that is none', async () => {
    const data = Float32Array.of(1, 2, 3, 4);
    for (const version of [1, 2, 3]) {
      const source = await openVectors(files.file('v.npy', npy('<f4', '(2, 2)', data, version)));
      expect(await rowsOf(source)).toEqual([
        [1, 2],
        [3, 4],
      ]);
    }
    expect(await rowsOf(await openVectors(files.file('v.npy', npy('<f4', '(4,)', data))))).toEqual([
      [1, 2, 3, 4],
    ]);
    expect(await rowsOf(await openVectors(files.file('v.npy', npy('<f4', '(4L, 1L)', data))))).toEqual([
      [1],
      [2],
      [3],
      [4],
    ]);
    expect(
      await rowsOf(await openVectors(files.file('v.npy', npy('<f4', '(1, 4)', data, 1, 'True')))),
    ).toEqual([[1, 2, 3, 4]]);
    const empty = await openVectors(files.file('v.npy', npy('<f4', '(0, 7)', new Uint8Array(0))));
    expect(empty).toMatchObject({ dim: 7, count: 0 });
    expect(await rowsOf(empty)).toEqual([]);
  });

  test('what can not be read is said', async () => {
    const data = Float32Array.of(1, 2, 3, 4);
    const good = npy('<f4', '(2, 2)', data);
    const patched = (at: number, value: number) => {
      const bytes = Buffer.from(good);
      bytes[at] = value;
      return bytes;
    };
    const long = npy('<f4', '(2, 2)', data, 2);
    long.writeUInt32LE(0xffffffff, 8);
    const mend = "can't be read; save it with .astype('<f4')";
    for (const [bytes, message] of [
      [Buffer.alloc(0), 'not an npy file: its first bytes are not the npy magic'],
      [Buffer.from('PK\x03\x04 an npz file'), 'not an npy file: its first bytes are not the npy magic'],
      [good.subarray(0, 9), 'truncated in its npy header; copy the file again'],
      [good.subarray(0, 40), 'truncated in its npy header; copy the file again'],
      [patched(6, 4), 'npy format version 4.0 is unknown; save it as 1.0'],
      [long, 'an npy header of 4294967295 bytes, above 65536'],
      [npy('>f4', '(2, 2)', data), `big-endian values ('>f4') ${mend}`],
      [npy('<c8', '(1, 2)', data), `values of type '<c8' ${mend}`],
      [npy('|O', '(1, 2)', data), `values of type '|O' ${mend}`],
      [npy("[('x', '<f4')]", '(4,)', data), `values of type 'structured' ${mend}`],
      [
        npy('<f4', '(2, 2)', data, 1, 'True'),
        'values in Fortran order; save it with numpy.ascontiguousarray',
      ],
      [npy('<f4', '()', data), 'an array of 0 dimensions; vectors are one array of two: count x dimension'],
      [
        npy('<f4', '(1, 2, 2)', data),
        'an array of 3 dimensions; vectors are one array of two: count x dimension',
      ],
      [npy('<f4', '(-2, 2)', data), 'its npy header lacks fortran_order or shape'],
      [npy('<f4', '(4, 0)', data), 'dimension 0 is not between 1 and 65536'],
      [npy('<f4', '(1, 65537)', data), 'dimension 65537 is not between 1 and 65536'],
      [npy('<f4', '(9007199254740991, 4)', data), 'a shape of 9007199254740991 x 4 is beyond any file'],
      [good.subarray(0, -1), '143 bytes, but its npy header promises 144; copy the file again'],
      [npy('<f4', '(1, 2)', data), '144 bytes, but its npy header promises 136; copy the file again'],
      [
        npy('<f4', '(1000000000000, 2)', data),
        '144 bytes, but its npy header promises 8000000000128; copy the file again',
      ],
    ] as const) {
      expect(await failure(bytes, 'a.npy')).toBe(`InputError: a.npy: ${message}`);
    }
    for (const [bytes, message] of [
      [good.subarray(0, -1), 'a.npy.gz: row 1: truncated: 7 of 8 bytes; copy the file again'],
      [good.subarray(0, -8), 'a.npy.gz: truncated: 1 of 2 vectors; copy the file again'],
      [npy('<f4', '(1, 2)', data), 'a.npy.gz: has more bytes than its header promises'],
    ] as const) {
      expect(await failure(gzipSync(bytes), 'a.npy.gz')).toBe(`InputError: ${message}`);
    }
  });

  test('any damage to a header is an InputError or reads within bounds', async () => {
    const good = npy('<f4', '(2, 2)', Float32Array.of(1, 2, 3, 4));
    await fc.assert(
      fc.asyncProperty(fc.nat(127), fc.nat(255), async (at, value) => {
        const bytes = Buffer.from(good);
        bytes[at] = value;
        try {
          const source = await openVectors(files.file('fuzz.npy', bytes));
          const rows = await rowsOf(source);
          expect(rows.length * source.dim).toBeLessThanOrEqual(16);
        } catch (error) {
          expect((error as Error).name).toBe('InputError');
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('--vectors', () => {
  test.each([
    ['emb=base.fvecs.gz', { field: 'emb', path: 'base.fvecs.gz' }],
    ['emb=base.fvecs.gz,ids=ids.txt.gz', { field: 'emb', path: 'base.fvecs.gz', ids: 'ids.txt.gz' }],
    ['emb=run=3/a,b.npy,ids=x=y.txt', { field: 'emb', path: 'run=3/a,b.npy', ids: 'x=y.txt' }],
    ['emb=a,ids=b,ids=c', { field: 'emb', path: 'a,ids=b', ids: 'c' }],
    ['emb=a,lr=3/b.npy', { field: 'emb', path: 'a,lr=3/b.npy' }],
    ['emb=-', { field: 'emb', path: '-' }],
  ])('%s', (text, expected) => expect(parseVectorsArgument(text)).toEqual(expected));

  const shape = 'expected FIELD=PATH[,ids=PATH], such as emb=base.fvecs.gz';
  test.each([
    ['base.fvecs', "no '=' after a field name"],
    ['=base.fvecs', 'the field name is empty'],
    ['__proto__=a', "'__proto__' can't be a field name"],
    ['emb=', 'the path is empty'],
    ['emb=,ids=a', 'the path is empty'],
    ['emb=a,ids=', 'the path of the ids is empty'],
    ['emb=a,id=b', "unknown part 'id='; did you mean 'ids='?"],
  ])('%s is refused', async (text, reason) => {
    expect(await messageOf(() => parseVectorsArgument(text))).toBe(
      `UsageError: --vectors ${text}: ${reason}; ${shape}`,
    );
    expect(await messageOf(() => parseVectorsArgument(text, '--query-vectors'))).toMatch(
      /^UsageError: --query-vectors /,
    );
  });
});

const sift = shared('data/sift-128-200k');
describe.skipIf(sift === undefined)('SIFT', () => {
  test('base, queries and the stated distances agree', async () => {
    const base: Float32Array[] = [];
    const source = await openVectors(`${sift}/base.bvecs.gz`);
    for await (const { values } of source.batches()) base.push(values);
    const flatBase = new Float32Array(base.reduce((n, part) => n + part.length, 0));
    let filled = 0;
    for (const part of base) {
      flatBase.set(part, filled);
      filled += part.length;
    }
    const queries = await rowsOf(await openVectors(`${sift}/query.bvecs`));
    const distances = await rowsOf(await openVectors(`${sift}/gt_dist.fvecs`));
    const truth = await openVectors(`${sift}/gt.ivecs`);
    let row = 0;
    for await (const { integers, count } of truth.batches()) {
      for (let r = 0; r < count; r++, row++) {
        const neighbours = integers!.subarray(r * truth.dim, (r + 1) * truth.dim);
        const computed = [...neighbours].map((n) =>
          queries[row].reduce((sum, x, d) => sum + (x - flatBase[n * 128 + d]) ** 2, 0),
        );
        expect(computed).toEqual(distances[row]);
      }
    }
    expect([source.dim, flatBase.length / 128, row]).toEqual([128, 200_000, 500]);
  });
});
