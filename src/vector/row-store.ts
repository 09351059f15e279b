import type { VectorPart } from './part.js';

/** Where the rows of a segment come from, as `rowBytes` each. */
export interface RowStore {
  /** @param target whole rows from position `from` on */
  read(from: number, target: Uint8Array): void;
  /** Length of the longest row, or more; undefined where lengths say nothing. */
  readonly longest: number | undefined;
}

/** The array `rows`. */
export class FiledRows implements RowStore {
  private readonly part: VectorPart;

  constructor(part: VectorPart) {
    this.part = part;
  }

  get longest(): number | undefined {
    return this.part.maxNorm;
  }

  read(from: number, target: Uint8Array): void {
    const { reader, name, rowBytes, count } = this.part;
    if (target.length === count * rowBytes) reader.readInto(`${name}/rows`, target);
    else reader.readRange(`${name}/rows`, from * rowBytes, target);
  }
}
