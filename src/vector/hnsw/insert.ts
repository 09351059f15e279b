import type { Arena, Pointer } from '../../kernels/index.js';
import { hash32 } from '../random.js';
import { JOB, type MemberSetup, Team } from '../team/index.js';
import { type GraphArena, LANES, linkShape } from './graph.js';

/**
 * A batch is at most this share of the nodes that are linked: those in it do not see each other. And
 * at most this many: the more there are, the nearer stand those that are linked one after the other (1,024 take
 * an eighth longer on SIFT-128-200k, of the same recall).
 */
const BATCH_SHARE = 32;
const BATCH_MOST = 4096;
/** Rows a thread takes at once. */
const CHUNK = 8;
/** Nodes a thread takes at once: the last of them walk alone, so several times as many as there are lanes. */
const NODES = 4 * LANES;
/** Below this many nodes a second thread is not worth its start. */
const TEAM_LEAST = 2000;

/** Threads that are worth it: no more than a batch has pieces. */
export function builders(nodes: number, threads: number): number {
  return nodes < TEAM_LEAST ? 1 : Math.max(1, Math.min(threads, BATCH_MOST / NODES));
}

/** Bytes a build works with beside the graph: what workspace() allocates, each block rounded up. */
export function insertBytes(nodes: number, m: number): number {
  return nodes * 9 + BATCH_MOST * m * 12 + 256;
}

export interface Built {
  entry: number;
  maxLevel: number;
}

/** Where a build keeps what it works with beside the graph. */
interface Workspace {
  nodesAt: Pointer;
  heads: Pointer;
  lists: [Pointer, Pointer];
  targets: Pointer;
  /** Links of each node, for fillRows. */
  counts: Pointer;
}

function workspace({ arena, nodes, m }: GraphArena): Workspace {
  const edges = Math.min(BATCH_MOST, nodes) * m * 4;
  return {
    nodesAt: arena.allocate(nodes * 4),
    heads: arena.allocate(nodes * 4),
    lists: [arena.allocate(edges), arena.allocate(edges)],
    targets: arena.allocate(edges),
    counts: arena.allocate(nodes),
  };
}

/** Links the nodes of a graph, in batches, on some threads; the same links on any number. */
export class GraphBuild {
  private readonly arena: Arena;
  private readonly graph: GraphArena;
  private readonly levels: Uint8Array;
  private readonly breadth: number;
  private readonly team: Team;
  private readonly space: Workspace;
  private entry = 0;
  private entryLevel = -1;

  private constructor(graph: GraphArena, levels: Uint8Array, breadth: number, team: Team, space: Workspace) {
    this.arena = graph.arena;
    this.graph = graph;
    this.levels = levels;
    this.breadth = breadth;
    this.team = team;
    this.space = space;
  }

  static async begin(
    graph: GraphArena,
    codes: NonNullable<MemberSetup['codes']>,
    levels: Uint8Array,
    breadth: number,
    threads: number,
  ): Promise<GraphBuild> {
    graph.linkBytes().fill(0xff);
    graph.upperBytes().fill(0xff);
    const setups = Array.from({ length: threads }, (_, i) => ({
      codes,
      graph: graph.member(breadth, i === 0),
    }));
    // All memory is there before threads start: one that grows while they run is not the same size to all of them at once.
    const space = workspace(graph);
    return new GraphBuild(graph, levels, breadth, await Team.gather(graph.arena, setups), space);
  }

  /** @param nodes in the order they are inserted @param turn called now and then with nodes done */
  async insert(nodes: Uint32Array, turn: (done: number) => void): Promise<Built> {
    const { arena, levels, graph, breadth } = this;
    if (nodes.length > graph.nodes) throw new Error(`${nodes.length} nodes for a graph of ${graph.nodes}`);
    const { nodesAt, heads, lists, targets } = this.space;
    arena.u32(nodesAt, nodes.length).set(nodes);
    arena.u32(heads, nodes.length).fill(0xffffffff);
    let size = 1;
    for (let from = 0; from < nodes.length; from += size) {
      size = Math.min(nodes.length - from, BATCH_MOST, Math.max(1, Math.floor(from / BATCH_SHARE)));
      const to = from + size;
      // Codes that stand near each other are near: what one walk brought into the cache serves the next (14 % less time).
      arena.u32(nodesAt, nodes.length).subarray(from, to).sort();
      if (this.entryLevel >= 0) {
        const choose = [nodesAt, breadth, this.entry, this.entryLevel];
        await this.team.run(JOB.chooseLinks, from, to, choose, NODES, turn);
        for (let level = this.entryLevel; level >= 0; level--) {
          const count = arena.kernels.collectLinks(
            nodesAt,
            from,
            to,
            level,
            heads,
            lists[0],
            lists[1],
            targets,
          );
          await this.team.run(JOB.linkBack, 0, count, [targets, level, heads, ...lists], 4 * CHUNK);
        }
      }
      for (let i = from; i < to; i++) {
        if (levels[nodes[i]] <= this.entryLevel) continue;
        this.entry = nodes[i];
        this.entryLevel = levels[nodes[i]];
      }
    }
    arena.kernels.setEntry(this.entry, this.entryLevel);
    return { entry: this.entry, maxLevel: this.entryLevel };
  }

  /** Fills the free slots of all level-0 rows. */
  async fillRows(turn: (done: number) => void): Promise<void> {
    const { arena, graph } = this;
    const { below } = linkShape(graph.m);
    const at = this.space.counts;
    const counts = arena.bytes(at, graph.nodes);
    const links = arena.u32(graph.links, graph.nodes * below);
    for (let node = 0; node < graph.nodes; node++) {
      let count = 0;
      while (count < 2 * graph.m && links[node * below + count] !== 0xffffffff) count++;
      counts[node] = count;
    }
    await this.team.run(JOB.fillRows, 0, graph.nodes, [at], 8 * CHUNK, turn);
  }

  end(): void {
    this.team.goHome();
  }
}

/** Numbers 0 to count - 1 shuffled by the seed (Fisher-Yates): documents may come sorted, batches must not be alike. */
export function shuffled(count: number, seed: number): Uint32Array {
  const numbers = Uint32Array.from({ length: count }, (_, i) => i);
  for (let left = count; left > 1; left--) {
    // The high part of a 32 x 32 bit product: even enough, and whole numbers below 2^53 only.
    const other = Math.floor((hash32(seed, left) * left) / 2 ** 32);
    const held = numbers[left - 1];
    numbers[left - 1] = numbers[other];
    numbers[other] = held;
  }
  return numbers;
}
