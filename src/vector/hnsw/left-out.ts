import { NO_LINK, type Pointer, type Space } from '../../kernels/index.js';
import type { LeftOut, VectorSearcher } from '../kind.js';
import { type GraphArena, linkShape } from './graph.js';

/** Codes that a graph stands on, and the space two of them are compared in. */
interface NodeCodes {
  base: Pointer;
  stride: number;
  width: number;
  space: Space;
}

/** A row of links as it is while a node is gone. */
interface Patch {
  node: number;
  row: Uint32Array;
}

/**
 * Takes nodes of level 0 alone out of a graph, one at a time, as if they had never been inserted: each node that links
 * to such a one links to another of its neighbours instead, the nearest that lies in a direction of its own, as when a
 * graph is built, if there is one. Passing such a node over without that would leave holes where its query begins,
 * which queries don't find. O(links) to begin with.
 */
export function leaveOut(
  nodes: Uint32Array,
  graph: GraphArena,
  codes: NodeCodes,
  search: VectorSearcher['search'],
): LeftOut {
  const { below } = linkShape(graph.m);
  const links = () => graph.arena.u32(graph.links, graph.nodes * below);
  const sources = sourcesOf(nodes, links(), below);
  const patches: Patch[][] = Array.from(nodes, (node, i) =>
    sources[i].map((source) => ({ node: source, row: rowWithout(node, source, graph, codes) })),
  );
  /** Twice makes it as it was. */
  const exchange = (patch: Patch) => {
    const row = links().subarray(patch.node * below, (patch.node + 1) * below);
    const before = row.slice();
    row.set(patch.row);
    patch.row = before;
  };
  return {
    search(i, query, request) {
      patches[i].forEach(exchange);
      try {
        return search(query, request);
      } finally {
        patches[i].forEach(exchange);
      }
    },
  };
}

/** Nodes that link to each of some nodes. */
function sourcesOf(nodes: Uint32Array, links: Uint32Array, slots: number): number[][] {
  const numbers = new Uint32Array(links.length / slots).fill(NO_LINK);
  nodes.forEach((node, i) => {
    numbers[node] = i;
  });
  const sources: number[][] = Array.from(nodes, () => []);
  for (let at = 0; at < links.length; at++) {
    if (links[at] === NO_LINK || numbers[links[at]] === NO_LINK) continue;
    sources[numbers[links[at]]].push(Math.floor(at / slots));
  }
  return sources;
}

/** The links of a node without one of them. */
function rowWithout(node: number, source: number, graph: GraphArena, codes: NodeCodes): Uint32Array {
  const { arena, links, m } = graph;
  const { below } = linkShape(m);
  const linksOf = (from: number) =>
    arena.u32(links + from * below * 4, below).filter((link) => link !== NO_LINK);
  const { base, stride, width, space } = codes;
  arena.kernels.setCodes(base, stride, width, space);
  const key = (a: number, b: number) =>
    arena.kernels.keyBetween(base + a * stride, base + b * stride, width) >>> 0;
  const others = linksOf(source).filter((link) => link !== node);
  const candidates = Array.from(linksOf(node))
    .filter((link) => link !== source && !others.includes(link))
    .map((link) => ({ link, key: key(source, link) }))
    .sort((a, b) => a.key - b.key || a.link - b.link);
  const chosen = candidates.find((candidate) =>
    others.every((other) => key(other, candidate.link) >= candidate.key),
  );
  const row = new Uint32Array(below).fill(NO_LINK);
  row.set(others);
  if (chosen !== undefined) row[others.length] = chosen.link;
  return row;
}
