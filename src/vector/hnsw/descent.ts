import type { Pointer } from '../../kernels/index.js';
import { NO_LINK } from '../../kernels/index.js';
import { type GraphArena, linkShape } from './graph.js';
import { upperRows } from './levels.js';

/**
 * Copies what the way down to level 0 reads into one table, some 7 % of the codes with M = 16, and names
 * it to the kernels. The levels above hold few nodes all over the codes: read from there, each step of
 * the descent misses the cache and the address table, a fifth of a search at efSearch 20.
 * @param codes where the codes are, `stride` bytes each
 */
export function tabulateDescent(
  graph: GraphArena,
  levels: Uint8Array,
  codes: { base: Pointer; stride: number },
  entry: number,
): void {
  const { arena, m } = graph;
  const { above } = linkShape(m);
  const nodes = above0(levels);
  const numbers = new Map<number, number>();
  for (let number = 0; number < nodes.length; number++) numbers.set(nodes[number], number);
  const top = numbers.get(entry);
  if (top === undefined) return;

  const codesAt = arena.allocate(nodes.length * codes.stride);
  const rowsAt = arena.allocate(graph.upperCount * above * 4);
  const firstsAt = arena.allocate(nodes.length * 4);
  const idsAt = arena.allocate(nodes.length * 4);
  const { first } = upperRows(levels);
  const upper = arena.u32(graph.upper, graph.upperCount * above);
  const rows = arena.u32(rowsAt, graph.upperCount * above);
  const firsts = arena.u32(firstsAt, nodes.length);
  arena.u32(idsAt, nodes.length).set(nodes);
  let next = 0;
  nodes.forEach((node, number) => {
    const from = codes.base + node * codes.stride;
    arena.bytes(codesAt + number * codes.stride, codes.stride).set(arena.bytes(from, codes.stride));
    firsts[number] = next;
    for (let row = first[node]; row < first[node] + levels[node]; row++, next++) {
      for (let slot = 0; slot < above; slot++) {
        const link = upper[row * above + slot];
        rows[next * above + slot] = numbers.get(link) ?? NO_LINK;
      }
    }
  });
  arena.kernels.setDescent(codesAt, rowsAt, above * 4, firstsAt, idsAt, top, levels[entry]);
}

/** Nodes above level 0, the highest level first, else in order. */
function above0(levels: Uint8Array): Uint32Array {
  const nodes: number[] = [];
  levels.forEach((level, node) => {
    if (level > 0) nodes.push(node);
  });
  return Uint32Array.from(nodes.sort((a, b) => levels[b] - levels[a] || a - b));
}
