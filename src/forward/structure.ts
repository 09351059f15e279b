import { type SegmentView, type Structure, u64At } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { ARRAYS, idHash, PART } from './format.js';
import { openForward } from './reader.js';
import { ForwardWriter } from './writer.js';

/** Stored documents, ids and rows: part of every index, searched by none. */
export const forwardStructure: Structure = {
  kind: PART,
  names: () => [PART],
  part: () => PART,
  writer: (_name, schema, environment) => new ForwardWriter(schema, environment),
  check(_name, schema, view) {
    const forward = openForward(view);
    const { reader, documents } = view;
    const damaged = (what: string) => new CorruptError(reader.path, what);
    for (const [data, offsets, wanted] of [
      [ARRAYS.ids, ARRAYS.idOffsets, schema.ids],
      [ARRAYS.stored, ARRAYS.storedOffsets, schema.ids && schema.stored !== 'none'],
    ] as const) {
      if (reader.has(data) !== wanted)
        throw damaged(`array '${data}' is ${wanted ? 'missing' : 'not expected'}`);
      if (wanted) checkOffsets(view, data, offsets);
    }
    if (reader.has(ARRAYS.ids)) {
      // Hashes lead to ids in no order: by ranges, each would cost a chunk.
      forward.warm();
      const hashes = reader.loadU32(ARRAYS.hashes);
      const docs = reader.loadU32(ARRAYS.hashDocs);
      const seen = new Uint8Array(documents);
      const encoder = new TextEncoder();
      for (let i = 0; i < documents; i++) {
        const ordered =
          i === 0 || hashes[i - 1] < hashes[i] || (hashes[i - 1] === hashes[i] && docs[i - 1] < docs[i]);
        if (!ordered || docs[i] >= documents || seen[docs[i]]++ > 0)
          throw damaged(`id table is out of order at ${i}`);
        const id = forward.id(docs[i]);
        if (idHash(encoder.encode(id)) !== hashes[i])
          throw damaged(`id table does not lead to document '${id}'`);
      }
    }
    for (let doc = 0; doc < documents; doc++) {
      if (doc > 0 && forward.row(doc) <= forward.row(doc - 1))
        throw damaged(`input rows are out of order at ${doc}`);
      if (reader.has(ARRAYS.stored)) forward.stored(doc);
    }
  },
};

/** Offsets begin at 0, never fall, and end where the data does. */
function checkOffsets(view: SegmentView, data: string, offsets: string): void {
  const { reader, documents } = view;
  const bytes = reader.load(offsets);
  let previous = 0;
  for (let i = 0; i <= documents; i++) {
    const offset = u64At(bytes, i);
    if (offset < previous || (i === 0 && offset !== 0))
      throw new CorruptError(reader.path, `'${offsets}' falls at ${i}`);
    previous = offset;
  }
  if (previous !== reader.info(data).byteLength)
    throw new CorruptError(reader.path, `'${offsets}' does not cover '${data}'`);
}
