import { beforeAll, describe, expect, test } from 'vitest';
import {
  Arena,
  GRAPH_SCRATCH_BYTES,
  linkSlots,
  NO_LINK,
  SPACE,
  type Space,
} from '../../src/kernels/index.js';
import { ReferenceGraph } from '../../src/kernels/reference/graph.js';
import { type Entry, referenceScan } from '../../src/kernels/reference/scan.js';
import { kernelsBuilt } from './built.js';
import { padded, place, random, randomRows } from './rows.js';

beforeAll(kernelsBuilt);

/** A graph in an arena, set up by hand as a caller would. */
function kernelGraph(space: Space, rows: Float32Array[], levels: Uint8Array, m: number, widest: number) {
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
  const pool = block(widest * 8);
  arena.kernels.setCodes(at, rows[0].length * 4, space);
  const visited = block(rows.length);
  arena.kernels.setGraph(rows.length, m, links, below * 4, upper, above * 4, first, levelsAt, visited);
  arena.kernels.setScratch(pool, block(GRAPH_SCRATCH_BYTES));
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
  const search = (query: Float32Array, ef: number): Entry[] => {
    const queryAt = arena.tail(query.byteLength);
    arena.f32(queryAt, query.length).set(query);
    const size = arena.kernels.searchGraph(queryAt, ef);
    const words = arena.u32(pool, size * 2);
    return Array.from({ length: size }, (_, i) => ({ position: words[2 * i] >>> 1, key: words[2 * i + 1] }));
  };
  return { arena, linksOf, search, links, linkWords: rows.length * below };
}

function randomLevels(count: number, m: number, seed: number): Uint8Array {
  const next = random(seed);
  return Uint8Array.from({ length: count }, () =>
    Math.min(6, Math.floor(-Math.log(1 - next()) / Math.log(m))),
  );
}

const cases: [string, Float32Array[], number][] = [
  ['random rows', randomRows(400, 12, 3), 4],
  ['full rows of links', randomRows(300, 3, 4), 8],
  ['rows that repeat', Array.from({ length: 150 }, (_, i) => padded([i % 4, (i >> 2) % 2, 1])), 3],
  ['equal rows', Array.from({ length: 60 }, () => padded([1, 2])), 2],
  ['infinite distances', Array.from({ length: 40 }, (_, i) => padded([i % 2 ? 3e38 : -3e38, i])), 4],
];

describe.each(Object.entries(SPACE))('%s', (_, space) => {
  test.each(cases)('links and answers are the reference: %s', (_, rows, m) => {
    const levels = randomLevels(rows.length, m, 5);
    const graph = kernelGraph(space, rows, levels, m, 1000);
    const reference = new ReferenceGraph(space, rows, m);
    levels.forEach((level, node) => {
      reference.insert(node, level, 20);
    });
    graph.arena.kernels.insertRows(0, 1, 20);
    graph.arena.kernels.insertRows(1, rows.length, 20);
    expect(graph.arena.kernels.graphEntry()).toBe(reference.entry);
    expect(graph.arena.kernels.graphLevels()).toBe(reference.entryLevel);
    levels.forEach((level, node) => {
      for (let at = 0; at <= level; at++) expect(graph.linksOf(node, at)).toEqual(reference.links[at][node]);
    });
    for (const query of [
      ...randomRows(5, rows[0].length, 6),
      rows[0],
      padded(new Float32Array(rows[0].length)),
    ]) {
      for (const ef of [1, 7, 64, 1000]) expect(graph.search(query, ef)).toEqual(reference.search(query, ef));
    }
  });

  test('a search as wide as the table gives the order of a full sort, far moves in the pool included', () => {
    const rows = randomRows(900, 6, 7);
    const graph = kernelGraph(space, rows, randomLevels(900, 8, 8), 8, 900);
    graph.arena.kernels.insertRows(0, 900, 100);
    for (const query of randomRows(4, 6, 9)) {
      const found = graph.search(query, 900);
      const all = referenceScan(space, query, rows, 900);
      const reached = new Set(found.map((entry) => entry.position));
      expect(found).toEqual(all.filter((entry) => reached.has(entry.position)));
      expect(found.length).toBeGreaterThan(850);
    }
  });
});

test('the stamps of visited nodes outlive their wrap at 255', () => {
  const rows = randomRows(100, 4, 10);
  const graph = kernelGraph(SPACE.l2, rows, randomLevels(100, 4, 11), 4, 30);
  graph.arena.kernels.insertRows(0, 100, 30);
  const first = graph.search(rows[5], 30);
  for (let i = 0; i < 600; i++) expect(graph.search(rows[5], 30)).toEqual(first);
});

test('a link beyond the nodes is found wherever it stands', () => {
  const rows = randomRows(50, 4, 12);
  const { arena, links, linkWords } = kernelGraph(SPACE.l2, rows, new Uint8Array(50), 4, 30);
  arena.kernels.insertRows(0, 50, 30);
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
