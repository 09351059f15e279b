import type { Query } from '../../branch/index.js';
import type { IndexReader } from '../../index/index.js';
import type { VectorField } from '../../schema/index.js';
import { readVector } from '../../vector/index.js';
import type { Random } from '../random.js';

/** Deviation of the noise, in deviations of the component over the rows drawn. */
const NOISE = 0.25;
/** Share of packed bits that is flipped: of a quarter nothing would be left to find. */
const FLIPPED = 0.05;

/** Vectors of one field to look for documents by. */
export class VectorItems {
  readonly name: string;
  /** Deviation of the noise, in deviations of the component; of packed bits, the share that is flipped. */
  readonly noise: number;
  private readonly index: IndexReader;
  private readonly field: VectorField;

  constructor(index: IndexReader, field: VectorField) {
    this.name = field.name;
    this.noise = field.metric === 'hamming' ? FLIPPED : NOISE;
    this.index = index;
    this.field = field;
  }

  /** The vector of a document as it is stored. */
  of(doc: number): Float32Array | undefined {
    const { segments, manifest } = this.index;
    const view = segments.findLast(({ base }) => base <= doc);
    return view && readVector(this.name, manifest.schema, view, doc - view.base);
  }

  /** Adds noise to the vectors of all queries, in place. */
  disturb(queries: Query[], random: Random): void {
    const rows = queries.map(({ vectors }) => vectors[this.name]).filter((row) => row !== undefined);
    if (this.field.metric === 'hamming') for (const row of rows) flip(row, random);
    else addNoise(rows, random);
  }
}

/** Near-normal noise in proportion to how much each component varies; vectors of whole numbers stay such, in their range. */
function addNoise(rows: Float32Array[], random: Random): void {
  const whole = rows.every((row) => row.every(Number.isInteger));
  const dim = rows[0]?.length ?? 0;
  for (let d = 0; d < dim; d++) {
    let sum = 0;
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      sum += row[d];
      least = Math.min(least, row[d]);
      most = Math.max(most, row[d]);
    }
    const mean = sum / rows.length;
    let squares = 0;
    for (const row of rows) squares += (row[d] - mean) ** 2;
    const deviation = NOISE * Math.sqrt(squares / rows.length);
    for (const row of rows) {
      const value = row[d] + deviation * normal(random);
      row[d] = whole ? Math.max(least, Math.min(most, Math.round(value))) : value;
    }
  }
}

function flip(row: Float32Array, random: Random): void {
  for (let i = 0; i < row.length; i++) {
    for (let bit = 0; bit < 8; bit++) if (random.next() / 2 ** 32 < FLIPPED) row[i] ^= 1 << bit;
  }
}

/** The sum of twelve uniform numbers, less six: mean 0, deviation 1, and the same on every machine. */
function normal(random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.next() / 2 ** 32;
  return sum;
}
