import { expect, test } from 'vitest';
import { NO_LINK } from '../../src/kernels/index.js';
import { reachAll } from '../../src/vector/hnsw/repair.js';
import { random } from '../kernels/rows.js';

/** Rows of 16 slots of which `most` are used. */
function baseLinks(rows: number[][], most: number) {
  const links = new Uint32Array(rows.length * 16).fill(NO_LINK);
  rows.forEach((row, node) => {
    links.set(row, node * 16);
  });
  return { links, slots: 16, most };
}

function reached({ links }: { links: Uint32Array }, entry: number): Set<number> {
  const seen = new Set([entry]);
  for (const node of seen) {
    for (const link of links.subarray(node * 16, node * 16 + 16)) if (link !== NO_LINK) seen.add(link);
  }
  return seen;
}

test('nothing is touched when everything is reached', () => {
  const base = baseLinks([[1], [2], [0]], 4);
  const before = base.links.slice();
  expect(reachAll(base, 0, () => Uint32Array.of())).toBe(0);
  expect(base.links).toEqual(before);
});

test('a lost node is linked from the nearest that is reached, its own links bring the rest', () => {
  const base = baseLinks([[1], [0], [3], [2], [2]], 4);
  expect(reachAll(base, 0, (node) => (node === 2 ? Uint32Array.of(3, 1, 0) : Uint32Array.of(1)))).toBe(2);
  expect([...base.links.subarray(16, 19)]).toEqual([0, 2, 4]);
  expect(reached(base, 0).size).toBe(5);
});

test('a full row gives up a link that nothing depends on', () => {
  // Node 0 is full: 1 to 3 are reached by it, its link to itself's neighbour 4 is 3's tree link.
  const base = baseLinks([[1, 2, 3, 1], [4], [0], [0], [0], []], 4);
  expect(reachAll(base, 0, () => Uint32Array.of(0))).toBe(1);
  expect(reached(base, 0).size).toBe(6);
});

test('every random graph becomes connected, within its rows, without repeats', () => {
  const next = random(1);
  for (let round = 0; round < 200; round++) {
    const nodes = 1 + Math.floor(next() * 60);
    const most = 4;
    const rows = Array.from({ length: nodes }, (_, node) => {
      const row = new Set<number>();
      for (let i = Math.floor(next() * 5); i > 0; i--) row.add(Math.floor(next() ** 2 * nodes));
      row.delete(node);
      return [...row];
    });
    const base = baseLinks(rows, most);
    reachAll(base, nodes - 1, () => Uint32Array.from({ length: 3 }, () => Math.floor(next() * nodes)));
    expect(reached(base, nodes - 1).size).toBe(nodes);
    for (let node = 0; node < nodes; node++) {
      const row = [...base.links.subarray(node * 16, node * 16 + 16)];
      const links = row.filter((link) => link !== NO_LINK);
      expect(row.slice(0, links.length)).toEqual(links);
      expect(links.length).toBeLessThanOrEqual(most);
      expect(new Set(links).size).toBe(links.length);
      expect(links).not.toContain(node);
    }
  }
});
