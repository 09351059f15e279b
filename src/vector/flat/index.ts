/**
 * flat: every vector compared. On the rows alone it is exact, and passes over most rows by bounds where
 * these pay (../exact); with codes all of these are scanned, and the best ranked on the rows.
 * O(vectors · bytes of a code) a query.
 */
import { blockStage, rowsGo, writeListCodes } from '../codes/index.js';
import { checkScreen, writeScreen } from '../exact/index.js';
import type { BuildInput, VectorImplementation } from '../kind.js';
import { Pace } from '../pace.js';
import { flatSearching } from './searching.js';

export const flat: VectorImplementation = {
  ...flatSearching,

  async build(input, out) {
    const { field, part, rows, environment } = input;
    let coded = {};
    if (field.spec.stages.length === 0) coded = await writeScreen(input, out);
    else {
      const centroids = await meanOf(input);
      if (blockStage(field) !== undefined) out.add(`${part}/centroids`, 'f32', [1, rows.floats], centroids);
      const offsets = Uint32Array.of(0, rows.count);
      coded = await writeListCodes(input, { offsets, order: undefined, centroids }, out);
    }
    const pace = new Pace((done) => environment.progress(`${field.name}: flat`, done, rows.count));
    if (!rowsGo(field, coded)) await rows.writeTo(out, part, undefined, 0, pace);
    return coded;
  },

  check: checkScreen,
};

/** What codes are relative to. */
async function meanOf({ field, rows, environment }: BuildInput): Promise<Float32Array> {
  const sums = new Float64Array(rows.floats);
  const pace = new Pace((done) => environment.progress(`${field.name}: mean`, done, rows.count));
  for (const piece of rows.pieces()) {
    for (let i = 0; i < piece.count; i++) {
      for (let j = 0; j < rows.floats; j++) sums[j] += piece.rows[i * rows.floats + j];
    }
    await pace.step(piece.first);
  }
  return Float32Array.from(sums, (sum) => sum / rows.count);
}
