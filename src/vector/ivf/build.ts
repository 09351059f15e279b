import type { ArraySink, SegmentWriter } from '../../segment/index.js';
import type { BuildInput } from '../kind.js';
import { Pace } from '../pace.js';
import type { RowSource } from '../source.js';
import { autoNlist, Clustering } from './train.js';

/** Rows gathered before they are written in list order, at least. */
const GATHER_LEAST = 4 << 20;
/** And at most: more saves no pass that matters. */
const GATHER_MOST = 2 ** 30;

/**
 * Trains the lists on a sample, then writes rows list by list, in document order within one.
 * Arrays: offsets u32[nlist + 1], centroids f32[nlist, floats], order u32[n] (vector number of each
 * position), rows f32[n, floats].
 * @throws ResourceError
 */
export async function buildIvf(input: BuildInput, out: SegmentWriter) {
  const { field, part, rows, environment } = input;
  const asked = field.spec.params.nlist;
  const nlist = asked === 0 ? autoNlist(rows.count) : Math.min(asked, rows.count);
  const clustering = new Clustering(input, nlist);
  await clustering.train();
  const lists = await clustering.assignAll();

  const offsets = new Uint32Array(nlist + 1);
  for (const list of lists) offsets[list + 1]++;
  for (let list = 0; list < nlist; list++) offsets[list + 1] += offsets[list];
  const next = offsets.slice();
  const position = lists.map((list) => next[list]++);
  const order = new Uint32Array(rows.count);
  position.forEach((at, number) => {
    order[at] = number;
  });
  out.add(`${part}/offsets`, 'u32', [nlist + 1], offsets);
  out.add(`${part}/centroids`, 'f32', [nlist, rows.floats], clustering.centroids());
  out.add(`${part}/order`, 'u32', [rows.count], order);
  const sink = out.begin(`${part}/rows`, 'f32', [rows.count, rows.floats]);
  const step = `${field.name}: ivf rows`;
  const pace = new Pace((done) => environment.progress(step, done, rows.count));
  await writeInOrder(rows, position, sink, environment.memoryBytes / 4, pace);
  sink.end();
  return { nlist };
}

/**
 * Writes rows by position. Passes over the source as often as the budget makes necessary, so that
 * the disk is read front to back and memory stays bounded.
 * @param position of each row, a permutation
 */
async function writeInOrder(
  rows: RowSource,
  position: Uint32Array,
  sink: ArraySink,
  budget: number,
  pace: Pace,
): Promise<void> {
  const bytes = Math.min(GATHER_MOST, Math.max(GATHER_LEAST, budget));
  const most = Math.min(rows.count, Math.max(1, Math.floor(bytes / rows.rowBytes)));
  const gathered = new Float32Array(most * rows.floats);
  for (let start = 0; start < rows.count; start += most) {
    const end = Math.min(rows.count, start + most);
    for (const piece of rows.pieces()) {
      for (let i = 0; i < piece.count; i++) {
        const at = position[piece.first + i];
        if (at < start || at >= end) continue;
        gathered.set(piece.rows.subarray(i * rows.floats, (i + 1) * rows.floats), (at - start) * rows.floats);
      }
      await pace.step(start);
    }
    sink.write(new Uint8Array(gathered.buffer, 0, (end - start) * rows.rowBytes));
  }
}
