import { join } from 'node:path';
import { type Branch, metaCount, type SegmentView } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { type ForwardReader, openForward } from '../forward/index.js';
import { ReadCounter, SegmentReader } from '../segment/index.js';
import { branchesOf } from './branches.js';
import { type Manifest, readManifest, type SegmentEntry } from './manifest.js';

/** Times a commit may overtake an open before it is called damage. */
const OPEN_ATTEMPTS = 5;

/** One state of an index, open for reading: it stays that state until close(). */
export interface IndexReader {
  directory: string;
  manifest: Manifest;
  segments: SegmentView[];
  /** Every way of recall the index has, by name, in schema order. Opened on first use. */
  branch(name: string): Branch;
  branchNames: string[];
  /** Document numbers of the index: id, row and stored fields of each, and back. */
  documents: Documents;
  /** Reads made so far, over all segments. */
  counter: ReadCounter;
  close(): void;
}

/**
 * Opens an index: the manifest, then head and directory of every segment (two reads each). Arrays
 * are read when a query needs them.
 * @throws IndexMissingError, NotOursError, TooOldError, TooNewError, TruncatedError, CorruptError
 */
export function openReader(directory: string): IndexReader {
  const counter = new ReadCounter();
  const { manifest, segments } = openState(directory, counter);
  const named = branchesOf(manifest.schema);
  const branches = new Map<string, Branch>();
  return {
    directory,
    manifest,
    segments,
    counter,
    branchNames: named.map(({ name }) => name),
    branch(name) {
      let branch = branches.get(name);
      if (branch === undefined) {
        const found = named.find((entry) => entry.name === name);
        if (found === undefined) throw new Error(`no branch '${name}'`);
        branch = found.open(segments);
        branches.set(name, branch);
      }
      return branch;
    },
    documents: new Documents(segments),
    close() {
      for (const branch of branches.values()) branch.close();
      for (const { reader } of segments) reader.close();
    },
  };
}

/** A commit may delete segments between our reading of the manifest and of them: then there is a newer manifest. */
function openState(directory: string, counter: ReadCounter): { manifest: Manifest; segments: SegmentView[] } {
  for (let attempt = 1; ; attempt++) {
    const manifest = readManifest(directory);
    const segments: SegmentView[] = [];
    try {
      let base = 0;
      for (const entry of manifest.segments) {
        segments.push(openSegment(directory, entry, base, counter));
        base += entry.documents;
      }
      return { manifest, segments };
    } catch (error) {
      for (const { reader } of segments) reader.close();
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (attempt === OPEN_ATTEMPTS) {
        throw new CorruptError(directory, 'a segment that the manifest names is missing');
      }
    }
  }
}

export function openSegment(
  directory: string,
  entry: SegmentEntry,
  base: number,
  counter: ReadCounter,
): SegmentView {
  const reader = new SegmentReader(join(directory, entry.file), counter);
  try {
    if (reader.fileBytes !== entry.bytes) {
      throw new CorruptError(
        reader.path,
        `${reader.fileBytes} bytes long, but the manifest says ${entry.bytes}`,
      );
    }
    const documents = metaCount(reader, reader.meta, 'documents');
    if (documents !== entry.documents || metaCount(reader, reader.meta, 'base') !== base) {
      throw new CorruptError(reader.path, 'it is not the segment that the manifest names');
    }
    return { reader, base, documents };
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** Documents by number over all segments. */
export class Documents {
  private readonly segments: SegmentView[];
  private readonly readers: (ForwardReader | undefined)[];

  constructor(segments: SegmentView[]) {
    this.segments = segments;
    this.readers = segments.map(() => undefined);
  }

  /** Loads ids, so that a batch's answers cost no reads. */
  warm(): void {
    for (let i = 0; i < this.segments.length; i++) this.reader(i).warm();
  }

  id(doc: number): string {
    return this.at(doc, (forward, local) => forward.id(local));
  }

  row(doc: number): number {
    return this.at(doc, (forward, local) => forward.row(local));
  }

  stored(doc: number): Record<string, unknown> | undefined {
    return this.at(doc, (forward, local) => forward.stored(local));
  }

  find(id: string): number | undefined {
    return this.first((forward) => forward.find(id));
  }

  docOfRow(row: number): number | undefined {
    return this.first((forward) => forward.docOfRow(row));
  }

  private first(look: (forward: ForwardReader) => number | undefined): number | undefined {
    for (let i = 0; i < this.segments.length; i++) {
      const local = look(this.reader(i));
      if (local !== undefined) return this.segments[i].base + local;
    }
    return undefined;
  }

  private at<T>(doc: number, get: (forward: ForwardReader, local: number) => T): T {
    let i = this.segments.length - 1;
    while (i > 0 && this.segments[i].base > doc) i--;
    return get(this.reader(i), doc - this.segments[i].base);
  }

  private reader(i: number): ForwardReader {
    this.readers[i] ??= openForward(this.segments[i]);
    return this.readers[i];
  }
}
