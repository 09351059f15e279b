import type { Schema } from '../schema/index.js';
import type { MsgValue } from '../segment/index.js';
import type { IndexReader } from './open.js';

/** What `info` shows of an index. */
export interface IndexInfo {
  schema: 'shortlist.info@1';
  path: string;
  tool: string;
  documents: number;
  /** Records read, rejected ones included. */
  rows: number;
  seed: number;
  counts: Record<string, number>;
  fields: Schema;
  segments: {
    file: string;
    bytes: number;
    documents: number;
    arrays: { name: string; dtype: string; shape: number[]; bytes: number }[];
    /** What each part recorded of itself: kind, codes, counts. */
    parts: Record<string, Record<string, unknown>>;
  }[];
  /** Bytes of arrays by part, 'other' for framing, and 'total' of all segment files. */
  bytes: Record<string, number>;
}

export function describeIndex(index: IndexReader): IndexInfo {
  const { manifest } = index;
  const bytes: Record<string, number> = {};
  let accounted = 0;
  const segments = manifest.segments.map((entry, i) => {
    const arrays = index.segments[i].reader.list().map(({ name, dtype, shape, byteLength }) => {
      const part = name.slice(0, name.lastIndexOf('/'));
      bytes[part] = (bytes[part] ?? 0) + byteLength;
      accounted += byteLength;
      return { name, dtype, shape, bytes: byteLength };
    });
    const parts = plain(index.segments[i].reader.meta.get('parts')) as Record<
      string,
      Record<string, unknown>
    >;
    return { file: entry.file, bytes: entry.bytes, documents: entry.documents, arrays, parts };
  });
  const total = manifest.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return {
    schema: 'shortlist.info@1',
    path: index.directory,
    tool: manifest.tool,
    documents: manifest.documents,
    rows: manifest.rows,
    seed: manifest.seed,
    counts: manifest.counts,
    fields: manifest.schema,
    segments,
    bytes: { ...bytes, other: total - accounted, total },
  };
}

/** Metadata as JSON takes it. */
function plain(value: MsgValue | undefined): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]));
}
