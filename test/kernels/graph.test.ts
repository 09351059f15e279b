import { beforeAll, describe, expect, test } from 'vitest';
import {
  Arena,
  GRAPH_SCRATCH_BYTES,
  laneBytes,
  linkSlots,
  markBytes,
  NO_LINK,
  SPACE,
  type Space,
} from '../../src/kernels/index.js';
import type { Row } from '../../src/kernels/reference/distance.js';
import { ReferenceGraph } from '../../src/kernels/reference/graph.js';
import { type Entry, referenceScan } from '../../src/kernels/reference/scan.js';
import { kernelsBuilt } from './built.js';
import { byteRows, bytesOf, padded, place, random, randomRows, rowStride } from './rows.js';

beforeAll(kernelsBuilt);

/** A graph in an arena, set up by hand as a caller would. */
function kernelGraph(space: Space, rows: Row[], levels: Uint8Array, m: number, widest: number) {
  const arena = new Arena();
  const at = place(arena, rows);
  const below = linkSlots(2 * m);
  const above = linkSlots(m);
  const upperFirst = new Uint32Array(rows.length);
  let upperRows = 0;
  levels.forEach((level, node) => {
    upperFirst[node] = upperRows;
    upperRows += level;
  });
  const entry = { node: 0, level: -1 };
  const block = (bytes: number, fill = 0) => {
    const pointer = arena.allocate(bytes);
    arena.bytes(pointer, bytes).fill(fill);
    return pointer;
  };
  const links = block(rows.length * below * 4, 0xff);
  const upper = block(upperRows * above * 4, 0xff);
  const first = block(rows.length * 4);
  arena.u32(first, rows.length).set(upperFirst);
  const levelsAt = block(rows.length);
  arena.bytes(levelsAt, rows.length).set(levels);
  // One of its own, and one for each of three lanes.
  const pool = block(4 * widest * 8);
  arena.kernels.setCodes(at, rowStride(rows), rows[0].byteLength, space);
  const visited = block(rows.length);
  arena.kernels.setGraph(rows.length, m, links, below * 4, upper, above * 4, first, levelsAt, visited);
  arena.kernels.setScratch(pool, block(GRAPH_SCRATCH_BYTES));
  const sizes = block(64);
  arena.kernels.setLanes(
    block(64 + 3 * laneBytes(rows.length)),
    laneBytes(rows.length),
    3,
    markBytes(rows.length),
  );
  const row = (from: number, slots: number, most: number) => {
    const all = [...arena.u32(from, slots)];
    const end = all.indexOf(NO_LINK);
    expect(all.slice(end < 0 ? most : end).every((slot) => slot === NO_LINK)).toBe(true);
    return all.slice(0, end < 0 ? most : end);
  };
  const linksOf = (node: number, level: number) =>
    level === 0
      ? row(links + node * below * 4, below, 2 * m)
      : row(upper + (upperFirst[node] + level - 1) * above * 4, above, m);
  const heads = block(rows.length * 4, 0xff);
  const lists = [0, 1, 2].map(() => block(rows.length * 2 * m * 4));
  const insert = (nodes: number[], breadth: number) => {
    const nodesAt = arena.tail(nodes.length * 4);
    arena.u32(nodesAt, nodes.length).set(nodes);
    const { kernels } = arena;
    kernels.setEntry(entry.node, entry.level);
    if (entry.level >= 0) kernels.chooseLinks(nodesAt, 0, nodes.length, breadth);
    for (let level = entry.level; level >= 0; level--) {
      const [sources, nexts, targets] = lists;
      const count = kernels.collectLinks(nodesAt, 0, nodes.length, level, heads, sources, nexts, targets);
      const half = count >> 1;
      kernels.linkBack(targets, half, count, level, heads, sources, nexts);
      kernels.linkBack(targets, 0, half, level, heads, sources, nexts);
    }
    for (const node of nodes)
      if (levels[node] > entry.level) Object.assign(entry, { node, level: levels[node] });
    kernels.setEntry(entry.node, entry.level);
  };
  const fill = () => {
    const counts = arena.tail(rows.length);
    arena.bytes(counts, rows.length).set(rows.map((_, node) => linksOf(node, 0).length));
    arena.kernels.fillRows(rows.length >> 1, rows.length, counts);
    arena.kernels.fillRows(0, rows.length >> 1, counts);
  };
  const search = (query: Row, ef: number, depth = 0, factor = 0): Entry[] => {
    const queryAt = arena.tail(query.byteLength);
    arena.bytes(queryAt, query.byteLength).set(bytesOf(query));
    arena.kernels.searchGraphs(queryAt, 0, 1, ef, depth, factor, pool, sizes);
    const [size] = arena.u32(sizes, 1);
    const words = arena.u32(pool, size * 2);
    return Array.from({ length: size }, (_, i) => ({ position: words[2 * i] >>> 1, key: words[2 * i + 1] }));
  };
  return { arena, entry, insert, fill, linksOf, search, links, linkWords: rows.length * below };
}

function randomLevels(count: number, m: number, seed: number): Uint8Array {
  const next = random(seed);
  return Uint8Array.from({ length: count }, () =>
    Math.min(6, Math.floor(-Math.log(1 - next()) / Math.log(m))),
  );
}

/** Batches as a build makes them: small, then larger. */
function batches(count: number): number[][] {
  const out: number[][] = [];
  for (let from = 0; from < count; ) {
    const to = Math.min(count, from + 1 + (from >> 2));
    out.push(Array.from({ length: to - from }, (_, i) => from + i));
    from = to;
  }
  return out;
}

const floatCases: [string, Row[], number][] = [
  ['random rows', randomRows(400, 12, 3), 4],
  ['full rows of links', randomRows(300, 3, 4), 8],
  ['rows that repeat', Array.from({ length: 150 }, (_, i) => padded([i % 4, (i >> 2) % 2, 1])), 3],
  ['equal rows', Array.from({ length: 60 }, () => padded([1, 2])), 2],
  ['infinite distances', Array.from({ length: 40 }, (_, i) => padded([i % 2 ? 3e38 : -3e38, i])), 4],
];
const byteCases: [string, Row[], number][] = [
  ['random rows', byteRows(400, 32, 3), 4],
  ['full rows of links', byteRows(300, 16, 4), 8],
  ['one node that all choose', byteRows(900, 16, 5).map((row, i) => row.fill(i === 0 ? 128 : row[0])), 2],
  ['equal rows', Array.from({ length: 60 }, () => new Uint8Array(16).fill(7)), 2],
];
const graphCases = [
  ...floatCases.flatMap((c) => [['l2', SPACE.l2, ...c] as const, ['dot', SPACE.dot, ...c] as const]),
  ...byteCases.flatMap((c) => [
    ['bytes, l2', SPACE.byteL2, ...c] as const,
    ['bytes, dot', SPACE.byteDot, ...c] as const,
    ['bits', SPACE.hamming, ...c] as const,
    ['signed bytes, dot', SPACE.signedDot, ...c] as const,
  ]),
];

test.each(graphCases)('%s: links and answers are the reference', (_, space, _what, rows, m) => {
  const levels = randomLevels(rows.length, m, 5);
  const graph = kernelGraph(space, rows, levels, m, 1000);
  const reference = new ReferenceGraph(space, rows, m);
  for (const batch of batches(rows.length)) {
    reference.insertBatch(batch, levels, 20);
    graph.insert(batch, 20);
  }
  expect(graph.entry).toEqual({ node: reference.entry, level: reference.entryLevel });
  for (const filled of [false, true]) {
    if (filled) {
      reference.fillRows();
      graph.fill();
    }
    levels.forEach((level, node) => {
      for (let at = 0; at <= level; at++) expect(graph.linksOf(node, at)).toEqual(reference.links[at][node]);
    });
  }
  const queries =
    rows[0] instanceof Uint8Array
      ? byteRows(5, rows[0].length, 6)
      : [...randomRows(5, rows[0].length, 6), padded(new Float32Array(rows[0].length))];
  for (const query of [...queries, rows[0]]) {
    for (const ef of [1, 7, 64, 1000]) expect(graph.search(query, ef)).toEqual(reference.search(query, ef));
    for (const factor of [1, 1.2, 3]) {
      for (const ef of [10, 1000])
        expect(graph.search(query, ef, 5, factor)).toEqual(reference.search(query, ef, 5, factor));
    }
  }
});

test('one batch that all choose the same few nodes links them back some at a time', () => {
  const rows = byteRows(900, 16, 6);
  const levels = new Uint8Array(rows.length);
  const graph = kernelGraph(SPACE.byteL2, rows, levels, 2, 50);
  const reference = new ReferenceGraph(SPACE.byteL2, rows, 2);
  for (const batch of [[0], [1], Array.from({ length: 898 }, (_, i) => i + 2)]) {
    reference.insertBatch(batch, levels, 20);
    graph.insert(batch, 20);
  }
  for (let node = 0; node < 900; node++) expect(graph.linksOf(node, 0)).toEqual(reference.links[0][node]);
});

describe.each([
  ['l2', SPACE.l2],
  ['dot', SPACE.dot],
])('%s', (_, space) => {
  test('a search as wide as the table gives the order of a full sort, far moves in the pool included', () => {
    const rows = randomRows(900, 6, 7);
    const graph = kernelGraph(space, rows, randomLevels(900, 8, 8), 8, 900);
    for (const batch of batches(900)) graph.insert(batch, 100);
    for (const query of randomRows(4, 6, 9)) {
      const found = graph.search(query, 900);
      const all = referenceScan(space, query, rows, 900);
      const reached = new Set(found.map((entry) => entry.position));
      expect(found).toEqual(all.filter((entry) => reached.has(entry.position)));
      expect(found.length).toBeGreaterThan(850);
    }
  });
});

test.each([0, 1.1])(
  'queries that take turns in three lanes find what each finds alone, factor %d',
  (factor) => {
    const rows = byteRows(500, 32, 13);
    const graph = kernelGraph(SPACE.byteL2, rows, randomLevels(500, 4, 14), 4, 100);
    for (const batch of batches(500)) graph.insert(batch, 30);
    const queries = byteRows(20, 32, 15);
    const { arena } = graph;
    for (const breadth of [1, 10, 100]) {
      for (const count of [1, 2, 3, 4, 20]) {
        const alone = queries.slice(0, count).map((query) => graph.search(query, breadth, 5, factor));
        const at = arena.tail(count * 64 + count * breadth * 8 + count * 4);
        queries.slice(0, count).forEach((query, i) => {
          arena.bytes(at + i * 64, 32).set(query as Uint8Array);
        });
        const pools = at + count * 64;
        const sizes = pools + count * breadth * 8;
        arena.kernels.searchGraphs(at, 64, count, breadth, 5, factor, pools, sizes);
        alone.forEach((expected, i) => {
          const words = arena.u32(pools + i * breadth * 8, expected.length * 2);
          expect(arena.u32(sizes, count)[i]).toBe(expected.length);
          expect(expected.map((_, j) => ({ position: words[2 * j] >>> 1, key: words[2 * j + 1] }))).toEqual(
            expected,
          );
        });
      }
    }
  },
);

test('a walk that sees more nodes than it remembers forgets them all', () => {
  const count = 6000;
  const rows = randomRows(count, 4, 16);
  const graph = kernelGraph(SPACE.l2, rows, randomLevels(count, 4, 17), 4, count);
  for (const batch of batches(count)) graph.insert(batch, 10);
  const narrow = graph.search(rows[7], 20);
  const wide = graph.search(rows[5], count);
  expect(wide.length).toBeGreaterThan(4096 + 512);
  expect(graph.search(rows[7], 20)).toEqual(narrow);
  expect(graph.search(rows[5], count)).toEqual(wide);
});

test('the stamps of visited nodes outlive their wrap at 255', () => {
  const rows = randomRows(100, 4, 10);
  const graph = kernelGraph(SPACE.l2, rows, randomLevels(100, 4, 11), 4, 30);
  for (const batch of batches(100)) graph.insert(batch, 30);
  const first = graph.search(rows[5], 30);
  for (let i = 0; i < 600; i++) expect(graph.search(rows[5], 30)).toEqual(first);
});

test('a link beyond the nodes is found wherever it stands', () => {
  const rows = randomRows(50, 4, 12);
  const { arena, insert, links, linkWords } = kernelGraph(SPACE.l2, rows, new Uint8Array(50), 4, 30);
  for (const batch of batches(50)) insert(batch, 30);
  expect(arena.kernels.linksWithin(links, linkWords, 50)).toBe(1);
  const words = arena.u32(links, linkWords);
  for (const at of [0, 1, 2, 3, linkWords - 1]) {
    const good = words[at];
    for (const bad of [50, 51, 2 ** 31, 0xfffffffe]) {
      words[at] = bad;
      expect(arena.kernels.linksWithin(links, linkWords, 50)).toBe(0);
    }
    words[at] = good;
  }
});
