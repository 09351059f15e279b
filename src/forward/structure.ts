import type { Structure } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { PackedNumbers } from '../segment/index.js';
import { ByteStrings } from './byte-strings.js';
import { BY_HASH, BY_ROW, IDS, idHash, PART, STORED } from './format.js';
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
    for (const [arrays, wanted] of [
      [IDS, schema.ids],
      [STORED, schema.ids && schema.stored !== 'none'],
    ] as const) {
      if (reader.has(arrays.bytes) !== wanted)
        throw damaged(`array '${arrays.bytes}' is ${wanted ? 'missing' : 'not expected'}`);
      if (wanted) new ByteStrings(view, arrays).offsets();
    }
    if (reader.has(IDS.bytes)) {
      // Hashes lead to ids in no order: by ranges, each would cost a chunk.
      forward.warm();
      const docs = new PackedNumbers(reader, BY_HASH, documents).load();
      const seen = new Uint8Array(documents);
      const encoder = new TextEncoder();
      let before = -1;
      for (let i = 0; i < documents; i++) {
        if (docs[i] >= documents || seen[docs[i]]++ > 0) throw damaged(`id table is out of order at ${i}`);
        const hash = idHash(encoder.encode(forward.id(docs[i])));
        if (hash < before || (hash === before && docs[i] < docs[i - 1]))
          throw damaged(`id table is out of order at ${i}`);
        before = hash;
      }
    }
    const byRow = reader.has(BY_ROW) ? new PackedNumbers(reader, BY_ROW, documents).load() : undefined;
    let row = -1;
    for (let doc = 0; doc < documents; doc++) {
      const at = byRow === undefined ? doc : byRow[doc];
      const next = at < documents ? forward.row(at) : -1;
      if (next <= row) throw damaged(`input rows are out of order at ${doc}`);
      row = next;
      if (reader.has(STORED.bytes)) forward.stored(doc);
    }
  },
};
