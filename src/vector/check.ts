import { CorruptError } from '../errors/index.js';
import { openRows } from './codes/index.js';
import { loadDocs, type VectorPart } from './part.js';
import { norm } from './unit.js';

/** Bytes of rows read at once, or one row. */
const PIECE_BYTES = 4 << 20;
/** How far from 1 a stored cosine row's length may be. */
const UNIT_TOLERANCE = 1e-5;

/**
 * What holds of the rows whatever the kind: all components finite, padding zero, none longer than
 * the recorded longest, of length 1 under cosine; documents ascending.
 * @throws CorruptError
 */
export function checkRows(part: VectorPart): void {
  loadDocs(part);
  const { count, rowBytes, field, reader } = part;
  const store = openRows(part);
  const maxNorm = store.longest;
  const components = part.bytes ? rowBytes : rowBytes / 4;
  const most = Math.max(1, Math.floor(PIECE_BYTES / rowBytes));
  for (let first = 0; first < count; first += most) {
    const rows = Math.min(most, count - first);
    const bytes = new Uint8Array(rows * rowBytes);
    store.read(first, bytes);
    const values = part.bytes ? bytes : new Float32Array(bytes.buffer);
    for (let i = 0; i < rows; i++) {
      const row = values.subarray(i * components, (i + 1) * components);
      const where = `row ${first + i} of '${part.name}'`;
      if (!row.every((value) => Number.isFinite(value)))
        throw new CorruptError(reader.path, `${where} is not finite`);
      if (!row.subarray(field.dim).every((value) => value === 0)) {
        throw new CorruptError(reader.path, `${where} has padding that is not zero`);
      }
      if (maxNorm === undefined) continue;
      const length = norm(row);
      if (length > maxNorm)
        throw new CorruptError(reader.path, `${where} is longer than the longest, ${maxNorm}`);
      if (field.metric === 'cosine' && Math.abs(length - 1) > UNIT_TOLERANCE) {
        throw new CorruptError(reader.path, `${where} has length ${length}, not 1`);
      }
    }
  }
}
