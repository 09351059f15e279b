import type { BranchKind } from '../branch/index.js';
import type { Schema, VectorField } from '../schema/index.js';
import { VectorBranch } from './branch.js';

/** A branch for each vector field of a schema. */
export const vectorBranches: BranchKind = {
  names: (schema) => schema.vectors.map((field) => field.name),
  branch: (name, schema, segments) => new VectorBranch(fieldOf(schema, name), segments),
};

export function fieldOf(schema: Schema, name: string): VectorField {
  const field = schema.vectors.find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`the schema has no vector field '${name}'`);
  return field;
}
