import { InputError, UsageError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import { openVectors } from '../records/index.js';
import { readVector } from '../vector/index.js';

/** The one vector of a file. @throws InputError when it holds none, or several */
export async function vectorInFile(path: string): Promise<Float32Array> {
  const source = await openVectors(path);
  let only: Float32Array | undefined;
  for await (const { values, count } of source.batches()) {
    if (only !== undefined || count > 1)
      throw new InputError(
        { file: path },
        'holds more than one vector',
        'give them as a batch with --queries',
      );
    only = values.slice(0, source.dim);
  }
  if (only === undefined) throw new InputError({ file: path }, 'holds no vector', 'give a file with one');
  return only;
}

/** The vector of a document, for --like. @throws UsageError when there is no such document, or it has none */
export function vectorOfDocument(index: IndexReader, field: string, id: string): Float32Array {
  const doc = index.documents.find(id);
  if (doc === undefined) throw new UsageError(`--like ${id}: no document of that id`);
  const segment = index.segments.findLast((view) => view.base <= doc)!;
  const vector = readVector(field, index.manifest.schema, segment, doc - segment.base);
  if (vector === undefined) throw new UsageError(`--like ${id}: the document has no vector '${field}'`);
  return vector;
}
