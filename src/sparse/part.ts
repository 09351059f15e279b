import type { Schema, SparseField } from '../schema/index.js';

/** Where a sparse field stands in a segment. */
export function partName(field: string): string {
  return `sparse/${field}`;
}

export function sparseFields(schema: Schema): SparseField[] {
  return schema.sparse ?? [];
}

/** Place of a field among the sparse ones of the schema. */
export function fieldIndex(schema: Schema, name: string): number {
  const at = sparseFields(schema).findIndex((field) => field.name === name);
  if (at < 0) throw new Error(`the schema has no sparse field '${name}'`);
  return at;
}
