/** The part; arrays of a field are named `columns/<field>/<array>`. */
export const PART = 'columns';

export function arrayName(field: string, array: KeywordArray | NumberArray | 'present'): string {
  return `${PART}/${field}/${array}`;
}

/**
 * Of a keyword field: `values` u8, distinct values in UTF-8, ascending by bytes; `value-offsets`
 * u64[values + 1]; `lists` u8, documents of each value (see lists.ts); `list-offsets` u64[values + 1].
 */
type KeywordArray = 'values' | 'value-offsets' | 'lists' | 'list-offsets';

/**
 * Of a number field: `codes`, one a document (see number-code.ts), 0 where it has no number.
 * Of both: `present` u8[documents / 8, rounded up], bit i % 8 of byte i / 8 set where document i has a
 * value; absent when all or none have one.
 */
type NumberArray = 'codes';

/** Bytes of a bit for each document. */
export function bitmapBytes(documents: number): number {
  return Math.ceil(documents / 8);
}
