import type { Structure } from '../branch/index.js';
import { fieldOf, vectorBranches } from './branches.js';
import { calibratePart, decodeCalibration } from './calibrate/index.js';
import { checkRows } from './check.js';
import { checkCodes } from './codes/index.js';
import { implementations } from './implementations.js';
import { openPart, partName } from './part.js';
import { VectorWriter } from './writer.js';

/** One vector field of a schema: a part of each segment, and a branch. */
export const vectorStructure: Structure = {
  ...vectorBranches,
  kind: 'vector',
  part: partName,
  writer: (name, schema, environment) => {
    const field = fieldOf(schema, name);
    return new VectorWriter(field, schema.vectors.indexOf(field), environment);
  },
  requireMemory: (name, schema, documents, memoryBytes) => {
    const field = fieldOf(schema, name);
    implementations[field.spec.kind].requireMemory?.(field, documents, memoryBytes);
  },
  calibrate: async (name, schema, segment, environment) => {
    const part = openPart(fieldOf(schema, name), segment);
    return calibratePart(part, implementations[part.field.spec.kind], environment);
  },
  check: (name, schema, segment) => {
    const part = openPart(fieldOf(schema, name), segment);
    checkRows(part);
    if (part.count === 0) return;
    checkCodes(part);
    const { check, dials } = implementations[part.field.spec.kind];
    check(part);
    decodeCalibration(part, dials?.(part) ?? []);
  },
};
