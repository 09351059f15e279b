import type { Structure } from '../branch/index.js';
import { columnsStructure } from '../columns/index.js';
import { forwardStructure } from '../forward/index.js';
import { textStructure } from '../inverted/index.js';
import type { Schema } from '../schema/index.js';
import { sparseStructure } from '../sparse/index.js';
import { vectorStructure } from '../vector/index.js';

/**
 * Every kind of part a segment can have, in the order their arrays stand in the file. This is the
 * one place where a new branch is registered.
 */
const structures: Structure[] = [
  textStructure,
  sparseStructure,
  columnsStructure,
  vectorStructure,
  forwardStructure,
];

/** A structure under one of the names a schema gives it. */
export interface NamedStructure {
  structure: Structure;
  name: string;
  part: string;
}

export function structuresOf(schema: Schema): NamedStructure[] {
  return structures.flatMap((structure) =>
    structure.names(schema).map((name) => ({ structure, name, part: structure.part(name) })),
  );
}
