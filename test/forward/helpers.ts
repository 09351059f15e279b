import { mkdirSync } from 'node:fs';
import type { SegmentView, WriterEnvironment } from '../../src/branch/index.js';
import { type ForwardReader, forwardStructure, openForward } from '../../src/forward/index.js';
import type { IndexDocument, Schema } from '../../src/schema/index.js';
import { SegmentReader, SegmentWriter } from '../../src/segment/index.js';
import { SpillDirectory } from '../../src/storage/index.js';

/** One document to write: its row, and what it has of an id and stored fields. */
export interface Doc {
  row: number;
  id?: string;
  stored?: Record<string, unknown>;
}

export function schema(parts: Partial<Schema> = {}): Schema {
  return {
    text: [],
    keyword: [],
    number: [],
    vectors: [],
    stored: 'all',
    analyzer: undefined,
    ids: true,
    ...parts,
  };
}

function asDocument({ row, id, stored }: Doc): IndexDocument {
  const bytes = stored && new TextEncoder().encode(JSON.stringify(stored));
  return { id, row, texts: [], vectors: [], stored: bytes };
}

/** Writes a segment of documents alone, in its own folder. @returns the path of the segment */
export async function writeDocuments(folder: string, docs: Doc[], of: Schema = schema()): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const spills = new SpillDirectory(folder);
  const environment: WriterEnvironment = {
    spills,
    memoryBytes: 2 ** 20,
    threads: 1,
    seed: 0,
    progress: () => {},
  };
  const writer = forwardStructure.writer('documents', of, environment);
  docs.forEach((doc, i) => {
    writer.add(i, asDocument(doc));
  });
  const out = new SegmentWriter(`${folder}/segment`);
  const { meta } = await writer.finish(out, docs.length);
  out.finish({ parts: { documents: meta } });
  return out.path;
}

/** Opens a segment of `documents` documents, uses it, closes it. */
export function withView<T>(path: string, documents: number, use: (view: SegmentView) => T): T {
  const reader = new SegmentReader(path);
  try {
    return use({ reader, base: 0, documents });
  } finally {
    reader.close();
  }
}

/** The same through a ForwardReader, once by ranges and once with the ids in memory. */
export function bothWays(path: string, documents: number, use: (forward: ForwardReader) => void): void {
  for (const warm of [false, true]) {
    withView(path, documents, (view) => {
      const forward = openForward(view);
      if (warm) forward.warm();
      use(forward);
    });
  }
}

export function check(path: string, documents: number, of: Schema = schema()): void {
  withView(path, documents, (view) => forwardStructure.check('documents', of, view));
}
