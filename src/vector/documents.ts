import { CorruptError } from '../errors/index.js';
import { expectShape, loadDocs, type VectorPart } from './part.js';

/** Which document each position of the rows is of. */
export interface RowDocuments {
  /** Local document of a position. */
  docOf(position: number): number;
  /** Position of a document's vector, undefined when it has none. */
  positionOf(doc: number): number | undefined;
}

/** Kept in memory: O(1) a position, and O(vectors) once for the first document. */
export class LoadedDocuments implements RowDocuments {
  private readonly count: number;
  private readonly docs: Uint32Array | undefined;
  /** Vector number of each position; undefined when they are the same. */
  private readonly order: Uint32Array | undefined;
  private positions: Map<number, number> | undefined;

  /** @param order a permutation of the vectors @throws CorruptError */
  constructor(part: VectorPart, order: Uint32Array | undefined) {
    this.count = part.count;
    this.order = order;
    this.docs = loadDocs(part);
  }

  docOf(position: number): number {
    const number = this.order === undefined ? position : this.order[position];
    return this.docs === undefined ? number : this.docs[number];
  }

  positionOf(doc: number): number | undefined {
    if (this.order === undefined && this.docs === undefined) return doc < this.count ? doc : undefined;
    if (this.positions === undefined) {
      this.positions = new Map();
      for (let position = 0; position < this.count; position++) {
        this.positions.set(this.docOf(position), position);
      }
    }
    return this.positions.get(doc);
  }
}

/** Positions looked at in one read while one is sought. */
const SOUGHT = 65_536;

/** Left in the file: one or two small reads a position, a search by halves and a pass over `order` for a document. */
export class FiledDocuments implements RowDocuments {
  private readonly part: VectorPart;
  private readonly ordered: boolean;
  private readonly listed: boolean;
  /** Positions that were asked for, by document: those of hits are asked for again to be explained. */
  private readonly met = new Map<number, number>();

  /** @throws CorruptError when an array has another shape */
  constructor(part: VectorPart) {
    const { reader, name, count, documents } = part;
    this.part = part;
    this.ordered = reader.has(`${name}/order`);
    this.listed = reader.has(`${name}/docs`);
    if (this.ordered) expectShape(part, 'order', 'u32', [count]);
    if (this.listed) expectShape(part, 'docs', 'u32', [count]);
    else if (count !== documents) {
      throw new CorruptError(
        reader.path,
        `'${name}' has ${count} vectors for ${documents} documents and no array '${name}/docs'`,
      );
    }
  }

  docOf(position: number): number {
    const { count, documents } = this.part;
    const number = this.ordered ? this.at('order', position, count) : position;
    const doc = this.listed ? this.at('docs', number, documents) : number;
    this.met.set(doc, position);
    return doc;
  }

  positionOf(doc: number): number | undefined {
    const met = this.met.get(doc);
    if (met !== undefined) return met;
    const number = this.numberOf(doc);
    if (number === undefined || !this.ordered) return number;
    const { reader, name, count } = this.part;
    for (let from = 0; from < count; from += SOUGHT) {
      const piece = new Uint32Array(Math.min(SOUGHT, count - from));
      reader.readRange(`${name}/order`, from * 4, new Uint8Array(piece.buffer));
      const found = piece.indexOf(number);
      if (found >= 0) return from + found;
    }
    throw new CorruptError(reader.path, `array '${name}/order' lacks ${number}`);
  }

  /** Number of a document's vector: documents ascend. */
  private numberOf(doc: number): number | undefined {
    const { count, documents } = this.part;
    if (!this.listed) return doc < count ? doc : undefined;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.at('docs', middle, documents) < doc) low = middle + 1;
      else high = middle;
    }
    return low < count && this.at('docs', low, documents) === doc ? low : undefined;
  }

  private at(array: string, index: number, below: number): number {
    const { reader, name } = this.part;
    const value = new DataView(reader.range(`${name}/${array}`, index * 4, 4).buffer).getUint32(0, true);
    if (value >= below)
      throw new CorruptError(reader.path, `array '${name}/${array}': ${value} at ${index} can't be`);
    return value;
  }
}
