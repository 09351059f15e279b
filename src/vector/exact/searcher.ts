import type { Candidates } from '../../branch/index.js';
import type { VectorRequest, VectorSearcher } from '../kind.js';
import type { VectorPart } from '../part.js';
import type { QueryVector } from '../query.js';
import { VectorRows } from '../rows.js';
import type { ScreenTables } from './coder.js';
import { loadScreenTables, Screen } from './screen.js';
import { exactNearest } from './search.js';
import { exactWithin } from './within.js';

/** Single searches without the codes: by then what loading them takes is saved. */
const UNSCREENED = 2;

/** Rows alone, with codes that bound distances where the part has them. */
export class ExactSearcher implements VectorSearcher {
  readonly rows: VectorRows;
  private readonly tables: ScreenTables | undefined;
  private opened: Screen | undefined;
  private searches = 0;

  /** @throws CorruptError, ResourceError */
  constructor(part: VectorPart) {
    this.rows = new VectorRows(part);
    this.tables = loadScreenTables(part);
  }

  search(query: QueryVector, request: VectorRequest): Candidates {
    return this.exactMany([query], request.depth)[0];
  }

  searchMany(queries: QueryVector[], request: VectorRequest): Candidates[] {
    return this.exactMany(queries, request.depth);
  }

  exactMany(queries: QueryVector[], depth: number): Candidates[] {
    this.searches += queries.length;
    return exactNearest(this.rows, queries, depth, this.searches > UNSCREENED ? this.screen() : undefined);
  }

  exactWithin(query: QueryVector, least: number, depth: number): Candidates {
    return exactWithin(
      this.rows,
      query,
      least,
      depth,
      this.searches++ >= UNSCREENED ? this.screen() : undefined,
    );
  }

  private screen(): Screen | undefined {
    if (this.tables !== undefined) this.opened ??= new Screen(this.rows.part, this.rows, this.tables);
    return this.opened;
  }
}
