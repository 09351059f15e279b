import type { Pointer } from './pointer.js';

/** Of what kernels.wasm exports (see exports.ts), what builds graphs and walks over them. */
export interface GraphExports {
  /**
   * Names the arrays of a graph over the codes and forgets every visit.
   * @param links level-0 rows of 2 · m ids, `linkBytes` apart, ended by NO_LINK
   * @param upper rows of m ids, `upperBytes` apart: levels 1, 2, … of a node follow each other
   * @param upperFirst u32[nodes], number of a node's first row in `upper`
   * @param levels u8[nodes] @param visited u8[nodes], scratch
   */
  setGraph(
    nodes: number,
    m: number,
    links: Pointer,
    linkBytes: number,
    upper: Pointer,
    upperBytes: number,
    upperFirst: Pointer,
    levels: Pointer,
    visited: Pointer,
  ): void;
  /**
   * @param pool u64[the widest search to come]; for chooseLinks() a further one for each lane
   * @param scratch GRAPH_SCRATCH_BYTES, 16-byte aligned
   */
  setScratch(pool: Pointer, scratch: Pointer): void;
  /** Where searches start. A level of -1 means there are no nodes yet. */
  setEntry(node: number, level: number): void;
  /**
   * For nodes not yet linked: finds their neighbours in the graph as it is and writes the nodes' own
   * rows, which were all NO_LINK. Reads no row of another node in the batch, so threads may share it.
   * As many nodes are under way at once as setLanes() named.
   * @param nodes u32[…], `from` to `to` of it @param breadth efConstruction
   */
  chooseLinks(nodes: Pointer, from: number, to: number, breadth: number): void;
  /**
   * Lists, for every node chosen by nodes `from` to `to` on a level, who chose it, in that order.
   * @param heads u32[nodes of the graph], NO_LINK each: becomes a target's first edge
   * @param sources u32[edges], who chose @param nexts u32[edges], the edge after it or NO_LINK
   * @param targets u32[edges] @returns how many targets there are
   */
  collectLinks(
    nodes: Pointer,
    from: number,
    to: number,
    level: number,
    heads: Pointer,
    sources: Pointer,
    nexts: Pointer,
    targets: Pointer,
  ): number;
  /** Links targets `from` to `to` back to those that chose them, and clears their heads. Threads may share it. */
  linkBack(
    targets: Pointer,
    from: number,
    to: number,
    level: number,
    heads: Pointer,
    sources: Pointer,
    nexts: Pointer,
  ): void;
  /**
   * Fills free slots of level-0 rows `from` to `to` with the nearest of the neighbours' neighbours.
   * @param counts u8[nodes], links of each row before: only these are followed, so threads may share it
   */
  fillRows(from: number, to: number, counts: Pointer): void;
  /**
   * Names a table of what the way down reads: the nodes above level 0, a number each, the highest level first. Without
   * one (a level of -1) searches read the graph itself. What they find is the same.
   * @param codes rows as in setCodes, by number
   * @param rows u32 rows of the numbers linked, `rowBytes` apart, levels 1, 2, … of a node one behind the other
   * @param firsts u32 by number, its first row @param ids u32 by number, its node
   * @param entry a number @param level the entry's
   */
  setDescent(
    codes: Pointer,
    rows: Pointer,
    rowBytes: number,
    firsts: Pointer,
    ids: Pointer,
    entry: number,
    level: number,
  ): void;
  /**
   * Names the lanes of searchGraphs() and chooseLinks(): as many queries, or nodes, are under way at once.
   * @param at 64 bytes, then lanes of laneBytes(nodes) each, `bytes` apart, zeros @param count 16 at most
   * @param markBytes of a bit for each node, whole words
   */
  setLanes(at: Pointer, bytes: number, count: number, markBytes: number): void;
  /**
   * Leaves the nearest nodes found in pools, best first. Each query finds what it would find alone.
   * @param queries `queryBytes` apart
   * @param breadth efSearch, the most that are kept
   * @param depth, factor above 0: ends, too, when all that is left is farther than `factor` times the squared distance
   *   of the depth-th best; no rule for inner products of bytes, which are no distances
   * @param pools u64[count][breadth] @param sizes u32[count], entries of each
   */
  searchGraphs(
    queries: Pointer,
    queryBytes: number,
    count: number,
    breadth: number,
    depth: number,
    factor: number,
    pools: Pointer,
    sizes: Pointer,
  ): void;
  /**
   * The walk of searchGraphs() on level 0 for one query, in steps, in the first lane: what a step looks at may be put in
   * its place before. Ends when stepWalk() chooses none.
   * @param pool u64[breadth] @param node, key where it begins
   */
  beginWalk(query: Pointer, pool: Pointer, breadth: number, node: number, key: number): void;
  /**
   * Measures what gatherWalk() listed, and chooses what to expand. @param depth, factor as in searchGraphs()
   * @param out u32[2], the nodes chosen, whose links are looked at next @returns how many
   */
  stepWalk(breadth: number, depth: number, factor: number, out: Pointer): number;
  /** Lists what the chosen lead to, unseen so far. @param out u32[2]: where their numbers stand, and how many */
  gatherWalk(out: Pointer): void;
  /** Forgets what was seen. @returns entries in the pool */
  endWalk(): number;
  /**
   * The same of one query among nodes that a filter leaves, over those that it doesn't: pool is setScratch()'s, and of
   * the lanes one is used. Fewer than `breadth` may be found.
   * @param mask a bit for each node, bit i % 32 of word i / 32
   * @param seeds u32[seedCount], nodes that are left, to begin at as well; at most 128
   * @returns entries of the pool
   */
  searchFiltered(query: Pointer, breadth: number, mask: Pointer, seeds: Pointer, seedCount: number): number;
  /** Takes the entries of a pool out that the mask does not have; the others stay in order. @returns how many stay */
  keepAllowed(pool: Pointer, size: number, mask: Pointer): number;

  /** 1 when each of `count` (a multiple of 4) link slots is NO_LINK or below `nodes`. */
  linksWithin(links: Pointer, count: number, nodes: number): number;
}
