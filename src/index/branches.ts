import type { Branch, BranchKind, SegmentView } from '../branch/index.js';
// Not by their doors, which open all of a room: a query starts without those it has no use for.
import { textBranches } from '../inverted/branches.js';
import type { Schema } from '../schema/index.js';
import { sparseBranches } from '../sparse/branches.js';
import { vectorBranches } from '../vector/branches.js';

/** Structures that are searched, in the order of structures.ts: apart from it, so that a query loads nothing that builds. */
const kinds: BranchKind[] = [textBranches, sparseBranches, vectorBranches];

/** Branches by name, in schema order. */
export function branchesOf(schema: Schema): { name: string; open(segments: SegmentView[]): Branch }[] {
  return kinds.flatMap((kind) =>
    kind
      .names(schema)
      .map((name) => ({ name, open: (segments: SegmentView[]) => kind.branch(name, schema, segments) })),
  );
}
