import type { Candidates } from '../../branch/index.js';
import type { QueryVector } from '../query.js';
import { SLACK, type VectorRows } from '../rows.js';
import type { Screen, Screened } from './screen.js';

/** Bytes of rows that all queries are compared with before the next: they stay in a core's cache. */
const TILE_BYTES = 128 * 1024;
/** Queries that share a pass over the codes: their records and weights stay in the cache, too. */
const TOGETHER = 64;

/**
 * The best `depth` of all rows for each query, proven. Rows and queries go in tiles with a running top of
 * each query, so that memory is read once for many queries. With a screen most rows are passed over by
 * a lower bound of their distance. O(queries · rows · dim).
 */
export function exactNearest(
  rows: VectorRows,
  queries: QueryVector[],
  depth: number,
  screen?: Screen,
): Candidates[] {
  const { count } = rows.part;
  rows.load();
  const wanted = Math.min(depth, count);
  const limit = Math.min(count, wanted + SLACK + (wanted >> 3));
  const answers = new Array<Candidates>(queries.length);
  // Rows are compared with queries of bytes in another space than with those of floats.
  for (const whole of [true, false]) {
    const plain: number[] = [];
    const bounded: { at: number; screened: Screened }[] = [];
    for (let at = 0; at < queries.length; at++) {
      rows.setQuery(queries[at]);
      if (rows.keysAreExact !== whole) continue;
      const screened = limit < count ? screen?.weigh(queries[at]) : undefined;
      if (screened === undefined) plain.push(at);
      else bounded.push({ at, screened });
    }
    for (let from = 0; from < bounded.length; from += TOGETHER) {
      const some = bounded.slice(from, from + TOGETHER);
      const found = screen!.nearest(
        some.map(({ screened }) => screened),
        limit,
      );
      some.forEach(({ at }, i) => {
        answers[at] = rows.proven(queries[at], found[i], wanted);
      });
    }
    for (let from = 0; from < plain.length; from += TOGETHER) {
      const some = plain.slice(from, from + TOGETHER);
      const found = scanTiles(
        rows,
        some.map((at) => queries[at]),
        limit,
      );
      some.forEach((at, i) => {
        answers[at] = rows.proven(queries[at], found[i], wanted);
      });
    }
  }
  return answers;
}

/** @param queries of one space @returns heap entries of the nearest of each */
function scanTiles(rows: VectorRows, queries: QueryVector[], limit: number): Uint32Array[] {
  const { arena, stride, queryBytes } = rows;
  const { count } = rows.part;
  const heapBytes = limit * 8;
  const vectors = arena.tail(queries.length * (queryBytes + heapBytes));
  const heaps = vectors + queries.length * queryBytes;
  queries.forEach((query, i) => {
    rows.setQuery(query);
    arena.bytes(vectors + i * queryBytes, queryBytes).set(arena.bytes(rows.selectRows(), queryBytes));
  });
  const sizes = new Uint32Array(queries.length);
  const tile = Math.max(16, Math.floor(TILE_BYTES / stride));
  for (let from = 0; from < count; from += tile) {
    const to = Math.min(count, from + tile);
    for (let i = 0; i < queries.length; i++) {
      const [query, heap] = [vectors + i * queryBytes, heaps + i * heapBytes];
      sizes[i] = arena.kernels.scanRows(query, from, to, heap, sizes[i], limit);
    }
  }
  return queries.map((_, i) => arena.u32(heaps + i * heapBytes, sizes[i] * 2).slice());
}
