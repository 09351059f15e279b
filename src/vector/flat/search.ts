import type { Candidates } from '../../branch/index.js';
import { type Pointer, RESERVOIR_HEADER_BYTES, reservoirBytes } from '../../kernels/index.js';
import { DecodedRows, type ListCodes, openListCodes } from '../codes/index.js';
import type { VectorRequest, VectorSearcher } from '../kind.js';
import { expectShape, spaceOf, type VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { VectorRows } from '../rows.js';

/** Positions per call of a scan: the first call runs in the quick compiler's code to its end. */
const SCAN_ROWS = 8192;

/** All codes are scanned, the best of them ranked on the rows. */
export class FlatCodeSearcher implements VectorSearcher {
  readonly rows: VectorRows;
  private readonly codes: ListCodes;
  /** Runs of SCAN_ROWS, as lists. */
  private readonly runs: number;
  private readonly queryAt: Pointer;
  /** Number of a run and the distance to the centroid, which all runs share. */
  private readonly runAt: Pointer;
  private readonly centroid: Float32Array | undefined;

  /** @throws CorruptError, ResourceError */
  constructor(part: VectorPart) {
    const decoded = part.decoded ? new DecodedRows(part) : undefined;
    this.rows = new VectorRows(part, undefined, decoded);
    const { arena } = this.rows;
    if (part.reader.has(`${part.name}/centroids`)) {
      expectShape(part, 'centroids', 'f32', [1, part.floats]);
      this.centroid = part.reader.loadF32(`${part.name}/centroids`);
    }
    this.runs = Math.ceil(part.count / SCAN_ROWS);
    const offsets = Uint32Array.from({ length: this.runs + 1 }, (_, i) =>
      Math.min(part.count, i * SCAN_ROWS),
    );
    const offsetsAt = arena.allocate(offsets.byteLength);
    arena.u32(offsetsAt, offsets.length).set(offsets);
    this.codes = openListCodes(part, this.rows, { offsets, offsetsAt }, decoded);
    this.queryAt = arena.allocate(this.codes.queryBytes);
    this.runAt = arena.allocate(8);
  }

  search(query: QueryVector, { depth, settings }: VectorRequest): Candidates {
    const { part, arena } = this.rows;
    const wanted = Math.min(depth, part.count);
    const limit = this.codes.candidates(wanted, settings.refine);
    if (limit >= part.count) return this.rows.exact(query, depth);
    this.rows.setQuery(query);
    const scan = this.codes.prepare(query, this.queryAt);
    const reservoir = arena.tail(reservoirBytes(limit));
    arena.kernels.openReservoir(reservoir, limit);
    arena.f32(this.runAt + 4, 1)[0] = this.base(query.single);
    for (let run = 0; run < this.runs; run++) {
      arena.u32(this.runAt, 1)[0] = run;
      scan.scan(this.runAt, this.runAt + 4, 1, reservoir, 0);
    }
    const size = arena.kernels.closeReservoir(reservoir);
    const entries = arena.u32(reservoir + RESERVOIR_HEADER_BYTES, size * 2);
    const positions = new Uint32Array(size);
    for (let i = 0; i < size; i++) positions[i] = entries[2 * i];
    return this.rows.rank(positions, wanted);
  }

  private base(query: Float32Array): number {
    const { centroid } = this;
    if (centroid === undefined) return 0;
    const l2 = spaceOf(this.rows.part.field.metric) === 0;
    let sum = 0;
    for (let j = 0; j < query.length; j++)
      sum += l2 ? (query[j] - centroid[j]) ** 2 : -query[j] * centroid[j];
    return sum;
  }
}
