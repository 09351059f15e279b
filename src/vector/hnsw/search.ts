import { type Candidates, metaCount } from '../../branch/index.js';
import { CorruptError } from '../../errors/index.js';
import { aligned, MAX_M, NO_LINK, type Pointer, SPACE } from '../../kernels/index.js';
import type { VectorField } from '../../schema/index.js';
import { type CodeTable, DecodedRows, openCodes } from '../codes/index.js';
import type { LeftOut, Planned, VectorRequest, VectorSearcher } from '../kind.js';
import { DEFAULT_EF_SEARCH, GAMMA_EF_SEARCH } from '../kinds.js';
import type { Matches } from '../matches.js';
import { expectShape, loadOrder, rowSpaceOf, type VectorPart } from '../part.js';
import type { QueryVector, Settings } from '../query.js';
import { SLACK, VectorRows } from '../rows.js';
import { tabulateDescent } from './descent.js';
import { planFor, sampleOf } from './filtered.js';
import { GraphArena, LANES, linkShape, poolBytes, type WalkRule } from './graph.js';
import { leaveOut } from './left-out.js';
import { LEVEL_BLOCK, levelSums, MAX_LEVEL } from './levels.js';

/** What the metadata of a graph says, bounded. */
export function graphMeta(part: VectorPart) {
  const { reader, meta, count } = part;
  const m = metaCount(reader, meta, 'M', MAX_M);
  if (m < 2) throw new CorruptError(reader.path, `'${part.name}' has M ${m}, which can't be`);
  const entry = metaCount(reader, meta, 'entry', count - 1);
  const maxLevel = metaCount(reader, meta, 'maxLevel', MAX_LEVEL);
  return { m, entry, maxLevel };
}

/**
 * Levels of all nodes.
 * @throws CorruptError when one is too high, the entry is not on the highest, or `upper` has another size
 */
export function loadLevels(part: VectorPart, above: number, entry: number, maxLevel: number): Uint8Array {
  expectShape(part, 'levels', 'u8', [part.count]);
  const levels = part.reader.load(`${part.name}/levels`);
  let highest = 0;
  let total = 0;
  for (const level of levels) {
    highest = Math.max(highest, level);
    total += level;
  }
  if (highest !== maxLevel || levels[entry] !== maxLevel) {
    throw new CorruptError(
      part.reader.path,
      `'${part.name}': the entry of its graph is not on the highest level`,
    );
  }
  expectShape(part, 'upper', 'u32', [total, above]);
  expectShape(part, 'levelSums', 'u32', [Math.ceil(part.count / LEVEL_BLOCK)]);
  const noted = part.reader.loadU32(`${part.name}/levelSums`);
  if (levelSums(levels).some((sum, block) => sum !== noted[block])) {
    throw new CorruptError(part.reader.path, `array '${part.name}/levelSums' does not add its levels up`);
  }
  return levels;
}

/** Largest inner products lie apart from each other: among a part of the vectors, as many more are kept of a walk. */
const IP_WIDER = 2;
/** Queries of one call: results of more would leave the cache before they are ranked. */
const TOGETHER_MOST = 64;
const POOLS_BYTES = 2 ** 18;

/** efSearch of a query: where gamma says when to stop, it is but a bound on the work. */
export function breadthOf({ efSearch, gamma }: Settings): number {
  return efSearch ?? (gamma === undefined ? DEFAULT_EF_SEARCH : GAMMA_EF_SEARCH);
}

/**
 * Which power of a distance keys are: squares, but of differing bits, which are a distance themselves.
 * 0: inner products of any size, no distances.
 */
export function keyPower({ metric }: VectorField): number {
  if (metric === 'hamming') return 1;
  return metric === 'ip' ? 0 : 2;
}

/** @param power see keyPower() */
export function ruleOf({ depth, settings, note }: VectorRequest, power: number): WalkRule {
  const { gamma } = settings;
  const asked = breadthOf(settings);
  if (depth > asked) note(`efSearch raised to ${depth}, the depth asked for`);
  const factor = gamma === undefined || power === 0 ? 0 : (1 + gamma) ** power;
  return { breadth: Math.max(asked, depth), depth, factor };
}

/**
 * Graph of a segment and the codes it runs on in one arena. Every link is bounded once, here, so that a walk never
 * leaves the arrays whatever the file says: level 0 in WebAssembly (4 GB/s measured, one pass), the levels above
 * in JavaScript, since a link there must also lead to a node that has the level.
 */
export class HnswSearcher implements VectorSearcher {
  readonly rows: VectorRows;
  private readonly part: VectorPart;
  private readonly graph: GraphArena;
  private readonly levels: Uint8Array;
  /** Undefined when the graph runs on the rows themselves. */
  private readonly codes: CodeTable | undefined;
  private readonly power: number;

  /** @throws CorruptError, ResourceError */
  constructor(part: VectorPart) {
    const { reader, name, count } = part;
    const { m, entry, maxLevel } = graphMeta(part);
    const { below, above } = linkShape(m);
    expectShape(part, 'links', 'u32', [count, below]);
    const levels = loadLevels(part, above, entry, maxLevel);
    this.part = part;
    this.levels = levels;
    const decoded = part.decoded ? new DecodedRows(part) : undefined;
    this.rows = new VectorRows(part, loadOrder(part), decoded);
    const { arena } = this.rows;
    this.codes = openCodes(part, arena);
    if (this.codes === undefined) this.rows.load();
    else decoded?.use(this.codes.codes);
    this.power = keyPower(part.field);
    this.graph = new GraphArena(arena, levels, m);
    reader.readInto(`${name}/links`, this.graph.linkBytes());
    reader.readInto(`${name}/upper`, this.graph.upperBytes());
    if (!arena.kernels.linksWithin(this.graph.links, count * below, count)) {
      throw new CorruptError(reader.path, `array '${name}/links' names a vector that is not there`);
    }
    this.boundUpper(levels, above);
    this.graph.select();
    arena.kernels.setEntry(entry, maxLevel);
    tabulateDescent(this.graph, levels, this.codes ?? this.rows.table(), entry);
  }

  search(query: QueryVector, request: VectorRequest): Candidates {
    const { depth } = request;
    const rule = ruleOf(request, this.power);
    if (rule.breadth >= this.part.count) return this.rows.exact(query, depth);
    this.rows.setQuery(query);
    const at = this.codes === undefined ? this.rows.selectRows() : this.codes.select(query);
    const { pool, size } = this.graph.search(at, rule);
    return this.rank(pool, size, rule, pool + size * 8);
  }

  /** Several queries under way at once: their walks share the waits for memory. */
  searchMany(queries: QueryVector[], request: VectorRequest): Candidates[] {
    const rule = ruleOf(request, this.power);
    if (rule.breadth >= this.part.count) return queries.map((query) => this.rows.exact(query, request.depth));
    this.rows.warm();
    const together = Math.max(LANES, Math.min(TOGETHER_MOST, Math.floor(POOLS_BYTES / (rule.breadth * 8))));
    const found: Candidates[] = [];
    for (let from = 0; from < queries.length; from += together) {
      this.walkTogether(queries.slice(from, from + together), request, rule, found);
    }
    return found;
  }

  searchAmong(query: QueryVector, matches: Matches, request: VectorRequest): Planned | undefined {
    const { settings } = request;
    const { count } = this.part;
    const { positions } = matches;
    const rule = { ...ruleOf(request, this.power), factor: 0 };
    if (this.part.field.metric === 'ip') rule.breadth *= IP_WIDER;
    const plan = settings.filterPlan ?? planFor(positions.length, count, rule.breadth);
    if (plan === 'scan') return undefined;
    const mask = this.rows.maskOf(matches);
    this.rows.setQuery(query);
    const at = this.codes === undefined ? this.rows.selectRows() : this.codes.select(query);
    if (plan === 'post') {
      const breadth = Math.min(count, Math.ceil((rule.breadth * count) / positions.length));
      const { pool, size } = this.graph.search(at, { ...rule, breadth });
      const left = this.rows.arena.kernels.keepAllowed(pool, size, mask);
      // With much less than was reckoned with, what is left lies elsewhere.
      if (left >= rule.breadth >> 1 || settings.filterPlan === 'post')
        return { found: this.rank(pool, left, rule, pool + left * 8), plan };
    }
    const { pool, size } = this.graph.searchFiltered(at, rule.breadth, mask, sampleOf(positions));
    return { found: this.rank(pool, size, rule, pool + size * 8), plan: 'walk' };
  }

  private walkTogether(queries: QueryVector[], request: VectorRequest, rule: WalkRule, found: Candidates[]) {
    const { rows, codes, graph } = this;
    const { arena } = rows;
    const { breadth } = rule;
    const queryBytes = aligned(codes?.queryBytes ?? rows.queryBytes);
    const at = arena.tail(queries.length * queryBytes + poolBytes(queries.length, breadth));
    const pools = at + queries.length * queryBytes;
    const table = codes ?? rows;
    const space = table.place(queries[0], at);
    // Where keys are the distances, nothing is compared again.
    const exact = codes === undefined && rows.keysAreExact;
    let count = 1;
    // A query that needs another kernel is rare: far outside of all data, or not of whole numbers.
    while (count < queries.length && table.place(queries[count], at + count * queryBytes) === space) count++;
    table.name(space);
    const sizes = graph.searchMany(at, queryBytes, count, rule, pools).slice();
    const free = pools + poolBytes(count, breadth);
    for (let i = 0; i < count; i++) {
      if (!exact || i === 0) rows.setQuery(queries[i]);
      found.push(this.rank(pools + i * breadth * 8, sizes[i], rule, free));
    }
    if (count < queries.length) {
      found.push(this.search(queries[count], request));
      if (count + 1 < queries.length) this.walkTogether(queries.slice(count + 1), request, rule, found);
    }
  }

  /** The best of a pool. @param free what is behind is scratch */
  private rank(pool: Pointer, size: number, { breadth, depth }: WalkRule, free: Pointer): Candidates {
    if (this.codes !== undefined)
      return this.rows.rankPool(pool, size, this.codes.candidates(breadth, depth), depth, free);
    if (this.rows.keysAreExact) return this.rows.rankKeys(pool, size, depth);
    return this.rows.rankPool(pool, size, depth + SLACK, depth, free);
  }

  /** Nodes of higher levels, which a hash of their numbers chose, are ways to others. */
  removable(position: number): boolean {
    return this.levels[position] === 0;
  }

  leaveOut(positions: Uint32Array): LeftOut {
    const { base, stride, width } = this.codes ?? this.rows.table();
    const space = this.codes === undefined ? rowSpaceOf(this.part) : SPACE.byteL2;
    const codes = { base, stride, width, space };
    return leaveOut(positions, this.graph, codes, (query, request) => this.search(query, request));
  }

  private boundUpper(levels: Uint8Array, above: number): void {
    const links = this.rows.arena.u32(this.graph.upper, this.graph.upperCount * above);
    let at = 0;
    for (let node = 0; node < levels.length; node++) {
      for (let level = 1; level <= levels[node]; level++) {
        for (const end = at + above; at < end; at++) {
          const link = links[at];
          if (link !== NO_LINK && !(link < levels.length && levels[link] >= level)) {
            throw new CorruptError(
              this.part.reader.path,
              `array '${this.part.name}/upper' links node ${node} to ${link}, which is not on level ${level}`,
            );
          }
        }
      }
    }
  }
}
