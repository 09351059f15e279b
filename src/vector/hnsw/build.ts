import {
  Arena,
  aligned,
  byteWidth,
  orderScratchBytes,
  type Pointer,
  rowFloats,
  SPACE,
  type Space,
} from '../../kernels/index.js';
import type { VectorField } from '../../schema/index.js';
import { type SegmentWriter, SMALL_CHUNK_BYTES } from '../../segment/index.js';
import { type Coder, codeBytes, rowsGo, trainCoder, writeCoder } from '../codes/index.js';
import type { BuildInput } from '../kind.js';
import { requireMemory } from '../memory.js';
import { Pace } from '../pace.js';
import { spaceOf } from '../part.js';
import { hash32 } from '../random.js';
import { GraphArena, graphBytes, linkShape, memberBytes } from './graph.js';
import { builders, GraphBuild, insertBytes, shuffled } from './insert.js';
import { levelOf, levelSums } from './levels.js';
import { reachAll } from './repair.js';

/** Codes that stand together without an order among them: a node's links are looked at a page at a time. */
const LEAF = 16;

/** The codes a graph is built over, in an arena. */
interface Codes {
  base: Pointer;
  stride: number;
  width: number;
  space: Space;
}

/**
 * Refuses a graph that the budget can't hold.
 * @param upperTotal rows above level 0; by default what is expected of so many vectors
 * @param stride bytes of a code; by default of float32 rows, the most there can be
 * @returns how many of `threads` the budget holds too, 1 at least
 * @throws ResourceError
 */
export function requireGraphMemory(
  field: VectorField,
  count: number,
  memoryBytes: number,
  upperTotal = Math.ceil(count / (field.spec.params.M - 1)),
  stride = codeBytes(field) ?? rowFloats(field.dim) * 4,
  threads = 1,
): number {
  const { M, efConstruction } = field.spec.params;
  const member = memberBytes(count, efConstruction);
  const needed = aligned(count * stride) + graphBytes(count, M, upperTotal) + insertBytes(count, M) + member;
  requireMemory(`hnsw over ${count} vectors of '${field.name}'`, needed, memoryBytes);
  return Math.min(builders(count, threads), 1 + Math.floor((memoryBytes - needed) / member));
}

/**
 * Builds the graph over the codes: orders them so that near ones stand near each other, inserts them
 * shuffled, links what can't be reached, fills rows that have room.
 * Arrays: levels u8[n], levelSums u32[n / 4096, rounded up] (rows above level 0 before each), order u32[n] (vector number of each node; absent over float32 rows), upper
 * u32[rows above, slots], links u32[n, slots], those of the coder, codes u8[n, stride] (absent where
 * rows are the codes), rows.
 * @throws ResourceError
 */
export async function buildHnsw(input: BuildInput, out: SegmentWriter) {
  const { field, part, rows, environment } = input;
  const { M, efConstruction } = field.spec.params;
  const { count } = rows;
  const coder = await trainCoder(input);
  const stride = coder?.stride ?? rows.storedBytes;
  const upperTotal = Array.from({ length: count }, (_, number) =>
    levelOf(environment.seed, number, M),
  ).reduce((sum, level) => sum + level, 0);
  const threads = requireGraphMemory(
    field,
    count,
    environment.memoryBytes,
    upperTotal,
    stride,
    environment.threads,
  );

  const arena = new Arena();
  const codes = await loadCodes(input, arena, coder);
  const order =
    codes.space === SPACE.byteL2 || codes.space === SPACE.byteDot || codes.space === SPACE.signedDot
      ? reorder(arena, codes, count)
      : undefined;
  const levels = Uint8Array.from({ length: count }, (_, node) =>
    levelOf(environment.seed, order?.[node] ?? node, M),
  );
  const graph = new GraphArena(arena, levels, M);
  const step = `${field.name}: hnsw`;
  const turn = (done: number) => environment.progress(step, done, count);
  const build = await GraphBuild.begin(graph, codes, levels, efConstruction, threads);
  try {
    const nodes = shuffled(count, hash32(environment.seed, 0x0bde));
    const position = order === undefined ? undefined : inverse(order);
    const { entry, maxLevel } = await build.insert(position ? nodes.map((n) => position[n]) : nodes, turn);
    environment.progress(step, count, count);
    const { below, above } = linkShape(M);
    const repaired = reachAll(
      { links: arena.u32(graph.links, count * below), slots: below, most: 2 * M },
      entry,
      (node) => graph.nearest(codes.base + node * stride, efConstruction),
    );
    await build.fillRows(() => environment.progress(`${field.name}: hnsw rows`, 0, count));
    build.end();
    out.add(`${part}/levels`, 'u8', [count], levels, SMALL_CHUNK_BYTES);
    const sums = levelSums(levels);
    out.add(`${part}/levelSums`, 'u32', [sums.length], sums, SMALL_CHUNK_BYTES);
    if (order !== undefined) out.add(`${part}/order`, 'u32', [count], order, SMALL_CHUNK_BYTES);
    out.add(`${part}/upper`, 'u32', [upperTotal, above], graph.upperBytes(), SMALL_CHUNK_BYTES);
    out.add(`${part}/links`, 'u32', [count, below], graph.linkBytes(), SMALL_CHUNK_BYTES);
    const meta = { M, efConstruction, entry, maxLevel, repaired };
    const coded = coder === undefined ? {} : writeCoder(coder, out, part);
    if (coder !== undefined) {
      const bytes = arena.bytes(codes.base, count * stride);
      out.add(`${part}/codes`, 'u8', [count, stride], bytes, SMALL_CHUNK_BYTES);
    }
    const pace = new Pace((done) => environment.progress(`${field.name}: rows`, done, count));
    if (!rowsGo(field, coded)) await rows.writeTo(out, part, position, environment.memoryBytes / 4, pace);
    return { ...meta, ...coded };
  } finally {
    build.end();
  }
}

/** Puts codes of all rows into the arena, in document order, and names them to its kernels. */
async function loadCodes({ field, rows, environment }: BuildInput, arena: Arena, coder: Coder | undefined) {
  const stride = coder?.stride ?? rows.storedBytes;
  const base = arena.allocate(rows.count * stride);
  const pace = new Pace((done) => environment.progress(`${field.name}: codes`, done, rows.count));
  for (const piece of rows.pieces()) {
    const target = arena.bytes(base + piece.first * stride, piece.count * stride);
    if (coder !== undefined) coder.encode(piece.rows, piece.count, target);
    else {
      for (let i = 0; i < piece.count; i++) {
        rows.store(piece.rows, i, target.subarray(i * stride, (i + 1) * stride));
      }
    }
    await pace.step(piece.first);
  }
  const own = spaceOf(field.metric);
  const bytes = coder !== undefined || rows.byteStride !== undefined;
  const byteSpace = own === SPACE.l2 ? SPACE.byteL2 : SPACE.byteDot;
  const space = coder?.space ?? (bytes && own !== SPACE.hamming ? byteSpace : own);
  const width = coder?.width ?? (bytes ? byteWidth(field.dim) : stride);
  arena.kernels.setCodes(base, stride, width, space);
  return { base, stride, width, space };
}

/** Moves codes so that near ones stand near each other. @returns number of the vector at each position */
function reorder(arena: Arena, { base, stride, width, space }: Codes, count: number): Uint32Array {
  const at = arena.tail(count * 4 + 16 + orderScratchBytes(count, width));
  const ids = arena.u32(at, count);
  for (let i = 0; i < count; i++) ids[i] = i;
  // Near is what bytes without a sign say: the sign bit stands for 128 more, and not for less than all.
  const turnSigns = () => {
    const words = arena.u32(base, (count * stride) / 4);
    for (let i = 0; space === SPACE.signedDot && i < words.length; i++) words[i] ^= 0x80808080;
  };
  turnSigns();
  arena.kernels.orderCodes(at, count, LEAF, at + Math.ceil((count * 4) / 16) * 16);
  turnSigns();
  const order = ids.slice();
  permute(arena.bytes(base, count * stride), stride, order);
  return order;
}

/** Row i becomes what row order[i] was, cycle by cycle. */
function permute(rows: Uint8Array, stride: number, order: Uint32Array): void {
  const moved = new Uint8Array(order.length);
  const held = new Uint8Array(stride);
  for (let start = 0; start < order.length; start++) {
    if (moved[start] || order[start] === start) continue;
    held.set(rows.subarray(start * stride, (start + 1) * stride));
    let to = start;
    for (let from = order[to]; from !== start; from = order[to]) {
      rows.copyWithin(to * stride, from * stride, (from + 1) * stride);
      moved[to] = 1;
      to = from;
    }
    rows.set(held, to * stride);
    moved[to] = 1;
  }
}

function inverse(order: Uint32Array): Uint32Array {
  const out = new Uint32Array(order.length);
  order.forEach((number, position) => {
    out[number] = position;
  });
  return out;
}
