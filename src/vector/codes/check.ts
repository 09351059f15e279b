import { CorruptError } from '../../errors/index.js';
import type { VectorPart } from '../part.js';
import { blockStage, checkBlocks } from './blocks/index.js';
import { loadCoder } from './table.js';

/** Rows whose code is computed anew, spread over all. */
const SAMPLED = 256;

/** Codes of a sample of rows are those the tables give. @throws CorruptError */
export function checkCodes(part: VectorPart): void {
  if (blockStage(part.field) !== undefined) {
    checkBlocks(part);
    return;
  }
  const { reader, name, count, floats, rowBytes, bytes } = part;
  const coder = loadCoder(part);
  // Codes of vectors that are gone can't be told from others; checkRows() makes rows of all of them.
  if (coder === undefined || part.decoded) return;
  const row = new Float32Array(floats);
  const each = Math.max(1, Math.floor(count / SAMPLED));
  for (let position = 0; position < count; position += each) {
    const stored = reader.range(`${name}/rows`, position * rowBytes, rowBytes);
    row.set(bytes ? stored.subarray(0, floats) : new Float32Array(stored.buffer));
    const code = new Uint8Array(coder.stride);
    coder.encode(row, 1, code);
    const found = reader.range(`${name}/codes`, position * coder.stride, coder.stride);
    if (!code.every((value, j) => value === found[j])) {
      throw new CorruptError(reader.path, `'${name}': the code of row ${position} is not that of its vector`);
    }
  }
}
