import type { Candidates } from '../../branch/index.js';
import { CorruptError } from '../../errors/index.js';
import { type Arena, laneBytes, markBytes, NO_LINK, type Pointer } from '../../kernels/index.js';
import type { Pages } from '../../segment/index.js';
import { type CodeTable, openCodes, openRows } from '../codes/index.js';
import { FiledDocuments } from '../documents.js';
import type { VectorRequest, VectorSearcher } from '../kind.js';
import { expectShape, type VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { SLACK, VectorRows } from '../rows.js';
import { lanesBytes, linkShape, type WalkRule } from './graph.js';
import { LEVEL_BLOCK } from './levels.js';
import { graphMeta, keyPower, ruleOf } from './search.js';

/**
 * The graph of a segment left in its file: a search reads the nodes it meets. The walk is that of the kernels in steps
 * (assembly/steps.ts): between them what it is about to look at is read to its place. Answers are those of HnswSearcher to
 * the bit. For one query, or a few: each costs some hundred reads.
 */
export class ColdHnswSearcher implements VectorSearcher {
  readonly rows: VectorRows;
  private readonly part: VectorPart;
  private readonly codes: CodeTable | undefined;
  private readonly power: number;
  private readonly graph: GraphPages;
  private readonly vectors: Pages;
  private readonly stride: number;
  /** Nodes whose distances are wanted on the way down, and their entries. */
  private readonly nodesAt: Pointer;
  private readonly entriesAt: Pointer;
  private readonly queryAt: Pointer;
  /** What a step of the walk says. */
  private readonly chosen: Uint32Array;
  private readonly chosenAt: Pointer;

  /** @throws CorruptError, ResourceError */
  constructor(part: VectorPart) {
    this.part = part;
    this.rows = new VectorRows(part, new FiledDocuments(part), openRows(part));
    const { arena } = this.rows;
    this.graph = new GraphPages(part, arena);
    this.codes = openCodes(part, arena, false);
    this.power = keyPower(part.field);
    this.stride = this.codes?.stride ?? part.rowBytes;
    const { most } = this.graph;
    const array = this.codes === undefined ? 'rows' : 'codes';
    const entries = { entryBytes: this.stride, entries: most };
    this.vectors = part.reader.pages(`${part.name}/${array}`, arena, entries);
    this.nodesAt = arena.allocate(most * 4);
    this.entriesAt = arena.allocate(most * 8);
    this.queryAt = arena.allocate(this.codes?.queryBytes ?? 0);
    this.chosenAt = arena.allocate(8);
    this.chosen = arena.u32(this.chosenAt, 2);
  }

  search(query: QueryVector, request: VectorRequest): Candidates {
    const { depth } = request;
    const rule = ruleOf(request, this.power);
    const { breadth } = rule;
    if (breadth >= this.part.count) return this.rows.exact(query, depth);
    this.rows.setQuery(query);
    const compared =
      this.codes === undefined
        ? this.rows.compared()
        : { query: this.queryAt, ...this.codes, space: this.codes.place(query, this.queryAt) };
    const { arena } = this.rows;
    arena.kernels.setCodes(this.vectors.base, this.stride, compared.width, compared.space);
    this.graph.select();
    const { key, node } = this.descend(compared.query);
    const at = arena.tail(breadth * 8);
    arena.kernels.beginWalk(compared.query, at, breadth, node, key);
    const size = this.walk(rule);
    const free = at + size * 8;
    if (this.codes !== undefined)
      return this.rows.rankPool(at, size, this.codes.candidates(breadth, depth), depth, free);
    if (this.rows.keysAreExact) return this.rows.rankKeys(at, size, depth);
    return this.rows.rankPool(at, size, depth + SLACK, depth, free);
  }

  exactMany(queries: QueryVector[], depth: number): Candidates[] {
    return queries.map((query) => this.rows.exact(query, depth));
  }

  /** From the top to level 1, each time to the nearest neighbour until none is nearer. */
  private descend(query: Pointer): { key: number; node: number } {
    const { entry, maxLevel } = this.graph;
    let best = this.nearest(query, Uint32Array.of(entry));
    for (let level = maxLevel; level > 0; level--) {
      for (;;) {
        const near = this.graph.upperRow(best.node, level);
        if (near.length === 0) break;
        const next = this.nearest(query, near);
        // Nodes as near are told apart by number.
        if (next.key > best.key || (next.key === best.key && next.node >= best.node)) break;
        best = next;
      }
    }
    return best;
  }

  private nearest(query: Pointer, nodes: Uint32Array): { key: number; node: number } {
    const { arena } = this.rows;
    arena.u32(this.nodesAt, nodes.length).set(nodes);
    this.vectors.need(this.nodesAt, nodes.length);
    arena.kernels.refine(query, this.nodesAt, nodes.length, this.entriesAt, 1);
    const [node, key] = arena.u32(this.entriesAt, 2);
    return { key, node };
  }

  /** @returns how many the walk leaves in its pool */
  private walk({ breadth, depth, factor }: WalkRule): number {
    const { kernels } = this.rows.arena;
    let size = 0;
    try {
      for (;;) {
        const count = kernels.stepWalk(breadth, depth, factor, this.chosenAt);
        if (count === 0) break;
        this.graph.needLinks(this.chosenAt, count);
        kernels.gatherWalk(this.chosenAt);
        this.vectors.need(this.chosen[0], this.chosen[1]);
      }
    } finally {
      // Whatever ended it, the next begins with nothing seen.
      size = kernels.endWalk();
    }
    return size;
  }
}

/** A graph whose links are read by node, each bounded as it is read. */
class GraphPages {
  readonly entry: number;
  readonly maxLevel: number;
  /** Nodes a step of a walk looks at, at most. */
  readonly most: number;
  private readonly part: VectorPart;
  private readonly arena: Arena;
  private readonly m: number;
  private readonly below: number;
  private readonly above: number;
  private readonly level0: Pages;
  private readonly upper: Pages;
  private readonly upperRows: number;
  private readonly lane: Pointer;
  private readonly levels: Pages;
  private readonly levelSums: Pages;
  /** The entry that need() is asked for. */
  private readonly numberAt: Pointer;

  constructor(part: VectorPart, arena: Arena) {
    const { reader, name, count } = part;
    const { m, entry, maxLevel } = graphMeta(part);
    const { below, above } = linkShape(m);
    expectShape(part, 'links', 'u32', [count, below]);
    expectShape(part, 'levels', 'u8', [count]);
    expectShape(part, 'levelSums', 'u32', [Math.ceil(count / LEVEL_BLOCK)]);
    this.upperRows = reader.info(`${name}/upper`, 'u32').shape[0];
    expectShape(part, 'upper', 'u32', [this.upperRows, above]);
    this.part = part;
    this.arena = arena;
    this.m = m;
    this.below = below;
    this.above = above;
    this.entry = entry;
    this.maxLevel = maxLevel;
    this.most = 2 * below;
    const check = (at: Pointer, bytes: number) => this.bound(at, bytes);
    this.level0 = reader.pages(`${name}/links`, arena, { entryBytes: below * 4, entries: 2, check });
    this.upper = reader.pages(`${name}/upper`, arena, { entryBytes: above * 4, entries: 1, check });
    this.levels = reader.pages(`${name}/levels`, arena, { entryBytes: LEVEL_BLOCK, entries: 1 });
    this.levelSums = reader.pages(`${name}/levelSums`, arena, { entryBytes: 4, entries: 1 });
    this.numberAt = arena.allocate(4);
    this.lane = arena.allocate(lanesBytes(count, 1));
  }

  /** Names the graph to the kernels. Its levels above 0 stay ours. */
  select(): void {
    const { kernels } = this.arena;
    const { count } = this.part;
    kernels.setGraph(0, this.m, this.level0.base, this.below * 4, this.upper.base, this.above * 4, 0, 0, 0);
    kernels.setLanes(this.lane, laneBytes(count), 1, markBytes(count));
  }

  /** Reads the rows of some nodes on level 0. @param nodes u32[count] @throws CorruptError */
  needLinks(nodes: Pointer, count: number): void {
    this.level0.need(nodes, count);
  }

  /** Links of a node that has the level. @throws CorruptError */
  upperRow(node: number, level: number): Uint32Array {
    const { arena, levels } = this;
    const { reader, name } = this.part;
    const block = Math.floor(node / LEVEL_BLOCK);
    const start = levels.base + block * LEVEL_BLOCK;
    const at = levels.base + node;
    this.need(levels, block);
    this.need(this.levelSums, block);
    const before = arena.kernels.sumBytes(start, at - start);
    const row = arena.u32(this.levelSums.base + block * 4, 1)[0] + before + level - 1;
    if (arena.bytes(at, 1)[0] < level || row >= this.upperRows) {
      throw new CorruptError(reader.path, `'${name}': node ${node} of its graph is not on level ${level}`);
    }
    this.need(this.upper, row);
    const links = arena.u32(this.upper.base + row * this.above * 4, this.m);
    const end = links.indexOf(NO_LINK);
    return end < 0 ? links : links.subarray(0, end);
  }

  private need(pages: Pages, entry: number): void {
    this.arena.u32(this.numberAt, 1)[0] = entry;
    pages.need(this.numberAt, 1);
  }

  private bound(at: Pointer, bytes: number): void {
    const { reader, name, count } = this.part;
    if (this.arena.kernels.linksWithin(at, bytes / 4, count) === 1) return;
    throw new CorruptError(reader.path, `'${name}': its graph links to a vector that is not there`);
  }
}
