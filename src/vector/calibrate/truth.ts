import { Arena, byteWidth } from '../../kernels/index.js';
import { Pace } from '../pace.js';
import { rowSpaceOf, type VectorPart } from '../part.js';
import { SLACK } from '../rows.js';

/** Rows compared with all queries before the next are read: they stay in the processor's cache. */
const PIECE_BYTES = 1 << 18;

/**
 * The nearest rows of some rows, themselves left out: one pass over the segment's rows, a piece at a time, in memory
 * that does not grow with them. O(rows · queries · dim).
 * @param queries positions
 * @returns for each query the positions of its `depth` nearest and some more, in no order: rounding may have misplaced
 * the last
 */
export async function nearestRows(
  part: VectorPart,
  queries: Uint32Array,
  depth: number,
  report: (done: number) => void,
): Promise<Uint32Array[]> {
  const { reader, name, rowBytes, count } = part;
  const rows = `${name}/rows`;
  const arena = new Arena();
  const most = Math.max(1, Math.floor(PIECE_BYTES / rowBytes));
  const limit = Math.min(count, depth + 1 + SLACK);
  const queriesAt = arena.allocate(queries.length * rowBytes);
  const heaps = arena.allocate(queries.length * limit * 8);
  const pieceAt = arena.allocate(most * rowBytes);
  const sizes = new Uint32Array(queries.length);
  queries.forEach((position, i) => {
    arena.bytes(queriesAt + i * rowBytes, rowBytes).set(reader.range(rows, position * rowBytes, rowBytes));
  });
  const space = rowSpaceOf(part);
  const width = part.bytes ? byteWidth(part.field.dim) : rowBytes;
  const pace = new Pace(report);
  for (let first = 0; first < count; first += most) {
    const held = Math.min(most, count - first);
    arena.bytes(pieceAt, held * rowBytes).set(reader.range(rows, first * rowBytes, held * rowBytes));
    // The base that makes row `first` stand where the piece does; addresses wrap at 2^32.
    arena.kernels.setCodes(pieceAt - first * rowBytes, rowBytes, width, space);
    for (let i = 0; i < queries.length; i++) {
      const query = queriesAt + i * rowBytes;
      const heap = heaps + i * limit * 8;
      sizes[i] = arena.kernels.scanRows(query, first, first + held, heap, sizes[i], limit);
    }
    await pace.step(first);
  }
  return Array.from(queries, (own, i) => {
    const words = arena.u32(heaps + i * limit * 8, sizes[i] * 2);
    return words.filter((_, at) => at % 2 === 0).filter((position) => position !== own);
  });
}
