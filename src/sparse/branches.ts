import type { BranchKind } from '../branch/index.js';
import { SparseBranch } from './branch.js';
import { sparseFields } from './part.js';

/** A branch for each sparse field of a schema. */
export const sparseBranches: BranchKind = {
  names: (schema) => sparseFields(schema).map(({ name }) => name),
  branch: (name, _schema, segments) => new SparseBranch(name, segments),
};
