import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type AnalyzerSpec, makeAnalyzerSpec } from '../../src/analysis/index.js';
import type { Branch, SearchOptions, SegmentView } from '../../src/branch/index.js';
import { textStructure } from '../../src/inverted/index.js';
import type { Schema } from '../../src/schema/index.js';
import { SegmentReader, SegmentWriter } from '../../src/segment/index.js';
import { SpillDirectory } from '../../src/storage/index.js';

const root = mkdtempSync(join(tmpdir(), 'shortlist-inverted-'));
const open: SegmentReader[] = [];
let segments = 0;

afterAll(() => {
  for (const reader of open) reader.close();
  rmSync(root, { recursive: true, force: true });
});

/** Words as they are, lower-cased: no stemmer, no stop words. */
export const plain = makeAnalyzerSpec({ lang: 'none' });

export function schemaOf(analyzer: AnalyzerSpec, fields = 1, positions = true): Schema {
  const text = Array.from({ length: fields }, (_, i) => `f${i}`);
  return { text, keyword: [], number: [], vectors: [], stored: 'none', analyzer, positions, ids: true };
}

/** A document: one text, or one for each field. */
export type Texts = string | string[];

export interface BuildOptions {
  analyzer?: AnalyzerSpec;
  /** Called before each document: true spills first. */
  spillBefore?: (doc: number) => boolean;
  memoryBytes?: number;
  positions?: boolean;
}

/** Text fields that documents need. */
export function fieldsOf(docs: Texts[]): number {
  return Math.max(1, ...docs.map((doc) => (typeof doc === 'string' ? 1 : doc.length)));
}

/** Writes one segment and opens it. */
export async function buildSegment(
  docs: Texts[],
  options: BuildOptions = {},
  base = 0,
  fields = fieldsOf(docs),
): Promise<SegmentView> {
  const { analyzer = plain, spillBefore = () => false, memoryBytes = 1 << 20 } = options;
  const spills = new SpillDirectory(root);
  const schema = schemaOf(analyzer, fields, options.positions);
  const environment = { spills, memoryBytes, threads: 1, seed: 0, progress: () => {} };
  const writer = textStructure.writer('text', schema, environment);
  for (const [i, doc] of docs.entries()) {
    if (spillBefore(i)) writer.spill();
    const given = typeof doc === 'string' ? [doc] : doc;
    const texts = Array.from({ length: fields }, (_, f) => given[f] ?? '');
    writer.add(i, { id: String(i), row: i, texts, vectors: [], stored: undefined });
  }
  const path = join(root, `segment-${segments++}`);
  const out = new SegmentWriter(path);
  const { meta } = await writer.finish(out, docs.length);
  out.finish({ parts: { text: meta } });
  spills.deleteAll();
  const reader = new SegmentReader(path);
  open.push(reader);
  return { reader, base, documents: docs.length };
}

export function bytesOf(view: SegmentView): Buffer {
  return readFileSync(view.reader.path);
}

/** Documents dealt to segments of these sizes, in order; the last takes the rest. */
export async function buildBranch(
  docs: Texts[],
  sizes: number[] = [],
  options: BuildOptions = {},
): Promise<{ branch: Branch; views: SegmentView[] }> {
  const views: SegmentView[] = [];
  const fields = fieldsOf(docs);
  let base = 0;
  for (const size of [...sizes, docs.length]) {
    const part = docs.slice(base, base + size);
    views.push(await buildSegment(part, options, base, fields));
    base += part.length;
  }
  const schema = schemaOf(options.analyzer ?? plain, fields, options.positions);
  return { branch: textStructure.branch!('text', schema, views), views };
}

/** Answer over all segments: [document, score], best first. */
export function searchAll(
  { branch, views }: { branch: Branch; views: SegmentView[] },
  text: string,
  depth: number,
  options: SearchOptions = {},
): [number, number][] {
  const prepared = branch.prepare({ id: 'q', text, vectors: {} }, options);
  if (prepared === undefined) return [];
  const found = views.flatMap((view, s) => {
    const { docs, scores } = prepared.search(s, depth);
    return Array.from(docs, (doc, i): [number, number] => [view.base + doc, scores[i]]);
  });
  return found.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, depth);
}
