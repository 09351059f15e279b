import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idHash } from '../../src/forward/format.js';
import { openForward } from '../../src/forward/index.js';
import { random, scratch } from '../storage/scratch.js';
import { bothWays, check, type Doc, schema, withView, writeDocuments } from './helpers.js';

const { path } = scratch();

/** Two ids with the same 32-bit hash: among 300,000 random ones there are about ten such pairs. */
function collision(): [string, string] {
  const seen = new Map<number, string>();
  const encoder = new TextEncoder();
  const next = random(1);
  for (let i = 0; i < 300_000; i++) {
    const id = `${next(2 ** 32).toString(36)}${next(2 ** 32).toString(36)}`;
    const hash = idHash(encoder.encode(id));
    const other = seen.get(hash);
    if (other !== undefined) return [other, id];
    seen.set(hash, id);
  }
  throw new Error('no two ids with one hash');
}

describe('documents, written and read back', () => {
  test.each([
    [8, 255],
    [9, 300],
    [17, 70_000],
  ])('many documents, lengths in %i bits', async (bits, longest) => {
    const next = random(3);
    const docs = Array.from({ length: 1000 }, (_, row): Doc => {
      const length = row === 500 ? longest : 1 + next(20);
      return {
        row,
        id: `${row}`.padEnd(length, 'é').slice(0, length) + row,
        stored: { n: 'x'.repeat(row % 70) },
      };
    });
    // The id of 500 is that long in bytes.
    docs[500].id = '5'.repeat(longest);
    const file = await writeDocuments(path(), docs);
    withView(file, docs.length, (view) =>
      expect(view.reader.info('documents/id-lengths').shape).toEqual([125, bits]),
    );
    bothWays(file, docs.length, (forward) => {
      for (const [doc, { id, stored }] of docs.entries()) {
        expect(forward.id(doc)).toBe(id);
        expect(forward.stored(doc)).toEqual(stored);
        expect(forward.find(id as string)).toBe(doc);
        expect(forward.find(`${id}?`)).toBeUndefined();
      }
    });
    check(file, docs.length);
  });

  test('any ids, rows with and without gaps, any stored fields', async () => {
    const id = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .filter((text) => !/[\0\n\r]/.test(text));
    const stored = fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      fc.jsonValue(),
      {
        noNullPrototype: true,
      },
    );
    const docs = fc
      .uniqueArray(fc.tuple(id, fc.constantFrom(1, 1, 1, 2, 1000, 2 ** 31), stored), {
        selector: ([text]) => text,
        maxLength: 30,
      })
      .map((list) => {
        let row = -1;
        return list.map(([text, gap, fields]): Doc => {
          row += gap;
          return { row, id: text, stored: JSON.parse(JSON.stringify(fields)) };
        });
      });
    await fc.assert(
      fc.asyncProperty(docs, fc.array(id, { maxLength: 5 }), async (list, others) => {
        const file = await writeDocuments(path(), list);
        bothWays(file, list.length, (forward) => {
          expect(list.map((_, doc) => forward.id(doc))).toEqual(list.map((doc) => doc.id));
          expect(list.map((_, doc) => forward.row(doc))).toEqual(list.map((doc) => doc.row));
          expect(list.map((_, doc) => forward.stored(doc))).toEqual(list.map((doc) => doc.stored));
          expect(list.map((doc) => forward.find(doc.id as string))).toEqual(list.map((_, doc) => doc));
          expect(list.map((doc) => forward.docOfRow(doc.row))).toEqual(list.map((_, doc) => doc));
          for (const other of others) {
            const at = list.findIndex((doc) => doc.id === other);
            expect(forward.find(other)).toBe(at < 0 ? undefined : at);
          }
          for (const { row } of list) {
            const at = list.findIndex((doc) => doc.row === row + 1);
            expect(forward.docOfRow(row + 1)).toBe(at < 0 ? undefined : at);
          }
        });
        check(file, list.length);
      }),
      { numRuns: 60 },
    );
  });

  test('20,000 documents: every id is found, none is that is not there', async () => {
    const docs = Array.from(
      { length: 20_000 },
      (_, row): Doc => ({ row, id: `MED-${row * 7}`, stored: { row } }),
    );
    const file = await writeDocuments(path(), docs);
    bothWays(file, docs.length, (forward) => {
      expect(docs.filter(({ id, row }) => forward.find(id as string) !== row)).toEqual([]);
      expect(docs.filter(({ row }) => forward.find(`MED-${row * 7 + 1}`) !== undefined)).toEqual([]);
      expect(forward.stored(19_999)).toEqual({ row: 19_999 });
      expect(forward.find('')).toBeUndefined();
    });
    check(file, docs.length);
  });

  test('two ids with one hash are told apart, in either order; so is a third that is absent', async () => {
    const [a, b] = collision();
    expect(idHash(Buffer.from(a))).toBe(idHash(Buffer.from(b)));
    const lists: [string[], (number | undefined)[]][] = [
      [
        ['x', a, 'y', b],
        [1, 3],
      ],
      [
        [b, 'x', a],
        [2, 0],
      ],
      [
        ['x', a],
        [1, undefined],
      ],
      [[b], [undefined, 0]],
    ];
    for (const [ids, found] of lists) {
      const file = await writeDocuments(
        path(),
        ids.map((id, row) => ({ id, row })),
      );
      bothWays(file, ids.length, (forward) => expect([forward.find(a), forward.find(b)]).toEqual(found));
      check(file, ids.length);
    }
  });

  test('rows without gaps take no space, and those with gaps do', async () => {
    const has = (file: string) =>
      withView(file, 3, ({ reader }) => reader.list().some(({ name }) => name === 'documents/rows'));
    const rows = (...list: number[]) =>
      writeDocuments(
        path(),
        list.map((row) => ({ row, id: `i${row}` })),
      );
    expect(has(await rows(5, 6, 7))).toBe(false);
    expect(has(await rows(5, 6, 8))).toBe(true);
    const file = await rows(5, 6, 7);
    bothWays(file, 3, (forward) => {
      expect([4, 5, 6, 7, 8].map((row) => forward.docOfRow(row))).toEqual([undefined, 0, 1, 2, undefined]);
    });
  });

  test('rows beyond 32 bits', async () => {
    const docs = [
      { row: 2 ** 32 - 1, id: 'a' },
      { row: 2 ** 32, id: 'b' },
      { row: 2 ** 40 + 3, id: 'c' },
    ];
    bothWays(await writeDocuments(path(), docs), 3, (forward) => {
      expect([0, 1, 2].map((doc) => forward.row(doc))).toEqual(docs.map(({ row }) => row));
      expect(forward.docOfRow(2 ** 40 + 3)).toBe(2);
    });
  });

  test('vectors only: ids are the rows, and nothing else is an id', async () => {
    const rows = schema({ ids: false, stored: 'none' });
    for (const list of [
      [7, 8, 9],
      [0, 2, 7],
    ]) {
      const file = await writeDocuments(
        path(),
        list.map((row) => ({ row })),
        rows,
      );
      bothWays(file, 3, (forward) => {
        expect([0, 1, 2].map((doc) => forward.id(doc))).toEqual(list.map(String));
        expect(list.map((row) => forward.find(String(row)))).toEqual([0, 1, 2]);
        for (const other of ['07', '7.0', ' 7', '+7', '-1', '1e1', '', 'a', '3', '99999999999999999999999']) {
          expect(forward.find(other)).toBeUndefined();
        }
        expect(forward.stored(0)).toBeUndefined();
      });
      check(file, 3, rows);
    }
  });

  test('no documents at all, of either kind', async () => {
    for (const of of [schema(), schema({ ids: false, stored: 'none' }), schema({ stored: 'none' })]) {
      const file = await writeDocuments(path(), [], of);
      bothWays(file, 0, (forward) => {
        expect(forward.find('0')).toBeUndefined();
        expect(forward.docOfRow(0)).toBeUndefined();
      });
      check(file, 0, of);
    }
  });

  test('nothing stored, an empty id table entry, and a document whose fields are all left out', async () => {
    const none = schema({ stored: 'none' });
    const file = await writeDocuments(path(), [{ row: 0, id: 'a' }], none);
    bothWays(file, 1, (forward) => expect(forward.stored(0)).toBeUndefined());
    check(file, 1, none);
    const empty = await writeDocuments(path(), [
      { row: 0, id: 'a', stored: {} },
      { row: 1, id: 'b' },
    ]);
    bothWays(empty, 2, (forward) => expect([forward.stored(0), forward.stored(1)]).toEqual([{}, {}]));
  });

  test('a document that is not there is a RangeError', async () => {
    const file = await writeDocuments(path(), [{ row: 0, id: 'a', stored: {} }]);
    bothWays(file, 1, (forward) => {
      for (const doc of [1, -1, Number.NaN]) {
        expect(() => forward.id(doc)).toThrow(RangeError);
        expect(() => forward.stored(doc)).toThrow(RangeError);
      }
    });
  });

  test('the writer leaves no scratch file, and counts what it was given', async () => {
    const folder = path();
    await writeDocuments(folder, [
      { row: 0, id: 'a' },
      { row: 9, id: 'b' },
    ]);
    expect(readdirSync(folder)).toEqual(['segment']);
  });

  test('warm() saves the reads of ids', async () => {
    const docs = Array.from({ length: 1000 }, (_, row) => ({ row, id: `i${row}` }));
    const file = await writeDocuments(path(), docs);
    withView(file, 1000, (view) => {
      const forward = openForward(view);
      forward.warm();
      const before = view.reader.counter.reads;
      for (let doc = 0; doc < 1000; doc++) forward.id(doc);
      forward.warm();
      expect(view.reader.counter.reads).toBe(before);
    });
  });
});

describe('idHash', () => {
  // By hand from the definitions: FNV-1a of nothing is its offset basis, then fmix32.
  test('is FNV-1a and then the finaliser of MurmurHash3', () => {
    const fmix = (h0: bigint) => {
      const mask = 0xffffffffn;
      let h = h0;
      h ^= h >> 16n;
      h = (h * 0x85ebca6bn) & mask;
      h ^= h >> 13n;
      h = (h * 0xc2b2ae35n) & mask;
      return Number(h ^ (h >> 16n));
    };
    expect(idHash(new Uint8Array(0))).toBe(fmix(0x811c9dc5n));
    // Published FNV-1a test vectors: 'a' and 'foobar'.
    expect(idHash(Buffer.from('a'))).toBe(fmix(0xe40c292cn));
    expect(idHash(Buffer.from('foobar'))).toBe(fmix(0xbf9cf968n));
  });
});
