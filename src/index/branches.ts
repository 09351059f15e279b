import type { Branch, BranchKind, SegmentView } from '../branch/index.js';
import { textBranches } from '../inverted/index.js';
import type { Schema } from '../schema/index.js';
import { sparseBranches } from '../sparse/branches.js';
// Not by its door, which opens all of the room: a query of text starts without.
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
