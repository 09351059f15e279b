import { Arena, distanceOf, type Pointer } from '../../kernels/index.js';
import { type Sample, sampleRows } from '../codes/sample.js';
import type { BuildInput } from '../kind.js';
import { Pace } from '../pace.js';
import { spaceOf } from '../part.js';
import { type OrderedAxes, orderedAxes } from './axes.js';
import { codeSizes, Projector, type ScreenTables, type Stages } from './coder.js';
import { type Projected, planStages } from './plan.js';
import { MOST_SUM } from './query.js';

/** Fewer rows are scanned in no time. */
const LEAST_ROWS = 1024;
/** Rows of the sample that stand for queries, and that bounds are tried on. */
const QUERIES = 32;
const TRIED = 2048;
/** Neighbours whose distance bounds have to reach. */
const NEIGHBOURS = 10;
/** Room beyond the sample's range in each component, as a share of it. */
const MARGIN = 0.1;
/** Largest weight of a sample's vector as a query: half of what a weight can be. */
const USUAL_WEIGHT = 2 ** 14;

/**
 * Chooses codes for the rows of a field by what they save on a sample.
 * @returns undefined when rows are few, or codes would not pay
 */
export async function trainScreen(input: BuildInput): Promise<ScreenTables | undefined> {
  const { field, rows } = input;
  // Differing bits are counted in no time.
  if (rows.count < LEAST_ROWS || field.metric === 'hamming') return undefined;
  const sample = await sampleRows(input);
  const axes = orderedAxes(sample, field.dim);
  if (axes === undefined) return undefined;
  const euclidean = field.metric !== 'ip';
  const { count } = axes;
  const whole = tablesOf(axes, { first: count, tail: 0 }, euclidean, lengthOf(sample));
  const projector = new Projector(whole);
  const tried = projectAll(projector, sample.rows.subarray(0, TRIED * sample.floats), count);
  const queryRows = pickQueries(sample);
  const queries = projectAll(
    projector,
    scaled(queryRows, sample.floats, euclidean ? 0 : whole.length),
    count,
  );
  const distances = await nearDistances(input, queryRows);
  const stages = planStages({
    axes,
    rows: tried,
    queries,
    ...reachesOf(input, sample, whole, queryRows, distances),
    euclidean,
    dim: field.dim,
    bytes: rows.byteStride !== undefined,
  });
  if (stages === undefined) return undefined;
  const tables = tablesOf(axes, stages, euclidean, whole.length);
  return setGrid(tables, sample) ? tables : undefined;
}

/** Tables without a grid. */
function tablesOf(axes: OrderedAxes, stages: Stages, euclidean: boolean, length: number): ScreenTables {
  const floats = axes.mean.length;
  const used = stages.first + stages.tail;
  const vectors = new Float64Array(Math.ceil(used / 4) * 4 * floats);
  vectors.set(axes.vectors.subarray(0, used * floats));
  const { all } = codeSizes(stages);
  const grid = { origins: new Float64Array(all), steps: new Float64Array(all).fill(1), unit: 1 };
  return { ...stages, euclidean, mean: axes.mean, axes: vectors, length, ...grid };
}

/** Usual length of a row. */
function lengthOf({ rows, count }: Sample): number {
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += rows[i] * rows[i];
  return Math.sqrt(sum / count);
}

function projectAll(projector: Projector, vectors: Float32Array | Float64Array, axes: number): Projected {
  const { floats, count } = {
    floats: projector.tables.mean.length,
    count: vectors.length / projector.tables.mean.length,
  };
  const out = { components: new Float64Array(count * axes), squares: new Float64Array(count), count };
  for (let from = 0; from < count; from += projector.most) {
    const some = Math.min(projector.most, count - from);
    projector.load(vectors.subarray(from * floats, (from + some) * floats), some);
    for (let i = 0; i < some; i++) {
      projector.select(i);
      out.components.set(projector.components.subarray(0, axes), (from + i) * axes);
      out.squares[from + i] = projector.square;
    }
  }
  return out;
}

/** Rows spread over the second half of the sample: axes are found on the first. */
function pickQueries({ rows, count, floats }: Sample): Float32Array {
  const half = count >> 1;
  const wanted = Math.min(QUERIES, count - half);
  const out = new Float32Array(wanted * floats);
  for (let i = 0; i < wanted; i++) {
    const at = half + Math.floor((i * (count - half)) / wanted);
    out.set(rows.subarray(at * floats, (at + 1) * floats), i * floats);
  }
  return out;
}

/** Each vector brought to a length. @param length 0: as they are */
function scaled(vectors: Float32Array, floats: number, length: number): Float64Array {
  const out = Float64Array.from(vectors);
  for (let at = 0; length > 0 && at < out.length; at += floats) {
    let sum = 0;
    for (let j = at; j < at + floats; j++) sum += out[j] * out[j];
    const factor = sum > 0 ? length / Math.sqrt(sum) : 1;
    for (let j = at; j < at + floats; j++) out[j] *= factor;
  }
  return out;
}

/** Distance to the last of the nearest neighbours among all rows, of each query. */
async function nearDistances(
  { field, rows, environment }: BuildInput,
  queries: Float32Array,
): Promise<Float64Array> {
  const { floats, rowBytes } = rows;
  const count = queries.length / floats;
  // A query is a row: it finds itself.
  const limit = Math.min(rows.count, NEIGHBOURS + 1);
  const arena = new Arena();
  const queriesAt = arena.allocate(queries.byteLength);
  arena.f32(queriesAt, queries.length).set(queries);
  const heapBytes = limit * 8;
  const heaps = arena.allocate(count * heapBytes);
  const sizes = new Uint32Array(count);
  const pace = new Pace((done) =>
    environment.progress(`${field.name}: measuring distances`, done, rows.count),
  );
  let rowsAt: Pointer | undefined;
  for (const piece of rows.pieces()) {
    await pace.step(piece.first);
    // The first piece is the longest.
    rowsAt ??= arena.allocate(piece.rows.byteLength);
    arena.f32(rowsAt, piece.rows.length).set(piece.rows);
    arena.kernels.setCodes(rowsAt, rowBytes, rowBytes, spaceOf(field.metric));
    for (let q = 0; q < count; q++) {
      const [query, heap] = [queriesAt + q * rowBytes, heaps + q * heapBytes];
      sizes[q] = arena.kernels.scanRows(query, 0, piece.count, heap, sizes[q], limit);
    }
  }
  return Float64Array.from({ length: count }, (_, q) => distanceOf(arena.u32(heaps + q * heapBytes, 2)[1]));
}

/** What planStages() wants to know of distances; see screenQuery() for the formulas. */
function reachesOf(
  { field }: BuildInput,
  { rows, floats }: Sample,
  { mean, length, euclidean }: ScreenTables,
  queries: Float32Array,
  distances: Float64Array,
) {
  const stretched = scaled(queries, floats, euclidean ? 0 : length);
  const dot = (a: ArrayLike<number>, at: number, b: ArrayLike<number>, from: number) => {
    let sum = 0;
    for (let j = 0; j < floats; j++) sum += a[at + j] * b[from + j];
    return sum;
  };
  const reaches = distances.map((distance, q) => {
    if (field.metric === 'l2') return distance;
    if (field.metric === 'cosine') return 2 + 2 * distance;
    const own = dot(queries, q * floats, queries, q * floats);
    return own > 0 ? (distance * length) / Math.sqrt(own) : 0;
  });
  const square = dot(mean, 0, mean, 0);
  const ofQueries = distances.map((_, q) => square - dot(mean, 0, stretched, q * floats));
  const rowMeans = new Map<number, number>();
  const base = (q: number, r: number) => {
    let own = rowMeans.get(r);
    if (own === undefined) {
      own = -dot(mean, 0, rows, r * floats);
      rowMeans.set(r, own);
    }
    return ofQueries[q] + own;
  };
  return { reaches, base };
}

/** Sets origins, steps and the unit by the sample's range. @returns false when it has none */
function setGrid(tables: ScreenTables, sample: Sample): boolean {
  const { origins, steps, euclidean, mean } = tables;
  const components = origins.length;
  const projector = new Projector(tables);
  const low = new Float64Array(components).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(components).fill(Number.NEGATIVE_INFINITY);
  for (let from = 0; from < sample.count; from += projector.most) {
    const count = Math.min(projector.most, sample.count - from);
    projector.load(sample.rows.subarray(from * sample.floats, (from + count) * sample.floats), count);
    for (let i = 0; i < count; i++) {
      projector.select(i);
      projector.components.forEach((value, j) => {
        if (value < low[j]) low[j] = value;
        if (value > high[j]) high[j] = value;
      });
    }
  }
  let widest = 0;
  for (let j = 0; j < components; j++) widest = Math.max(widest, high[j] - low[j]);
  if (!(widest > 1e-30)) return false;
  let furthest = 0;
  let square = 0;
  for (let j = 0; j < components; j++) {
    origins[j] = (low[j] + high[j]) / 2;
    steps[j] = (Math.max(high[j] - low[j], widest * 1e-3) * (1 + 2 * MARGIN)) / 254;
    const most = Math.max(Math.abs(low[j]), Math.abs(high[j]));
    furthest = Math.max(furthest, most * steps[j]);
    square += (Math.abs(origins[j]) + 127 * steps[j]) ** 2;
  }
  // Norms and weights must fit their numbers; the smaller the unit, the less rounding costs.
  const meanLength = Math.sqrt(mean.reduce((sum, value) => sum + value * value, 0));
  const largestNorm = euclidean ? square : meanLength * sample.longest;
  tables.unit = Math.max(((euclidean ? 2 : 1) * furthest) / USUAL_WEIGHT, (2 * largestNorm) / MOST_SUM);
  return true;
}
