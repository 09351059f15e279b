import { CorruptError } from '../../../errors/index.js';
import type { VectorPart } from '../../part.js';
import { BLOCK, blockBytes, takeCodes } from './layout.js';
import { loadBlockCoder } from './table.js';

/** Rows whose code is computed anew, spread over all. */
const SAMPLED = 256;

/** Codes and corrections of a sample of rows are those of their vectors. @throws CorruptError */
export function checkBlocks(part: VectorPart): void {
  const { reader, name, count, floats, rowBytes, bytes } = part;
  const coder = loadBlockCoder(part);
  // Codes of vectors that are gone can't be told from others: what is read is under checksums.
  if (part.decoded) {
    for (const array of ['biases', 'factors']) reader.loadF32(`${name}/${array}`);
    return;
  }
  const { groups } = coder.book;
  const stride = blockBytes(groups);
  const offsets = reader.has(`${name}/offsets`) ? reader.loadU32(`${name}/offsets`) : [0, count];
  const row = new Float32Array(floats);
  const codes = new Uint8Array(groups);
  const found = new Uint8Array(groups);
  const each = Math.max(1, Math.floor(count / SAMPLED));
  let list = 0;
  for (let position = 0; position < count; position += each) {
    while (offsets[list + 1] <= position) list++;
    const stored = reader.range(`${name}/rows`, position * rowBytes, rowBytes);
    row.set(bytes ? stored.subarray(0, floats) : new Float32Array(stored.buffer));
    const { bias, factor } = coder.encode(row, 0, list, codes);
    takeCodes(reader.range(`${name}/codes`, Math.floor(position / BLOCK) * stride, stride), position, found);
    const [storedBias, storedFactor] = ['biases', 'factors'].map(
      (array) => new Float32Array(reader.range(`${name}/${array}`, position * 4, 4).buffer)[0],
    );
    const right =
      codes.every((code, g) => code === found[g]) &&
      Object.is(storedBias, Math.fround(bias)) &&
      Object.is(storedFactor, Math.fround(factor));
    if (!right) {
      throw new CorruptError(reader.path, `'${name}': the code of row ${position} is not that of its vector`);
    }
  }
}
