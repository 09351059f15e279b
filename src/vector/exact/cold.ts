import type { Candidates } from '../../branch/index.js';
import { FiledDocuments } from '../documents.js';
import type { VectorRequest, VectorSearcher } from '../kind.js';
import type { VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { VectorRows } from '../rows.js';

/** All rows compared, read from the file piece by piece: memory does not grow with them. The answers of ExactSearcher. */
export class ColdExactSearcher implements VectorSearcher {
  readonly rows: VectorRows;

  /** @throws CorruptError, ResourceError */
  constructor(part: VectorPart) {
    this.rows = new VectorRows(part, new FiledDocuments(part));
  }

  search(query: QueryVector, { depth }: VectorRequest): Candidates {
    return this.rows.exact(query, depth);
  }

  exactMany(queries: QueryVector[], depth: number): Candidates[] {
    return queries.map((query) => this.rows.exact(query, depth));
  }
}
