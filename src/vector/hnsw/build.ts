import { Arena, aligned, rowFloats } from '../../kernels/index.js';
import type { VectorField } from '../../schema/index.js';
import type { SegmentWriter } from '../../segment/index.js';
import type { BuildInput } from '../kind.js';
import { requireMemory } from '../memory.js';
import { Pace } from '../pace.js';
import { spaceOf } from '../part.js';
import { GraphArena, graphBytes, linkShape } from './graph.js';
import { levelOf } from './levels.js';
import { reachAll } from './repair.js';

/** Vectors inserted by one call: long enough to cost nothing, short enough to let signals in. */
const INSERT_BATCH = 16;

/**
 * Refuses a graph that the budget can't hold.
 * @param upperTotal rows above level 0; by default what is expected of so many vectors
 * @throws ResourceError
 */
export function requireGraphMemory(
  field: VectorField,
  count: number,
  memoryBytes: number,
  upperTotal = Math.ceil(count / (field.spec.params.M - 1)),
): void {
  const { M, efConstruction } = field.spec.params;
  const rowBytes = aligned(count * rowFloats(field.dim) * 4);
  requireMemory(
    `hnsw over ${count} vectors of '${field.name}'`,
    rowBytes + graphBytes(count, M, upperTotal) + efConstruction * 8,
    memoryBytes,
  );
}

/**
 * Builds the graph by inserting the rows in order, then links what can't be reached.
 * Arrays: levels u8[n], upper u32[rows above, slots], links u32[n, slots], rows f32[n, floats].
 * @throws ResourceError
 */
export async function buildHnsw({ field, part, rows, environment }: BuildInput, out: SegmentWriter) {
  const { M, efConstruction } = field.spec.params;
  const { count } = rows;
  const levels = Uint8Array.from({ length: count }, (_, node) => levelOf(environment.seed, node, M));
  const upperTotal = levels.reduce((sum, level) => sum + level, 0);
  requireGraphMemory(field, count, environment.memoryBytes, upperTotal);

  const arena = new Arena();
  const base = arena.allocate(count * rows.rowBytes);
  const { kernels } = arena;
  const pace = new Pace((done) => environment.progress(`${field.name}: hnsw`, done, count));
  for (const piece of rows.pieces()) {
    arena.f32(base + piece.first * rows.rowBytes, piece.rows.length).set(piece.rows);
    await pace.step(0);
  }
  kernels.setCodes(base, rows.rowBytes, spaceOf(field.metric));
  const graph = new GraphArena(arena, levels, M);
  graph.linkBytes().fill(0xff);
  graph.upperBytes().fill(0xff);
  graph.reserve(efConstruction);
  for (let from = 0; from < count; from += INSERT_BATCH) {
    kernels.insertRows(from, Math.min(count, from + INSERT_BATCH), efConstruction);
    await pace.step(from);
  }
  environment.progress(`${field.name}: hnsw`, count, count);

  const { below, above } = linkShape(M);
  const entry = kernels.graphEntry();
  const repaired = reachAll(
    { links: arena.u32(graph.links, count * below), slots: below, most: 2 * M },
    entry,
    (node) => graph.search(base + node * rows.rowBytes, efConstruction, efConstruction),
  );
  out.add(`${part}/levels`, 'u8', [count], levels);
  out.add(`${part}/upper`, 'u32', [upperTotal, above], graph.upperBytes());
  out.add(`${part}/links`, 'u32', [count, below], graph.linkBytes());
  out.add(`${part}/rows`, 'f32', [count, rows.floats], arena.bytes(base, count * rows.rowBytes));
  return { M, efConstruction, entry, maxLevel: kernels.graphLevels(), repaired };
}
