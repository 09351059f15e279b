import { describe, expect, test } from 'vitest';
import { CorruptError } from '../../src/errors/index.js';
import { type ForwardReader, forwardStructure, openForward } from '../../src/forward/index.js';
import type { Schema } from '../../src/schema/index.js';
import { rewrite, withArray, withDirectory } from '../segment/forge.js';
import { scratch, thrown } from '../storage/scratch.js';
import { check, schema, withView, writeDocuments } from './helpers.js';

const { path } = scratch();

const docs = ['delta', 'alpha', 'echo', 'bravo', 'charlie'].map((id, i) => ({
  id,
  row: i * 2,
  stored: { n: 10 ** i },
}));

/** A segment of five documents, with one array's bytes changed and its checksums made right. */
async function tampered(name: string, change: (data: Uint8Array) => void): Promise<string> {
  const file = await writeDocuments(path(), docs);
  rewrite(file, (bytes) => withArray(bytes, `documents/${name}`, change));
  return file;
}

const setU64 = (data: Uint8Array, i: number, value: bigint) =>
  new DataView(data.buffer, data.byteOffset, data.byteLength).setBigUint64(i * 8, value, true);
/** Number i of a packed array of so many bits. */
const packed = (data: Uint8Array, i: number, bits: number) => {
  let value = 0;
  for (let bit = 0; bit < bits; bit++)
    value |= ((data[(i * bits + bit) >> 3] >> ((i * bits + bit) & 7)) & 1) << bit;
  return value;
};
const setPacked = (data: Uint8Array, i: number, bits: number, value: number) => {
  for (let bit = 0; bit < bits; bit++) {
    const at = i * bits + bit;
    data[at >> 3] = (data[at >> 3] & ~(1 << (at & 7))) | (((value >> bit) & 1) << (at & 7));
  }
};
/** Bits of documents up to 4, of ids up to 7 bytes, and of stored fields up to 11. */
const [DOC_BITS, ID_BITS, STORED_BITS] = [3, 3, 4];
const swapDocs = (data: Uint8Array, a: number, b: number) => {
  const [one, other] = [packed(data, a, DOC_BITS), packed(data, b, DOC_BITS)];
  setPacked(data, a, DOC_BITS, other);
  setPacked(data, b, DOC_BITS, one);
};
const swap = (data: Uint8Array, a: number, b: number, width: number) => {
  const kept = data.slice(a * width, (a + 1) * width);
  data.copyWithin(a * width, b * width, (b + 1) * width);
  data.set(kept, b * width);
};

describe('check finds what checksums can’t', () => {
  const cases: [string, string, (data: Uint8Array) => void, string][] = [
    ['an id changed', 'ids', (d) => d.set(Buffer.from('x'), 1), 'id table is out of order'],
    ['an id that is not UTF-8', 'ids', (d) => d.set([0xff], 0), "'documents/ids' is not UTF-8"],
    [
      'two documents swapped in the id table',
      'id-documents',
      (d) => swapDocs(d, 0, 1),
      'id table is out of order at 1',
    ],
    [
      'a document twice in the id table',
      'id-documents',
      (d) => setPacked(d, 0, DOC_BITS, packed(d, 1, DOC_BITS)),
      'id table',
    ],
    [
      'a document that is not there',
      'id-documents',
      (d) => setPacked(d, 1, DOC_BITS, 7),
      'id table is out of order at 1',
    ],
    ['starts that begin late', 'id-starts', (d) => setU64(d, 0, 1n), "'documents/id-starts' is not the sum"],
    [
      'a start beyond 2^53',
      'id-starts',
      (d) => setU64(d, 0, 2n ** 63n + 1n),
      "'documents/id-starts' is not the sum",
    ],
    [
      'lengths that end early',
      'id-lengths',
      (d) => setPacked(d, 4, ID_BITS, 6),
      "does not cover 'documents/ids'",
    ],
    [
      'lengths that end late',
      'id-lengths',
      (d) => setPacked(d, 2, ID_BITS, 5),
      "does not cover 'documents/ids'",
    ],
    [
      'an id boundary moved',
      'id-lengths',
      (d) => {
        setPacked(d, 0, ID_BITS, 6);
        setPacked(d, 1, ID_BITS, 4);
      },
      'id table is out of order',
    ],
    [
      'stored lengths that are wrong',
      'stored-lengths',
      (d) => setPacked(d, 3, STORED_BITS, 0),
      "does not cover 'documents/stored'",
    ],
    ['stored fields that are not JSON', 'stored', (d) => d.fill(0x20, 0, 1), 'stored document 0: '],
    [
      'stored fields that are not UTF-8',
      'stored',
      (d) => d.fill(0xfe, 2, 3),
      "'documents/stored' is not UTF-8",
    ],
    ['rows out of order', 'rows', (d) => swap(d, 1, 2, 8), 'input rows are out of order at 2'],
    ['a row twice', 'rows', (d) => setU64(d, 4, 6n), 'input rows are out of order at 4'],
  ];

  test.each(cases)('%s', async (_, name, change, message) => {
    const file = await tampered(name, change);
    const error = thrown(() => check(file, docs.length));
    expect(error).toBeInstanceOf(CorruptError);
    expect(error.message).toContain(message);
  });

  // As build --reorder leaves them.
  const unordered = docs.map((doc, i) => ({ ...doc, row: [4, 0, 8, 2, 6][i] }));
  const reordered = async (change: (data: Uint8Array) => void) => {
    const file = await writeDocuments(path(), unordered);
    rewrite(file, (bytes) => withArray(bytes, 'documents/row-documents', change));
    return file;
  };

  test.each<[string, (data: Uint8Array) => void, string]>([
    ['two documents swapped in the row table', (d) => swapDocs(d, 2, 3), 'input rows are out of order at 3'],
    ['a document twice in it', (d) => setPacked(d, 1, DOC_BITS, packed(d, 0, DOC_BITS)), 'out of order at 1'],
    ['one that is not there', (d) => setPacked(d, 4, DOC_BITS, 7), 'input rows are out of order at 4'],
  ])('%s', async (_, change, message) => {
    const file = await reordered(change);
    expect(() => check(file, docs.length)).toThrow(message);
  });

  test('documents whose rows do not ascend are found by row', async () => {
    const file = await reordered(() => undefined);
    check(file, docs.length);
    withView(file, docs.length, (view) => {
      const forward = openForward(view);
      unordered.forEach(({ row }, doc) => {
        expect(forward.docOfRow(row)).toBe(doc);
        expect(forward.docOfRow(row + 1)).toBeUndefined();
      });
    });
    const broken = await reordered((d) => {
      for (let i = 0; i < docs.length; i++) setPacked(d, i, DOC_BITS, 7);
    });
    expect(() => withView(broken, docs.length, (view) => openForward(view).docOfRow(4))).toThrow(
      'row table names document 7 of 5',
    );
  });

  test('an honest segment passes', async () => {
    check(await tampered('ids', () => undefined), docs.length);
  });

  test('ids are read once, however many chunks they take', async () => {
    // 8 MB of ids: more chunks than a reader keeps, visited in the order of hashes.
    const many = Array.from({ length: 8000 }, (_, row) => ({
      row,
      id: `${row}${'x'.repeat(1000)}`,
      stored: {},
    }));
    const file = await writeDocuments(path(), many);
    withView(file, many.length, (view) => {
      forwardStructure.check('documents', schema(), view);
      expect(view.reader.counter.bytes).toBeLessThan(2 * view.reader.fileBytes);
    });
  });

  test.each<[string, Partial<Schema>, Partial<Schema>, string]>([
    [
      'ids that the schema does not have',
      {},
      { ids: false, stored: 'none' },
      "'documents/ids' is not expected",
    ],
    ['no ids', { ids: false, stored: 'none' }, {}, "'documents/ids' is missing"],
    ['no stored fields', { stored: 'none' }, {}, "'documents/stored' is missing"],
    [
      'stored fields that the schema does not have',
      {},
      { stored: 'none' },
      "'documents/stored' is not expected",
    ],
  ])('%s', async (_, written, expected, message) => {
    const file = await writeDocuments(path(), docs, schema(written));
    check(file, docs.length, schema(written));
    expect(() => check(file, docs.length, schema(expected))).toThrow(message);
  });
});

describe('opening', () => {
  test('another number of documents than the arrays have is damage', async () => {
    const file = await writeDocuments(path(), docs);
    // Eight to a group: what the padding hides is found by check().
    for (const documents of [13, 9, 0]) {
      const error = thrown(() => withView(file, documents, openForward));
      expect(error).toBeInstanceOf(CorruptError);
      expect(error.message).toContain(
        `array 'documents/id-lengths' is 1×3, not of ${documents} packed numbers`,
      );
    }
  });

  test.each([
    ['no part', (meta: Record<string, unknown>) => delete meta.parts, "part 'documents' is missing"],
    [
      'a part that is a list',
      (meta: Record<string, unknown>) => Object.assign(meta, { parts: { documents: [] } }),
      "part 'documents' is missing",
    ],
  ])('%s', async (_, edit, message) => {
    const file = await writeDocuments(path(), docs);
    rewrite(file, (bytes) => withDirectory(bytes, ({ meta }) => edit(meta)));
    expect(() => withView(file, docs.length, openForward)).toThrow(message);
  });

  test.each([
    ['nothing', undefined],
    ['a negative row', -1],
    ['half a row', 0.5],
    ['text', '0'],
  ])('a first row that is %s', async (_, firstRow) => {
    const file = await writeDocuments(path(), [{ row: 0, id: 'a' }]);
    rewrite(file, (bytes) =>
      withDirectory(bytes, ({ meta }) => Object.assign(meta, { parts: { documents: { firstRow } } })),
    );
    const error = thrown(() => withView(file, 1, openForward));
    expect(error).toBeInstanceOf(CorruptError);
    expect(error.message).toContain("'firstRow' is");
  });

  test('arrays of another type or rank', async () => {
    for (const change of [{ dtype: 'i32' }, { shape: [1, 5] }]) {
      const file = await writeDocuments(path(), docs);
      rewrite(file, (bytes) =>
        withDirectory(bytes, ({ arrays }) =>
          Object.assign(arrays.find((array) => array.name === 'documents/id-documents') as object, change),
        ),
      );
      expect(() => withView(file, docs.length, openForward)).toThrow(CorruptError);
    }
  });
});

describe('reading a segment that lies', () => {
  test.each<[string, string, (data: Uint8Array) => void, ((forward: ForwardReader) => unknown)[]]>([
    [
      'a length behind the end',
      'id-lengths',
      (d) => setPacked(d, 0, ID_BITS, 7),
      [(f) => f.id(4), (f) => f.find('charlie')],
    ],
    [
      'a start behind the end',
      'id-starts',
      (d) => setU64(d, 0, 100n),
      [(f) => f.id(0), (f) => f.find('delta')],
    ],
    ['a start beyond 2^53', 'id-starts', (d) => setU64(d, 0, 2n ** 64n - 1n), [(f) => f.id(4)]],
    ['ids that are not UTF-8', 'ids', (d) => d.fill(0xff), [(f) => f.id(2), (f) => f.find('alpha')]],
    [
      'an id table of documents that are not there',
      'id-documents',
      (d) => d.fill(0xff),
      [(f) => f.find('echo')],
    ],
    ['a stored start of terabytes', 'stored-starts', (d) => setU64(d, 0, 2n ** 40n), [(f) => f.stored(4)]],
    ['a stored length behind the end', 'stored-lengths', (d) => d.fill(200), [(f) => f.stored(4)]],
    [
      'stored fields that are no JSON',
      'stored',
      (d) => d.fill(0x2c),
      [(f) => f.stored(0), (f) => f.stored(4)],
    ],
  ])('%s: CorruptError, with ids in memory or not', async (_, name, change, reads) => {
    const file = await tampered(name, change);
    for (const warm of [false, true])
      for (const read of reads) {
        const opened = () =>
          withView(file, docs.length, (view) => {
            const forward = openForward(view);
            if (warm) forward.warm();
            read(forward);
          });
        expect(thrown(opened)).toBeInstanceOf(CorruptError);
      }
  });
});
