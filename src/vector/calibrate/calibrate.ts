import type { WriterEnvironment } from '../../branch/index.js';
import { formatEffort } from '../dial.js';
import type { Dial, Effort, LeftOut, VectorSearcher } from '../kind.js';
import { Pace } from '../pace.js';
import type { VectorPart } from '../part.js';
import { type QueryVector, querySettings, queryVector } from '../query.js';
import type { Calibration, Curve } from './curve.js';
import { climb, type Measured } from './ladder.js';
import { samplePositions } from './sample.js';
import { nearestRows } from './truth.js';

/** Queries, at most: a recall of 0.95 is then known to about ±0.01. */
const QUERIES = 400;
/** Depths that are measured where there are vectors enough; others are interpolated. */
const DEPTHS = [10, 100];
/** Vectors for each neighbour below which a depth is not measured: so few are searched exactly. */
const LEAST_SHARE = 4;
/** Recalls are recorded in these parts of 1. */
const PARTS = 1e6;

/** A row that stands for a query. */
interface HeldOut {
  doc: number;
  vector: QueryVector;
  /** Scores of its nearest, best first. */
  scores: Float64Array;
}

/**
 * Measures what a finished part finds at which effort: rows chosen at random stand for queries, each left out while it
 * is searched for. Their true neighbours come from one pass over the rows; then efforts are tried by the searches that
 * queries will run, until hardly anything is missed. Counts only, no times: the same on any machine.
 */
export async function calibrate(
  part: VectorPart,
  searcher: VectorSearcher,
  dials: Dial[],
  environment: WriterEnvironment,
): Promise<Calibration> {
  const { targetRecall: target, memoryBytes, seed } = environment;
  const depths = DEPTHS.filter((depth) => part.count > depth * LEAST_SHARE);
  const removable = (position: number) => searcher.removable?.(position) ?? true;
  const positions = samplePositions(part.count, QUERIES, seed, removable);
  if (depths.length === 0 || positions.length === 0) return { queries: 0, curves: [], target };
  const { rows } = searcher;
  // Rows beside what is searched on fit the budget, or are read as they are needed.
  if (rows.arena.used + part.count * part.rowBytes > memoryBytes) rows.singleReads = Number.POSITIVE_INFINITY;
  const name = part.field.name;
  const deepest = depths[depths.length - 1];
  const nearest = await nearestRows(part, positions, deepest, (done) =>
    environment.progress(`${name}: true neighbours`, done, part.count),
  );
  const queries = Array.from(positions, (position, i): HeldOut => {
    const vector = readQuery(part, position);
    rows.setQuery(vector);
    return { doc: rows.docOf(position), vector, scores: rows.rank(nearest[i], deepest).scores };
  });
  const leftOut = searcher.leaveOut?.(positions) ?? dropping(searcher, queries);

  const curves: Curve[] = [];
  for (const depth of depths) {
    const rungs = await climb(dials, depth, queries.length, target, async (effort): Promise<Measured> => {
      const step = `${name}: recall@${depth} at ${formatEffort(dials, (setting) => effort[setting]!)}`;
      const pace = new Pace((done) => environment.progress(step, done, queries.length));
      let sum = 0;
      let squares = 0;
      for (const [i, query] of queries.entries()) {
        const share = shareFound(leftOut, i, query, depth, effort);
        sum += share;
        squares += share * share;
        await pace.step(i);
      }
      const mean = sum / queries.length;
      const deviation = Math.sqrt(Math.max(0, squares / queries.length - mean * mean));
      return { recall: rounded(mean), deviation: rounded(deviation) };
    });
    if (rungs.length === 0) continue;
    curves.push({
      depth,
      efforts: rungs.map((rung) => rung.effort),
      recalls: rungs.map((rung) => rung.recall),
      deviations: rungs.map((rung) => rung.deviation),
    });
  }
  return { queries: queries.length, curves, target };
}

/** Where finding a row helps to find no other, it is enough to take it from the results. */
function dropping(searcher: VectorSearcher, queries: HeldOut[]): LeftOut {
  return {
    search(i, query, request) {
      const { docs, scores } = searcher.search(query, { ...request, depth: request.depth + 1 });
      const others = (_: unknown, at: number) => docs[at] !== queries[i].doc;
      return { docs: docs.filter(others), scores: scores.filter(others) };
    },
  };
}

/** Share of the nearest `depth` that a search finds. What is as near as the last of them counts: duplicates are alike. */
function shareFound(leftOut: LeftOut, i: number, query: HeldOut, depth: number, effort: Effort): number {
  const settings = { ...querySettings({}), ...effort };
  const { scores } = leftOut.search(i, query.vector, { depth, settings, note: () => {} });
  const least = query.scores[depth - 1];
  let found = 0;
  while (found < Math.min(depth, scores.length) && scores[found] >= least) found++;
  return found / depth;
}

/** A stored row as a query. */
function readQuery({ reader, name, field, rowBytes, bytes }: VectorPart, position: number): QueryVector {
  const row = reader.range(`${name}/rows`, position * rowBytes, rowBytes);
  const values = (bytes ? row : new Float32Array(row.buffer)).subarray(0, field.dim);
  return queryVector(field, { id: `row ${position}`, vectors: { [field.name]: Float32Array.from(values) } })!;
}

function rounded(share: number): number {
  return Math.round(share * PARTS) / PARTS;
}
