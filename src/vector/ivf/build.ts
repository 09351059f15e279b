import { type SegmentWriter, SMALL_CHUNK_BYTES } from '../../segment/index.js';
import { rowsGo, writeListCodes } from '../codes/index.js';
import type { BuildInput } from '../kind.js';
import { Pace } from '../pace.js';
import { BitClustering } from './bits.js';
import { autoNlist, Clustering } from './train.js';

/**
 * Trains the lists on a sample, then writes rows list by list, in document order within one. Under hamming
 * centroids are bits as rows are, each component a byte of them.
 * Arrays: spreads f32[nlist] under ip (root of the mean square of what rows differ from the centroid in a component),
 * groups f32[groups, floats] and groupOffsets u32[groups + 1] (lists of each) where there is
 * more than one, offsets u32[nlist + 1], centroids f32[nlist, floats], order u32[n] (vector number of
 * each position), those of the coder and codes u8[n, stride] where there is one, rows.
 * @throws ResourceError
 */
export async function buildIvf(input: BuildInput, out: SegmentWriter) {
  const { field, part, rows, environment } = input;
  const asked = field.spec.params.nlist;
  const nlist = asked === 0 ? autoNlist(rows.count) : Math.min(asked, rows.count);
  const clustering =
    field.metric === 'hamming' ? new BitClustering(input, nlist) : new Clustering(input, nlist);
  let lists: Uint32Array;
  try {
    await clustering.train();
    lists = await clustering.assignAll();
  } finally {
    clustering.end();
  }

  const offsets = new Uint32Array(nlist + 1);
  for (const list of lists) offsets[list + 1]++;
  for (let list = 0; list < nlist; list++) offsets[list + 1] += offsets[list];
  const next = offsets.slice();
  const position = lists.map((list) => next[list]++);
  const order = new Uint32Array(rows.count);
  position.forEach((at, number) => {
    order[at] = number;
  });
  const { centres: groupCentres, offsets: groupOffsets } = clustering.grouping();
  const groups = groupOffsets.length - 1;
  if (groups > 1) {
    out.add(`${part}/groups`, 'f32', [groups, rows.floats], groupCentres);
    out.add(`${part}/groupOffsets`, 'u32', [groups + 1], groupOffsets);
  }
  out.add(`${part}/offsets`, 'u32', [nlist + 1], offsets);
  const centroids = clustering.centroids();
  out.add(`${part}/centroids`, 'f32', [nlist, rows.floats], centroids);
  if (field.metric === 'ip') {
    const spreads = await spreadsOf(input, lists, centroids, nlist);
    out.add(`${part}/spreads`, 'f32', [nlist], spreads);
  }
  out.add(`${part}/order`, 'u32', [rows.count], order, SMALL_CHUNK_BYTES);
  const budget = environment.memoryBytes / 4;
  const pace = new Pace((done) => environment.progress(`${field.name}: ivf rows`, done, rows.count));
  const centres = new Float32Array((groups > 1 ? groupCentres.length : 0) + centroids.length);
  if (groups > 1) centres.set(groupCentres);
  centres.set(centroids, centres.length - centroids.length);
  const coded = await writeListCodes(input, { offsets, order, centroids, centres }, out);
  if (!rowsGo(field, coded)) await rows.writeTo(out, part, position, budget, pace);
  return { nlist, groups, ...coded };
}

/** How far rows of each list lie from its centroid: the root of the mean square over rows and components. */
async function spreadsOf(
  { field, rows, environment }: BuildInput,
  lists: Uint32Array,
  centroids: Float32Array,
  nlist: number,
): Promise<Float32Array> {
  const { floats, count } = rows;
  const sums = new Float64Array(nlist);
  const counts = new Uint32Array(nlist);
  const pace = new Pace((done) => environment.progress(`${field.name}: ivf spreads`, done, count));
  for (const piece of rows.pieces()) {
    for (let i = 0; i < piece.count; i++) {
      const list = lists[piece.first + i];
      const [row, centroid] = [i * floats, list * floats];
      let sum = 0;
      for (let j = 0; j < floats; j++) sum += (piece.rows[row + j] - centroids[centroid + j]) ** 2;
      sums[list] += sum;
      counts[list]++;
    }
    await pace.step(piece.first);
  }
  const most = Math.fround(3.4e38);
  return Float32Array.from(sums, (sum, list) =>
    Math.min(most, Math.sqrt(sum / Math.max(1, counts[list] * field.dim))),
  );
}
