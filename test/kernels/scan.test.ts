import { beforeAll, describe, expect, test } from 'vitest';
import {
  Arena,
  distanceOf,
  RESERVOIR_HEADER_BYTES,
  reservoirBytes,
  SPACE,
  wideCodeBytes,
} from '../../src/kernels/index.js';
import type { Row } from '../../src/kernels/reference/distance.js';
import { byKey, type Entry, referenceScan } from '../../src/kernels/reference/scan.js';
import { kernelsBuilt } from './built.js';
import { byteRows, padded, place, randomRows, rowStride } from './rows.js';

beforeAll(kernelsBuilt);

/** Heap entries, best first. */
function entries(arena: Arena, heap: number, size: number): Entry[] {
  const words = arena.u32(heap, size * 2);
  return Array.from({ length: size }, (_, i) => ({ position: words[2 * i], key: words[2 * i + 1] })).sort(
    byKey,
  );
}

const duplicates = (count: number) => Array.from({ length: count }, (_, i) => padded([i % 3, 1, -1, 2, 5]));

const floatCases: [string, Row[]][] = [
  ['random rows', randomRows(403, 17, 1)],
  ['rows that repeat', duplicates(97)],
  ['zero rows', Array.from({ length: 9 }, () => padded(new Float32Array(5)))],
  ['one row', randomRows(1, 3, 2)],
  ['infinite distances', Array.from({ length: 21 }, (_, i) => padded([i % 2 ? 3e38 : -3e38, i, 1]))],
];

const byteCases: [string, Row[]][] = [
  ['random rows', byteRows(403, 32, 1)],
  ['rows that repeat', Array.from({ length: 97 }, (_, i) => new Uint8Array(16).fill(i % 3))],
  ['one row', byteRows(1, 16, 2)],
];

describe.each([
  ['l2', SPACE.l2, floatCases],
  ['dot', SPACE.dot, floatCases],
  ['bytes, l2', SPACE.byteL2, byteCases],
  ['bytes, dot', SPACE.byteDot, byteCases],
  ['bits', SPACE.hamming, byteCases],
  ['signed bytes, dot', SPACE.signedDot, byteCases],
] as const)('%s', (_, space, cases) => {
  test.each(cases)('the nearest are those of a full sort: %s', (_, rows) => {
    const arena = new Arena();
    const at = place(arena, rows);
    arena.kernels.setCodes(at, rowStride(rows), rows[0].byteLength, space);
    for (const limit of [1, 2, 10, rows.length, rows.length + 5]) {
      const heap = arena.tail(limit * 8);
      const half = rows.length >> 1;
      let size = arena.kernels.scanRows(at, 0, half, heap, 0, limit);
      size = arena.kernels.scanRows(at, half, rows.length, heap, size, limit);
      expect(entries(arena, heap, size)).toEqual(referenceScan(space, rows[0], rows, limit));
    }
  });

  test.each(cases)('lists together are a scan, and all within a limit are found: %s', (_, rows) => {
    const arena = new Arena();
    const at = place(arena, rows);
    arena.kernels.setCodes(at, rowStride(rows), rows[0].byteLength, space);
    const third = Math.floor(rows.length / 3);
    const offsets = arena.allocate(5 * 4);
    arena.u32(offsets, 5).set([0, third, third, 2 * third, rows.length]);
    const lists = arena.allocate(4 * 4);
    arena.u32(lists, 4).set([3, 1, 0, 2]);
    const expected = referenceScan(space, rows[0], rows, rows.length);
    const mask = arena.allocate(4 * (Math.ceil(rows.length / 32) + 1));
    const chosen = (position: number) => position % 5 < 2 || position % 37 < 20;
    const words = arena.u32(mask, Math.ceil(rows.length / 32));
    for (const { position } of expected) if (chosen(position)) words[position >> 5] |= 1 << (position & 31);
    for (const limit of [1, 8, rows.length + 5]) {
      for (const [bits, wanted] of [
        [0, expected],
        [mask, expected.filter(({ position }) => chosen(position))],
      ] as const) {
        const reservoir = arena.tail(reservoirBytes(limit));
        arena.kernels.openReservoir(reservoir, limit);
        arena.kernels.scanLists(at, lists, 4, offsets, reservoir, bits);
        const size = arena.kernels.closeReservoir(reservoir);
        const found = entries(arena, reservoir + RESERVOIR_HEADER_BYTES, size);
        expect(found).toEqual(wanted.slice(0, limit));
      }
    }

    const limit = expected[expected.length >> 1].key;
    const out = arena.tail(rows.length * 4);
    const count = arena.kernels.collectWithin(at, 0, rows.length, limit, out);
    const within = expected.filter((entry) => entry.key <= limit).map((entry) => entry.position);
    expect([...arena.u32(out, count)]).toEqual(within.sort((a, b) => a - b));
  });

  test.each(cases)('codes here and there are those of a full sort: %s', (_, rows) => {
    const arena = new Arena();
    const query = rows[rows.length >> 1];
    const rowsAt = place(arena, rows);
    const at = rowsAt + (rows.length >> 1) * rowStride(rows);
    arena.kernels.setCodes(rowsAt, rowStride(rows), rows[0].byteLength, space);
    for (const chosen of [(i: number) => i % 3 !== 1, (i: number) => i % 7 === 2, () => false]) {
      const positions = rows.map((_, i) => i).filter(chosen);
      const list = arena.allocate(positions.length * 4);
      arena.u32(list, positions.length).set(positions);
      const wanted = referenceScan(space, query, rows, rows.length).filter(({ position }) =>
        chosen(position),
      );
      for (const limit of [1, 5, rows.length]) {
        const reservoir = arena.tail(reservoirBytes(limit));
        arena.kernels.openReservoir(reservoir, limit);
        arena.kernels.scanPositions(at, list, positions.length, reservoir);
        const size = arena.kernels.closeReservoir(reservoir);
        expect(entries(arena, reservoir + RESERVOIR_HEADER_BYTES, size)).toEqual(wanted.slice(0, limit));
      }
    }
  });

  test.each(cases)('each list once for many queries is each query alone: %s', (_, rows) => {
    const arena = new Arena();
    const stride = rowStride(rows);
    const at = place(arena, rows);
    arena.kernels.setCodes(at, stride, rows[0].byteLength, space);
    const half = rows.length >> 1;
    const offsets = arena.allocate(4 * 4);
    arena.u32(offsets, 4).set([0, half, half, rows.length]);
    const limit = 5;
    const reservoirs = [0, 1, 2].map(() => arena.allocate(reservoirBytes(limit)));
    const queryOf = (i: number) => (i * 5) % rows.length;
    // All want the last list, all but the second the first; the empty one is the second's.
    const wanted = [[0, 2], [1], [0, 1, 2]];
    const starts = arena.allocate(4 * 4);
    arena.u32(starts, 4).set([0, 2, 3, 6]);
    const pairs = wanted.flatMap((queries) =>
      queries.flatMap((i) => [at + queryOf(i) * stride, reservoirs[i]]),
    );
    const pairsAt = arena.allocate(pairs.length * 4);
    arena.u32(pairsAt, pairs.length).set(pairs);
    for (const reservoir of reservoirs) arena.kernels.openReservoir(reservoir, limit);
    arena.kernels.scanListsMany(0, 2, offsets, starts, pairsAt);
    arena.kernels.scanListsMany(2, 3, offsets, starts, pairsAt);
    reservoirs.forEach((reservoir, i) => {
      const size = arena.kernels.closeReservoir(reservoir);
      const all = referenceScan(space, rows[queryOf(i)], rows, rows.length);
      const own = i === 1 ? all.filter(({ position }) => position >= half) : all;
      expect(entries(arena, reservoir + RESERVOIR_HEADER_BYTES, size)).toEqual(own.slice(0, limit));
    });
  });

  test.each(cases)('some positions refined are sorted: %s', (_, rows) => {
    const arena = new Arena();
    const at = place(arena, rows);
    arena.kernels.setCodes(at, rowStride(rows), rows[0].byteLength, space);
    const positions = rows.map((_, i) => (i * 7) % rows.length).filter((_, i) => i % 3 !== 1);
    const list = arena.allocate(positions.length * 4);
    arena.u32(list, positions.length).set(positions);
    const all = referenceScan(space, rows[0], rows, rows.length);
    for (const limit of [1, 5, positions.length]) {
      const best = arena.tail(limit * 8);
      const size = arena.kernels.refine(at, list, positions.length, best, limit);
      const left = new Map<number, number>();
      for (const position of positions) left.set(position, (left.get(position) ?? 0) + 1);
      const expected = all
        .flatMap((entry) => Array.from({ length: left.get(entry.position) ?? 0 }, () => entry))
        .slice(0, limit);
      const words = [...arena.u32(best, size * 2)];
      expect(expected.flatMap((entry) => [entry.position, entry.key])).toEqual(words);
    }
  });
});

test('a distance that overflows is Infinity and comes last', () => {
  const rows = [padded([3e38, 3e38]), padded([-3e38, 1]), padded([3e38, 3e38])];
  const arena = new Arena();
  const at = place(arena, rows);
  arena.kernels.setCodes(at, 16, 16, SPACE.l2);
  const heap = arena.tail(24);
  const found = entries(arena, heap, arena.kernels.scanRows(at, 0, 3, heap, 0, 3));
  expect(found.map((entry) => [entry.position, distanceOf(entry.key)])).toEqual([
    [0, 0],
    [2, 0],
    [1, Number.POSITIVE_INFINITY],
  ]);
});

test.each([0, 1, 2, 3, 17, 400])('%i entries are taken apart in ascending order', (count) => {
  const rows = randomRows(Math.max(1, count), 8, 5);
  const arena = new Arena();
  const at = place(arena, rows);
  arena.kernels.setCodes(at, rowStride(rows), rows[0].byteLength, SPACE.l2);
  const heap = arena.allocate(rows.length * 8);
  const positions = arena.allocate(rows.length * 4);
  const keys = arena.allocate(rows.length * 4);
  const size = arena.kernels.scanRows(at, 0, count, heap, 0, rows.length);
  arena.kernels.takeEntries(heap, size, positions, keys);
  const found = Array.from(arena.u32(positions, size), (position, i) => ({
    position,
    key: arena.u32(keys, size)[i],
  }));
  expect(found).toEqual(referenceScan(SPACE.l2, rows[0], rows.slice(0, count), count));
});

describe.each([
  ['l2', SPACE.byteL2],
  ['dot', SPACE.byteDot],
  ['signed, dot', SPACE.signedDot],
] as const)('lists of bytes for many queries: %s', (_, space) => {
  test.each(
    byteCases.concat([
      ['large numbers', byteRows(50, 2048, 3).map((row) => row.map((value) => value | 0xf0))],
      ['a row more than fours', byteRows(21, 48, 4)],
    ]),
  )('each query finds what it finds alone: %s', (_, rows) => {
    const arena = new Arena();
    const { kernels } = arena;
    const stride = rowStride(rows);
    const width = rows[0].byteLength;
    const at = place(arena, rows);
    kernels.setCodes(at, stride, width, space);
    const squares = arena.allocate(rows.length * 4 + 12);
    kernels.squareCodes(0, rows.length, squares);
    const half = rows.length >> 1;
    const offsets = arena.allocate(4 * 4);
    arena.u32(offsets, 4).set([0, half, half, rows.length]);
    const limit = 5;
    const queries = [0, 1, 2, 3].map((i) => {
      const query = (i * 5) % rows.length;
      const wide = arena.allocate(wideCodeBytes(width));
      kernels.widenCode(at + query * stride, width, wide);
      const reservoir = arena.allocate(reservoirBytes(limit));
      kernels.openReservoir(reservoir, limit);
      return { query, wide, reservoir };
    });
    // Three of the first list, all of the last: pairs, and one that is left.
    const wanted = [[0, 2, 3], [1], [0, 1, 2, 3]];
    const starts = arena.allocate(4 * 4);
    arena.u32(starts, 4).set([0, 3, 4, 8]);
    const pairs = wanted.flatMap((some) => some.flatMap((i) => [queries[i].wide, queries[i].reservoir]));
    const pairsAt = arena.allocate(pairs.length * 4);
    arena.u32(pairsAt, pairs.length).set(pairs);
    kernels.scanByteLists(0, 2, offsets, squares, starts, pairsAt);
    kernels.scanByteLists(2, 3, offsets, squares, starts, pairsAt);
    queries.forEach(({ query, reservoir }, i) => {
      const size = kernels.closeReservoir(reservoir);
      const all = referenceScan(space, rows[query], rows, rows.length);
      const own = i === 1 ? all.filter(({ position }) => position >= half) : all;
      expect(entries(arena, reservoir + RESERVOIR_HEADER_BYTES, size)).toEqual(own.slice(0, limit));
    });
  });
});
