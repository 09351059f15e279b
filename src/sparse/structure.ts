import type { Structure } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { checkTerms, SegmentTerms } from '../inverted/index.js';
import { sparseBranches } from './branches.js';
import { fieldIndex, partName, sparseFields } from './part.js';
import { readWeightCode } from './weights.js';
import { SparseWriter } from './writer.js';

/** One sparse field of a schema: a part of each segment, and a branch. */
export const sparseStructure: Structure = {
  ...sparseBranches,
  kind: 'sparse',
  part: partName,
  writer: (name, schema, environment) => {
    const index = fieldIndex(schema, name);
    return new SparseWriter(sparseFields(schema)[index], index, environment);
  },
  check: (name, _schema, segment) => {
    const part = partName(name);
    const terms = new SegmentTerms(segment, part);
    readWeightCode(segment.reader, terms.meta);
    const found = new Uint8Array(segment.documents);
    checkTerms(segment, part, terms, new Uint32Array(segment.documents), (_name, _entry, { docs, df }) => {
      for (let i = 0; i < df; i++) found[docs[i]] = 1;
    });
    const withTerms = found.reduce((sum, one) => sum + one, 0);
    if (withTerms !== terms.withTerms)
      throw new CorruptError(
        terms.path,
        `${withTerms} documents of '${part}' have terms, recorded are ${terms.withTerms}`,
      );
  },
};
