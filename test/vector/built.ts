import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Branch, SearchOptions, SegmentView, WrittenPart } from '../../src/branch/index.js';
import { type Metric, parseIndexSpec, type Schema } from '../../src/schema/index.js';
import { SegmentReader, SegmentWriter } from '../../src/segment/index.js';
import { SpillDirectory } from '../../src/storage/index.js';
import { resolveVectorSpec, specUnder, vectorStructure } from '../../src/vector/index.js';

/** A vector of a document, or none. */
export type Vectors = (ArrayLike<number> | undefined)[];

export interface BuildSettings {
  memoryBytes?: number;
  seed?: number;
  threads?: number;
  progress?: (step: string, done: number, total: number) => void;
  onTemporary?: (folder: string) => void;
}

/** A schema with one vector field, `emb`. */
export function schemaOf(spec: string, metric: Metric, dim: number): Schema {
  const resolved = specUnder(metric, resolveVectorSpec(parseIndexSpec(spec).spec));
  const field = { name: 'emb', dim, metric, spec: resolved };
  return {
    text: [],
    keyword: [],
    number: [],
    vectors: [field],
    stored: 'none',
    analyzer: undefined,
    ids: false,
  };
}

/** A folder that goes when the test is over. */
export function temporaryFolder(keep = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'vector-'));
  keep(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes one segment through the real writer. */
export async function writeSegment(
  path: string,
  schema: Schema,
  vectors: Vectors,
  { memoryBytes = 2 ** 30, seed = 42, threads = 1, progress = () => {} }: BuildSettings = {},
): Promise<WrittenPart> {
  const spills = new SpillDirectory(join(path, '..'));
  const out = new SegmentWriter(path);
  try {
    const writer = vectorStructure.writer('emb', schema, { spills, memoryBytes, threads, seed, progress });
    vectors.forEach((vector, row) => {
      const own = vector === undefined ? undefined : Float32Array.from(vector);
      writer.add(row, { id: undefined, row, texts: [], vectors: [own], stored: undefined });
      if (writer.buffered() > 1000) writer.spill();
    });
    const written = await writer.finish(out, vectors.length);
    out.finish({ parts: { [vectorStructure.part('emb')]: written.meta } });
    return written;
  } finally {
    out.abort();
    spills.deleteAll();
  }
}

export function openSegment(path: string, documents: number, base = 0): SegmentView {
  return { reader: new SegmentReader(path), base, documents };
}

/** Writes, opens and checks segments; the branch over them. */
export async function built(
  spec: string,
  metric: Metric,
  segments: Vectors[],
  settings: BuildSettings = {},
  keep = onTestFinished,
): Promise<{ branch: Branch; schema: Schema; views: SegmentView[]; written: WrittenPart[] }> {
  const dim = segments.flat().find((vector) => vector !== undefined)?.length ?? 3;
  const schema = schemaOf(spec, metric, dim);
  const folder = temporaryFolder(keep);
  const views: SegmentView[] = [];
  const written: WrittenPart[] = [];
  let base = 0;
  for (const [i, vectors] of segments.entries()) {
    const path = join(folder, `segment-${i}`);
    written.push(await writeSegment(path, schema, vectors, settings));
    views.push(openSegment(path, vectors.length, base));
    base += vectors.length;
  }
  keep(() => {
    for (const view of views) view.reader.close();
  });
  for (const view of views) vectorStructure.check('emb', schema, view);
  return { branch: vectorStructure.branch!('emb', schema, views), schema, views, written };
}

export interface Hit {
  doc: number;
  score: number;
}

export function search(
  branch: Branch,
  vector: ArrayLike<number>,
  depth: number,
  options: SearchOptions = {},
  segment = 0,
): Hit[] {
  const query = { id: 'q', vectors: { emb: Float32Array.from(vector) } };
  const { docs, scores } = branch.prepare(query, options)!.search(segment, depth);
  return [...docs].map((doc, i) => ({ doc, score: scores[i] }));
}

/** By definition: every vector scored in float64, sorted; equal scores by document. @param stored vectors are as they are stored */
export function bruteForce(
  metric: Metric,
  vectors: Vectors,
  query: ArrayLike<number>,
  depth: number,
  stored = false,
): Hit[] {
  const q = metric === 'cosine' ? scaled(Float32Array.from(query)) : Float32Array.from(query);
  const hits: Hit[] = [];
  vectors.forEach((vector, doc) => {
    if (vector === undefined) return;
    const single = Float32Array.from(vector);
    const row = metric === 'cosine' && !stored ? Float32Array.from(scaled(single)) : single;
    let sum = 0;
    for (let i = 0; i < row.length; i++) {
      if (metric === 'l2') sum += (row[i] - q[i]) * (row[i] - q[i]);
      else if (metric === 'hamming') sum += bitsOf(row[i] ^ q[i]);
      else sum += row[i] * q[i];
    }
    hits.push({ doc, score: metric === 'l2' || metric === 'hamming' ? 0 - sum : sum });
  });
  return hits.sort((a, b) => b.score - a.score || a.doc - b.doc).slice(0, depth);
}

function bitsOf(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}

function scaled(vector: Float32Array): Float64Array {
  let sum = 0;
  for (const x of vector) sum += x * x;
  return Float64Array.from(vector, (x) => x / Math.sqrt(sum));
}

/** Share of as many as are expected that were found; as good as the last expected is good enough. */
export function recall(found: Hit[], expected: Hit[]): number {
  const least = expected[expected.length - 1].score;
  return found.filter((hit) => hit.score >= least).length / expected.length;
}
