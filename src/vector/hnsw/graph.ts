import { type Arena, aligned, GRAPH_SCRATCH_BYTES, linkSlots, type Pointer } from '../../kernels/index.js';
import { upperRows } from './levels.js';

/** Sizes that follow from M. */
export function linkShape(m: number) {
  return { below: linkSlots(2 * m), above: linkSlots(m) };
}

/** Bytes a graph takes beside the rows. @param upper rows above level 0 */
export function graphBytes(nodes: number, m: number, upper: number): number {
  const { below, above } = linkShape(m);
  const blocks = [nodes * below * 4, upper * above * 4, nodes * 4, nodes, nodes, GRAPH_SCRATCH_BYTES];
  return blocks.reduce((sum, bytes) => sum + aligned(bytes), 0);
}

/** A graph's arrays in an arena, over the rows the kernels were given there. */
export class GraphArena {
  readonly arena: Arena;
  readonly nodes: number;
  readonly m: number;
  /** Rows above level 0. */
  readonly upperCount: number;
  readonly links: Pointer;
  readonly upper: Pointer;
  private readonly scratch: Pointer;

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
    const firstAt = arena.allocate(nodes * 4);
    const levelsAt = arena.allocate(nodes);
    const visited = arena.allocate(nodes);
    this.scratch = arena.allocate(GRAPH_SCRATCH_BYTES);
    arena.u32(firstAt, nodes).set(first);
    arena.bytes(levelsAt, nodes).set(levels);
    arena.kernels.setGraph(
      nodes,
      m,
      this.links,
      below * 4,
      this.upper,
      above * 4,
      firstAt,
      levelsAt,
      visited,
    );
  }

  linkBytes(): Uint8Array {
    return this.arena.bytes(this.links, this.nodes * linkShape(this.m).below * 4);
  }

  upperBytes(): Uint8Array {
    return this.arena.bytes(this.upper, this.upperCount * linkShape(this.m).above * 4);
  }

  /** Gives searches of up to `breadth` candidates a pool. */
  reserve(breadth: number): Pointer {
    const pool = this.arena.tail(breadth * 8);
    this.arena.kernels.setScratch(pool, this.scratch);
    return pool;
  }

  /**
   * Nodes near a query, nearest first.
   * @param keep at most so many of the `breadth` found
   */
  search(query: Pointer, breadth: number, keep: number): Uint32Array {
    const pool = this.reserve(breadth);
    const size = this.arena.kernels.searchGraph(query, breadth);
    const words = this.arena.u32(pool, size * 2);
    const ids = new Uint32Array(Math.min(size, keep));
    for (let i = 0; i < ids.length; i++) ids[i] = words[2 * i] >>> 1;
    return ids;
  }
}
