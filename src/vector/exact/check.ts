import { CorruptError } from '../../errors/index.js';
import { SCREEN_BLOCK_ROWS, SCREEN_ROWS } from '../../kernels/index.js';
import type { VectorPart } from '../part.js';
import { headPairs, Projector, ScreenCoder, type ScreenTables, tailBytes } from './coder.js';
import { loadScreenTables } from './screen.js';

/** Rows whose codes are computed anew, spread over all. */
const SAMPLED = 256;
/** How far products of axes may be from 0 and 1: bounds leave room for more than this. */
const ROUNDING = 1e-9;

/** Axes are at right angles, and codes of a sample of rows those the tables give. @throws CorruptError */
export function checkScreen(part: VectorPart): void {
  const tables = loadScreenTables(part);
  if (tables === undefined) return;
  checkAxes(part, tables);
  const { reader, name, count, floats, rowBytes, bytes } = part;
  const pairs = headPairs(tables);
  const tailWidth = tailBytes(tables);
  const projector = new Projector(tables);
  const coder = new ScreenCoder(projector);
  const row = new Float32Array(floats);
  const i32 = (array: string, at: number) =>
    new DataView(reader.range(`${name}/${array}`, at * 4, 4).buffer).getInt32(0, true);
  const each = Math.max(1, Math.floor(count / SAMPLED));
  for (let position = 0; position < count; position += each) {
    const stored = reader.range(`${name}/rows`, position * rowBytes, rowBytes);
    row.set(bytes ? stored.subarray(0, floats) : new Float32Array(stored.buffer));
    projector.load(row, 1);
    coder.encode(0, row);
    const blockBytes = pairs * 2 * SCREEN_BLOCK_ROWS;
    const block = Math.floor(position / SCREEN_BLOCK_ROWS);
    const codes = new Int8Array(reader.range(`${name}/boundBlocks`, block * blockBytes, blockBytes).buffer);
    const { first, tail } = tables;
    let good = i32('boundNorms', position) === coder.norm;
    for (let j = 0; j <= first; j++) {
      const at = ((j >> 1) * SCREEN_BLOCK_ROWS + (position % SCREEN_BLOCK_ROWS)) * 2 + (j & 1);
      good &&= codes[at] === coder.codes[j];
    }
    if (tail > 0) {
      const own = new Int8Array(reader.range(`${name}/boundTails`, position * tailWidth, tailWidth).buffer);
      for (let j = 0; j <= tail; j++) good &&= own[j] === coder.codes[first + 1 + j];
      good &&= own[tail + 1] === coder.codes[first];
      good &&= i32('boundTailNorms', position) === coder.tailNorm;
    }
    const chunk = Math.floor(position / SCREEN_ROWS);
    const errors = new Float64Array(reader.range(`${name}/boundErrors`, chunk * 16, 16).buffer);
    good &&= coder.firstError <= errors[0] && coder.tailError <= errors[1];
    if (!good)
      throw new CorruptError(
        reader.path,
        `'${name}': the bound of row ${position} is not that of its vector`,
      );
  }
}

function checkAxes(part: VectorPart, { axes, mean, first, tail }: ScreenTables): void {
  const floats = mean.length;
  for (let i = 0; i < first + tail; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < floats; k++) sum += axes[i * floats + k] * axes[j * floats + k];
      // An axis that the data have no direction for is zeros.
      const good = Math.abs(sum - (i === j ? 1 : 0)) <= ROUNDING || (i === j && sum === 0);
      if (!good)
        throw new CorruptError(
          part.reader.path,
          `'${part.name}': axes of the bounds are not at right angles`,
        );
    }
  }
}
