import type { BranchKind } from '../branch/index.js';
import { TEXT_BRANCH } from '../schema/index.js';
import { TextBranch } from './text-branch.js';

/** The text branch, where a schema has text. */
export const textBranches: BranchKind = {
  names: (schema) => (schema.text.length > 0 ? [TEXT_BRANCH] : []),
  branch: (_name, schema, segments) => new TextBranch(schema, segments),
};
