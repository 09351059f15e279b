import type { Candidates } from '../../branch/index.js';
import { CorruptError } from '../../errors/index.js';
import { distanceOf, keyOf, NO_LINK, type Pointer, SPACE, type Space } from '../../kernels/index.js';
import { type CodeTable, openCodes, openRows } from '../codes/index.js';
import { FiledDocuments } from '../documents.js';
import type { VectorRequest, VectorSearcher } from '../kind.js';
import { Pages } from '../pages.js';
import { expectShape, type VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { SLACK, VectorRows } from '../rows.js';
import { ColdPool } from './cold-pool.js';
import { linkShape } from './graph.js';
import { LEVEL_BLOCK } from './levels.js';
import { graphMeta, keyPower, ruleOf } from './search.js';

/** Candidates expanded in one round, as in the kernel. */
const EXPANSIONS = 2;

/**
 * The graph of a segment left in its file: a search reads the nodes it meets. The walk is that of the kernels
 * (assembly/descent.ts, assembly/beam.ts), step by step, with distances by the same kernels on the codes read, so
 * that answers are those of HnswSearcher to the bit. For one query, or a few: each costs some hundred reads.
 */
export class ColdHnswSearcher implements VectorSearcher {
  readonly rows: VectorRows;
  private readonly part: VectorPart;
  private readonly codes: CodeTable | undefined;
  private readonly power: number;
  private readonly graph: GraphPages;
  private readonly vectors: Pages;
  private readonly stride: number;
  /** Codes of a round, their numbers and their keys. */
  private readonly codesAt: Pointer;
  private readonly numbersAt: Pointer;
  private readonly entriesAt: Pointer;
  private readonly queryAt: Pointer;
  private readonly most: number;
  private readonly found: Uint32Array;

  /** @throws CorruptError, ResourceError */
  constructor(part: VectorPart) {
    this.part = part;
    this.rows = new VectorRows(part, new FiledDocuments(part), openRows(part));
    this.graph = new GraphPages(part);
    const { arena } = this.rows;
    this.codes = openCodes(part, arena, false);
    this.power = keyPower(part.field);
    this.stride = this.codes?.stride ?? part.rowBytes;
    this.vectors = new Pages(part, this.codes === undefined ? 'rows' : 'codes', this.stride);
    this.most = EXPANSIONS * this.graph.below;
    this.found = new Uint32Array(this.most * 2);
    this.codesAt = arena.allocate(this.most * this.stride);
    this.numbersAt = arena.allocate(this.most * 4);
    this.entriesAt = arena.allocate(this.most * 8);
    this.queryAt = arena.allocate(this.codes?.queryBytes ?? 0);
    const numbers = arena.u32(this.numbersAt, this.most);
    for (let i = 0; i < this.most; i++) numbers[i] = i;
  }

  search(query: QueryVector, request: VectorRequest): Candidates {
    const { depth } = request;
    const { breadth: ef, factor } = ruleOf(request, this.power);
    if (ef >= this.part.count) return this.rows.exact(query, depth);
    this.rows.setQuery(query);
    const compared =
      this.codes === undefined
        ? this.rows.compared()
        : { query: this.queryAt, ...this.codes, space: this.codes.place(query, this.queryAt) };
    const { kernels } = this.rows.arena;
    kernels.setCodes(this.codesAt, this.stride, compared.width, compared.space);
    const pool = new ColdPool(ef);
    this.descend(compared, pool);
    this.walk(compared, pool, depth, factor);
    const { arena } = this.rows;
    const at = arena.tail(ef * 8);
    const size = pool.copyTo(arena.u32(at, ef * 2));
    const free = at + size * 8;
    if (this.codes !== undefined)
      return this.rows.rankPool(at, size, this.codes.candidates(ef, depth), depth, free);
    if (this.rows.keysAreExact) return this.rows.rankKeys(at, size, depth);
    return this.rows.rankPool(at, size, depth + SLACK, depth, free);
  }

  exactMany(queries: QueryVector[], depth: number): Candidates[] {
    return queries.map((query) => this.rows.exact(query, depth));
  }

  /** From the top to level 1, each time to the nearest neighbour until none is nearer; leaves the nearest in the pool. */
  private descend(compared: Compared, pool: ColdPool): void {
    const { entry, maxLevel } = this.graph;
    let best = { key: this.measure(compared, [entry])[1], node: entry };
    for (let level = maxLevel; level > 0; level--) {
      for (;;) {
        const near = this.graph.upperRow(best.node, level);
        const found = this.measure(compared, near);
        // Nodes as near are told apart by number.
        let next = best;
        for (let i = 0; i < near.length; i++) {
          const node = near[found[2 * i]];
          const key = found[2 * i + 1];
          if (key < next.key || (key === next.key && node < next.node)) next = { key, node };
        }
        if (next === best) break;
        best = next;
      }
    }
    pool.insert(best.key, best.node);
  }

  private walk(compared: Compared, pool: ColdPool, depth: number, factor: number): void {
    const visited = new Set([pool.nodeAt(0)]);
    let next = 0;
    while (next < pool.size) {
      const expanded: number[] = [];
      let ahead = next;
      while (ahead < pool.size && expanded.length < EXPANSIONS) {
        if (pool.keyAt(ahead) > pool.bound) {
          ahead = pool.size;
          break;
        }
        if (pool.expand(ahead)) expanded.push(pool.nodeAt(ahead));
        ahead++;
      }
      next = ahead;
      const fresh: number[] = [];
      for (const link of this.graph.rows(expanded)) {
        if (visited.has(link)) continue;
        visited.add(link);
        fresh.push(link);
      }
      const found = this.measure(compared, fresh);
      let lowest = pool.size;
      for (let i = 0; i < fresh.length; i++) {
        const at = pool.insert(found[2 * i + 1], fresh[found[2 * i]]);
        if (at >= 0 && at < lowest) lowest = at;
      }
      if (lowest < next) next = lowest;
      if (factor > 0 && pool.size >= depth)
        pool.bound = farther(compared.space, pool.keyAt(depth - 1), factor);
    }
  }

  /** @returns for each node its number among the nodes and its key, in any order; valid until the next call */
  private measure({ query, width, space }: Compared, nodes: number[]): Uint32Array {
    const { arena } = this.rows;
    const { stride, vectors } = this;
    vectors.fetch(nodes, nodes.length);
    if (space === SPACE.byteL2) {
      const bytes = arena.bytes(query, width);
      for (let i = 0; i < nodes.length; i++) {
        const { bytes: row, at } = vectors.view(nodes[i]);
        this.found[2 * i] = i;
        this.found[2 * i + 1] = squaredDistance(bytes, row, at);
      }
      return this.found;
    }
    const target = arena.bytes(this.codesAt, nodes.length * stride);
    for (let i = 0; i < nodes.length; i++) vectors.copy(nodes[i], target, i * stride);
    arena.kernels.refine(query, this.numbersAt, nodes.length, this.entriesAt, nodes.length);
    return arena.u32(this.entriesAt, nodes.length * 2);
  }
}

/** How the codes of a walk are compared with its query. */
interface Compared {
  query: Pointer;
  width: number;
  space: Space;
}

/** Whole numbers, so what the kernels compute; these would be compiled for longer than they run. */
function squaredDistance(query: Uint8Array, row: Uint8Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) {
    const difference = query[i] - row[at + i];
    sum += difference * difference;
  }
  return sum;
}

/** Key of the distance `factor` times as far as a key's: farther() of assembly/beam.ts. */
function farther(space: Space, key: number, factor: number): number {
  if (space === SPACE.byteDot || space === SPACE.mixedDot || space === SPACE.signedDot) return 0xffffffff;
  if (space === SPACE.dot) return keyOf(Math.fround((1 + distanceOf(key)) * factor - 1));
  if (space === SPACE.l2 || space === SPACE.mixedL2) return keyOf(Math.fround(distanceOf(key) * factor));
  return Math.floor(Math.min(key * factor, 0xffffffff));
}

/** Links of a graph by node, each bounded as it is read. */
class GraphPages {
  readonly entry: number;
  readonly maxLevel: number;
  /** Slots of a row on level 0. */
  readonly below: number;
  private readonly part: VectorPart;
  private readonly m: number;
  private readonly level0: Pages;
  private readonly upper: Pages;
  private readonly upperRows: number;
  private readonly row: Uint8Array;
  private readonly slots: Uint32Array;

  constructor(part: VectorPart) {
    const { reader, name, count } = part;
    const { m, entry, maxLevel } = graphMeta(part);
    const { below, above } = linkShape(m);
    expectShape(part, 'links', 'u32', [count, below]);
    expectShape(part, 'levels', 'u8', [count]);
    expectShape(part, 'levelSums', 'u32', [Math.ceil(count / LEVEL_BLOCK)]);
    this.upperRows = reader.info(`${name}/upper`, 'u32').shape[0];
    expectShape(part, 'upper', 'u32', [this.upperRows, above]);
    this.part = part;
    this.m = m;
    this.entry = entry;
    this.maxLevel = maxLevel;
    this.below = below;
    this.level0 = new Pages(part, 'links', below * 4);
    this.upper = new Pages(part, 'upper', above * 4);
    this.slots = new Uint32Array(Math.max(below, above));
    this.row = new Uint8Array(this.slots.buffer);
  }

  /** Links of some nodes on level 0, one behind the other. @throws CorruptError */
  rows(nodes: number[]): number[] {
    const out: number[] = [];
    this.level0.fetch(nodes, nodes.length);
    for (const node of nodes) {
      this.level0.copy(node, this.row, 0);
      this.take(2 * this.m, node, out);
    }
    return out;
  }

  /** Links of a node that has the level. @throws CorruptError */
  upperRow(node: number, level: number): number[] {
    const { reader, name, count } = this.part;
    const block = Math.floor(node / LEVEL_BLOCK);
    const sum = reader.range(`${name}/levelSums`, block * 4, 4);
    const start = block * LEVEL_BLOCK;
    const levels = reader.range(`${name}/levels`, start, Math.min(LEVEL_BLOCK, count - start));
    let row = new DataView(sum.buffer).getUint32(0, true) + level - 1;
    for (let i = 0; i < node - start; i++) row += levels[i];
    if (levels[node - start] < level || row >= this.upperRows) {
      throw new CorruptError(reader.path, `'${name}': node ${node} of its graph is not on level ${level}`);
    }
    this.upper.fetch([row], 1);
    this.upper.copy(row, this.row, 0);
    const out: number[] = [];
    this.take(this.m, node, out);
    return out;
  }

  private take(most: number, node: number, out: number[]): void {
    for (let i = 0; i < most && this.slots[i] !== NO_LINK; i++) {
      if (this.slots[i] >= this.part.count) {
        throw new CorruptError(
          this.part.reader.path,
          `'${this.part.name}': node ${node} of its graph links to ${this.slots[i]}, which is not there`,
        );
      }
      out.push(this.slots[i]);
    }
  }
}
