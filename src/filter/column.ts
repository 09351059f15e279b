/** An end of a range. Of a keyword field a text, of a number field a number. */
export interface Bound {
  value: string | number;
  inclusive: boolean;
}

/** Values of one field in one segment. `words` is a bit for each document: i % 32 of word i / 32. */
export interface Column {
  kind: 'keyword' | 'number';
  /** Sets the bits of documents with a value. */
  addPresent(words: Uint32Array): void;
  /**
   * Sets the bits of documents with a value between two bounds; undefined: no bound. Texts are ordered
   * by their UTF-8 bytes.
   */
  addWithin(low: Bound | undefined, high: Bound | undefined, words: Uint32Array): void;
}

/** Columns of a segment by field. */
export interface Columns {
  documents: number;
  /** @throws CorruptError; Error for a field that the schema has no column for */
  column(field: string): Column;
}
