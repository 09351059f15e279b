import {
  type Arena,
  aligned,
  GRAPH_SCRATCH_BYTES,
  laneBytes,
  linkSlots,
  markBytes,
  type Pointer,
} from '../../kernels/index.js';
import type { MemberSetup } from '../team/index.js';
import { upperRows } from './levels.js';

/** Sizes that follow from M. */
export function linkShape(m: number) {
  return { below: linkSlots(2 * m), above: linkSlots(m) };
}

/** Bytes a graph takes beside the rows. @param upper rows above level 0 */
export function graphBytes(nodes: number, m: number, upper: number): number {
  const { below, above } = linkShape(m);
  const blocks = [
    nodes * below * 4,
    upper * above * 4,
    nodes * 4,
    nodes,
    nodes,
    GRAPH_SCRATCH_BYTES,
    lanesBytes(nodes),
  ];
  return blocks.reduce((sum, bytes) => sum + aligned(bytes), 0);
}

/** Walks of a thread that are under way at once: of queries of a batch, of nodes that are linked. */
export const LANES = 8;

/** Bytes setLanes() wants. */
export function lanesBytes(nodes: number, lanes = LANES): number {
  return 64 + lanes * laneBytes(nodes);
}

/** Bytes of the pools a thread builds with: one for the levels above, one for each lane. */
function memberPools(breadth: number): number {
  return (1 + LANES) * breadth * 8;
}

/** Bytes each further thread takes to build. */
export function memberBytes(nodes: number, breadth: number): number {
  const blocks = [nodes, GRAPH_SCRATCH_BYTES, lanesBytes(nodes), memberPools(breadth)];
  return blocks.reduce((sum, bytes) => sum + aligned(bytes), 0);
}

/** How wide a walk is and when it ends, see searchGraphs(). */
export interface WalkRule {
  breadth: number;
  depth: number;
  factor: number;
}

/** A graph's arrays in an arena, over the codes the kernels were given there. */
export class GraphArena {
  readonly arena: Arena;
  readonly nodes: number;
  readonly m: number;
  /** Rows above level 0. */
  readonly upperCount: number;
  readonly links: Pointer;
  readonly upper: Pointer;
  private readonly upperFirst: Pointer;
  private readonly levels: Pointer;
  private readonly visited: Pointer;
  private readonly scratch: Pointer;
  private readonly lanes: Pointer;

  /** Links are whatever the arena holds, zeros at first: fill them. */
  constructor(arena: Arena, levels: Uint8Array, m: number) {
    const nodes = levels.length;
    const { below, above } = linkShape(m);
    const { first, total } = upperRows(levels);
    this.arena = arena;
    this.nodes = nodes;
    this.m = m;
    this.upperCount = total;
    this.links = arena.allocate(nodes * below * 4);
    this.upper = arena.allocate(total * above * 4);
    this.upperFirst = arena.allocate(nodes * 4);
    this.levels = arena.allocate(nodes);
    this.visited = arena.allocate(nodes);
    this.scratch = arena.allocate(GRAPH_SCRATCH_BYTES);
    this.lanes = arena.allocate(lanesBytes(nodes));
    arena.u32(this.upperFirst, nodes).set(first);
    arena.bytes(this.levels, nodes).set(levels);
  }

  /** What a thread builds with; the first has the graph's own scratch, others get theirs here. */
  member(breadth: number, first: boolean): NonNullable<MemberSetup['graph']> {
    const { arena, nodes, m } = this;
    const { below, above } = linkShape(m);
    return {
      nodes,
      m,
      links: this.links,
      linkBytes: below * 4,
      upper: this.upper,
      upperBytes: above * 4,
      upperFirst: this.upperFirst,
      levels: this.levels,
      visitedAt: first ? this.visited : arena.allocate(nodes),
      poolAt: arena.allocate(memberPools(breadth)),
      scratchAt: first ? this.scratch : arena.allocate(GRAPH_SCRATCH_BYTES),
      lanesAt: first ? this.lanes : arena.allocate(lanesBytes(nodes)),
      lanes: LANES,
    };
  }

  /** Names the arrays to the arena's own kernels. */
  select(): void {
    const { below, above } = linkShape(this.m);
    this.arena.kernels.setGraph(
      this.nodes,
      this.m,
      this.links,
      below * 4,
      this.upper,
      above * 4,
      this.upperFirst,
      this.levels,
      this.visited,
    );
    this.arena.kernels.setLanes(this.lanes, laneBytes(this.nodes), LANES, markBytes(this.nodes));
  }

  linkBytes(): Uint8Array {
    return this.arena.bytes(this.links, this.nodes * linkShape(this.m).below * 4);
  }

  upperBytes(): Uint8Array {
    return this.arena.bytes(this.upper, this.upperCount * linkShape(this.m).above * 4);
  }

  /**
   * Walks the graph for queries that stand `queryBytes` apart; codes, graph and entry must have been named to the
   * kernels. See searchGraphs() for the rules a walk ends by.
   * @param at 8-byte aligned, poolBytes(count, breadth)
   * @returns pools at `at`, `breadth` entries apart, best first: id · 2 + flag and key; and how many each holds
   */
  searchMany(
    queries: Pointer,
    queryBytes: number,
    count: number,
    { breadth, depth, factor }: WalkRule,
    at: Pointer,
  ) {
    const { kernels } = this.arena;
    const sizes = at + count * breadth * 8;
    kernels.setScratch(at, this.scratch);
    kernels.searchGraphs(queries, queryBytes, count, breadth, depth, factor, at, sizes);
    return this.arena.u32(sizes, count);
  }

  /** The same of one query. @returns a pool at the tail of the arena */
  search(query: Pointer, rule: WalkRule): { pool: Pointer; size: number } {
    const pool = this.arena.tail(poolBytes(1, rule.breadth));
    const [size] = this.searchMany(query, 0, 1, rule, pool);
    return { pool, size };
  }

  /** The same of one query among what a filter leaves. @param seeds nodes of it, at most 128 */
  searchFiltered(
    query: Pointer,
    breadth: number,
    mask: Pointer,
    seeds: Uint32Array,
  ): { pool: Pointer; size: number } {
    const pool = this.arena.tail(breadth * 8 + seeds.byteLength);
    const seedsAt = pool + breadth * 8;
    this.arena.u32(seedsAt, seeds.length).set(seeds);
    const { kernels } = this.arena;
    kernels.setScratch(pool, this.scratch);
    return { pool, size: kernels.searchFiltered(query, breadth, mask, seedsAt, seeds.length) };
  }

  /** Nodes near a query, nearest first, of a search `breadth` wide. */
  nearest(query: Pointer, breadth: number): Uint32Array {
    const { pool, size } = this.search(query, { breadth, depth: 0, factor: 0 });
    const words = this.arena.u32(pool, size * 2);
    return Uint32Array.from({ length: size }, (_, i) => words[2 * i] >>> 1);
  }
}

/** Bytes of the pools of some queries, and of their sizes. */
export function poolBytes(queries: number, breadth: number): number {
  return queries * (breadth * 8 + 4);
}
