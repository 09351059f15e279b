import type { Query } from '../../branch/index.js';
import { UsageError } from '../../errors/index.js';
import type { IndexReader } from '../../index/index.js';
import { TEXT_BRANCH } from '../../schema/index.js';
import type { Qrels } from '../qrels.js';
import { Random } from '../random.js';
import { VectorItems } from './perturbed.js';
import { TextItems } from './words.js';

/** Known items where nothing else is asked for. */
export const KNOWN_ITEMS = 200;

/** How the queries came about, as `eval --json` says it. */
export interface KnownItemsNote {
  /** Documents that were looked for. */
  items: number;
  seed: number;
  /** Queries whose text is the document's title, and those of words drawn from it. */
  text?: { titles: number; words: number };
  /** By vector field: deviation of the noise, in deviations of the component (bits: share that was flipped). */
  vectors?: Record<string, number>;
}

/** Queries made of an index's own documents, and which document each is for. */
export interface KnownItems {
  queries: Query[];
  qrels: Qrels;
  note: KnownItemsNote;
  warnings: string[];
}

/**
 * Draws documents and makes of each a query that should find it again: its title or some of its words, its vectors with
 * noise. A query's id is the document's. The same for the same index, branches and seed.
 *
 * Known-item search without people who remember items: L. Azzopardi, M. de Rijke, K. Balog, "Building Simulated
 * Queries for Known-Item Topics", SIGIR 2007. O(items) reads.
 * @param branches that the queries are for
 * @throws UsageError where the index keeps nothing that a query can be made of
 */
export function knownItems(
  index: IndexReader,
  branches: string[],
  options: { items?: number; seed?: number },
): KnownItems {
  const { items = KNOWN_ITEMS, seed = 0 } = options;
  const { schema } = index.manifest;
  const random = new Random(seed);
  const warnings: string[] = [];
  const vectors = schema.vectors
    .filter(({ name }) => branches.includes(name))
    .map((field) => new VectorItems(index, field));
  let text = branches.includes(TEXT_BRANCH) ? new TextItems(index) : undefined;
  if (text !== undefined && !text.possible) {
    if (vectors.length === 0) {
      throw new UsageError(
        'no query can be made of the text: the index stores none of it; build it without --no-store, or give --queries and --qrels',
      );
    }
    warnings.push('the index stores no text: known items are looked for by their vectors alone');
    text = undefined;
  }

  const queries: Query[] = [];
  const qrels: Qrels = new Map();
  for (const doc of inRandomOrder(index.manifest.documents, random)) {
    if (queries.length === items) break;
    const query: Query = { id: index.documents.id(doc), vectors: {} };
    query.text = text?.of(doc, random);
    for (const field of vectors) {
      const vector = field.of(doc);
      if (vector !== undefined) query.vectors[field.name] = vector;
    }
    if (query.text === undefined && Object.keys(query.vectors).length === 0) continue;
    queries.push(query);
    qrels.set(query.id, new Map([[query.id, 1]]));
  }
  if (queries.length === 0)
    throw new UsageError('no document of the index has a text or a vector to look for');
  for (const field of vectors) field.disturb(queries, random);
  const note: KnownItemsNote = { items: queries.length, seed };
  if (text !== undefined) note.text = { titles: text.titles, words: text.words };
  if (vectors.length > 0) note.vectors = Object.fromEntries(vectors.map(({ name, noise }) => [name, noise]));
  warnings.unshift(
    `these are ${queries.length} known items of the index itself (--self): they tell whether it finds what is in it, not whether people find what they look for`,
  );
  return { queries, qrels, note, warnings };
}

/** Numbers 0 to n - 1 as Fisher and Yates shuffle them, made as they are asked for. O(1) each. */
function* inRandomOrder(n: number, random: Random): Generator<number> {
  const moved = new Map<number, number>();
  for (let left = n; left > 0; left--) {
    const at = random.below(left);
    const drawn = moved.get(at) ?? at;
    moved.set(at, moved.get(left - 1) ?? left - 1);
    moved.delete(left - 1);
    yield drawn;
  }
}
