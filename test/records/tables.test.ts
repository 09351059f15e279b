import { describe, expect, test } from 'vitest';
import { openVectors, readDocuments, readIds, readQueries, resolveInputs } from '../../src/records/index.js';
import { fixture, fixtureBytes } from './fixtures/index.js';
import { all, flat, messageOf, scratch, shown } from './helpers.js';

const files = scratch();
const ROWS = 12;
const DIM = 8;
const vector = (i: number) => Array.from({ length: DIM }, (_, j) => i + j / 8);
const document = (i: number) => ({
  _id: `d${i}`,
  text: i === 5 ? null : `document number ${i}`,
  emb: vector(i),
  year: 2000 + i,
  tags: ['a', 'b'].slice(0, i % 3),
  meta: { lang: 'en', size: i },
  when: new Date(1_000_000_000_000 + i).toISOString(),
  big: String(2n ** 60n + BigInt(i)),
  kind: i % 2 ? 'x' : 'y',
  ok: i % 2 === 0,
});
const EXPECTED = Array.from({ length: ROWS }, (_, i) => document(i));

async function documents(path: string): Promise<unknown[]> {
  const [input] = await resolveInputs([path], {});
  expect(input.kind).toBe('documents');
  return shown(await flat(readDocuments(input)));
}

async function rows(address: string): Promise<number[][]> {
  const source = await openVectors(address);
  const found: number[][] = [];
  for await (const { firstRow, count, values } of source.batches()) {
    expect(firstRow).toBe(found.length);
    for (let r = 0; r < count; r++) found.push([...values.subarray(r * source.dim, (r + 1) * source.dim)]);
  }
  return found;
}

const TABLES = [
  ...['none', 'snappy', 'gzip', 'zstd', 'lz4', 'brotli', 'v2'].map((name) => `${name}.parquet`),
  ...['stream.arrows', 'file.arrow', 'lz4.feather', 'zstd.feather'],
];

describe('tables written by pyarrow', () => {
  test.each(TABLES)('%s: every row as a document', async (name) => {
    expect(await documents(fixture(name))).toEqual(EXPECTED);
  });

  test.each(TABLES)('%s#emb: a column as vectors, again and again', async (name) => {
    const [input] = await resolveInputs([`${fixture(name)}#emb`], {});
    expect(input).toMatchObject({ kind: 'vectors', path: `${fixture(name)}#emb` });
    const source = await openVectors(input.path);
    expect(source).toMatchObject({ dim: DIM, dtype: 'f32' });
    for (let time = 0; time < 2; time++)
      expect(await rows(input.path)).toEqual(EXPECTED.map(({ emb }) => emb));
  });

  test('float16 lists', async () => {
    expect(await rows(`${fixture('half.arrow')}#emb`)).toEqual(EXPECTED.map(({ emb }) => emb));
    expect(await rows(fixture('half.arrow'))).toHaveLength(ROWS);
  });

  test.each(['none.parquet', 'file.arrow'])('%s as queries, and its ids', async (name) => {
    const queries = await all(readQueries(fixture(name)));
    expect(queries.map(({ id, text, fields }) => [id, text, fields.emb])).toEqual(
      EXPECTED.map(({ _id, text, emb }) => [_id, text ?? undefined, emb]),
    );
    const vectors = await all(readQueries(`${fixture(name)}#emb`));
    expect(vectors.map((query) => [...(query.vector as Float32Array)])).toEqual(
      EXPECTED.map(({ emb }) => emb),
    );
    expect(await flat(readIds(`${fixture(name)}#_id`))).toEqual(EXPECTED.map(({ _id }) => _id));
  });

  test('an empty table has no documents', async () => {
    expect(await documents(fixture('empty.parquet'))).toEqual([]);
  });
});

describe('what is wrong with a table is said', () => {
  const fault = async (name: string) =>
    (await messageOf(() => rows(fixture(name)))).replaceAll(fixture(''), '');
  const failure = async (data: Uint8Array, name: string) => {
    const path = files.file(name, data);
    return (await messageOf(() => documents(path))).replaceAll(path, name);
  };

  test('columns that are no vectors', async () => {
    expect(await fault('none.parquet#nope')).toBe(
      "InputError: none.parquet: has no column 'nope'; it has _id, text, emb, year, tags, meta, when, big, kind, ok",
    );
    expect(await fault('none.parquet#text')).toBe(
      'RecordError: none.parquet#text: row 0: a string where a list of numbers is expected; name another column',
    );
    expect(await fault('none.parquet')).toMatch(
      /^InputError: none.parquet: holds 10 columns \(_id,.*; name one: none.parquet#NAME$/,
    );
    expect(await fault('ragged.parquet#emb')).toBe(
      'InputError: ragged.parquet#emb: row 1: dimension 7, but the rows before have 8; rows must agree',
    );
    expect(await fault('gap.parquet#emb')).toBe(
      'RecordError: gap.parquet#emb: row 1: null where a list of numbers is expected; name another column',
    );
  });

  test('files that are something else', async () => {
    expect(await failure(Buffer.from('{"a":1}\n{"a":2}\n'), 'a.parquet')).toBe(
      "InputError: a.parquet: not a Parquet file: it doesn't end in PAR1; copy the file again",
    );
    expect(await failure(Buffer.from('PAR1'), 'b.parquet')).toBe(
      'InputError: b.parquet: not a Parquet file: too short to be one; copy the file again',
    );
    expect(await failure(Buffer.from('{"a":1}\n'), 'a.arrow')).toBe(
      'InputError: a.arrow: not Arrow IPC: it begins neither as a file nor as a stream',
    );
    expect(
      await messageOf(async () =>
        resolveInputs(['-'], { inputFormat: 'parquet' }).then(([i]) => flat(readDocuments(i))),
      ),
    ).toBe(
      "InputError: stdin: Parquet can't be read from a pipe: its directory is at the end; save it to a file",
    );
  });

  test.each(['snappy.parquet', 'v2.parquet', 'file.arrow', 'stream.arrows', 'lz4.feather', 'zstd.feather'])(
    '%s cut off anywhere is an InputError, or gives a true beginning',
    async (name) => {
      const bytes = fixtureBytes(name);
      for (let end = 0; end < bytes.length; end += Math.ceil(bytes.length / 60)) {
        const path = files.file(`cut-${name}`, bytes.subarray(0, end));
        try {
          const found = await documents(path);
          expect(found).toEqual(EXPECTED.slice(0, found.length));
        } catch (error) {
          expect((error as Error).name, `${(error as Error).stack}`).toBe('InputError');
        }
      }
    },
  );

  test.each(['none.parquet', 'snappy.parquet', 'v2.parquet', 'file.arrow', 'lz4.feather', 'zstd.feather'])(
    '%s with any byte damaged is an InputError or reads within bounds',
    async (name) => {
      const bytes = fixtureBytes(name);
      for (let at = 0; at < bytes.length; at += 17) {
        const damaged = Buffer.from(bytes);
        damaged[at] ^= [0xff, 0x80, 0x01][at % 3];
        const path = files.file(`bad-${name}`, damaged);
        try {
          expect((await documents(path)).length).toBeLessThan(100_000);
        } catch (error) {
          expect(['InputError', 'RecordError'], `byte ${at}: ${(error as Error).stack}`).toContain(
            (error as Error).name,
          );
        }
      }
    },
  );
});
