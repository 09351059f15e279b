import { type CiffList, encodeDocument, encodeHeader, encodeList } from '../ciff/index.js';
import { UsageError } from '../errors/index.js';
import { TermWalk } from '../inverted/index.js';
import { RunHeap } from '../storage/index.js';
import { VERSION } from '../version.js';
import type { IndexReader } from './open.js';

/** What was written. */
export interface CiffExport {
  documents: number;
  terms: number;
  postings: number;
}

/** Lists between two reports of progress and looks at the signal. */
const PROGRESS_EVERY = 1024;

/**
 * Writes the text of an index as one CIFF file: the lists of all segments merged, then ids and lengths of all documents.
 * Memory: the longest list. Time O(postings), and the dictionaries are read twice: the file begins with their size.
 * @param write takes the file, piece by piece
 * @throws UsageError when the index has no text; CorruptError
 */
export async function exportCiff(
  index: IndexReader,
  write: (bytes: Uint8Array) => Promise<void> | undefined,
  options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<CiffExport> {
  const { schema, documents } = index.manifest;
  const { analyzer } = schema;
  if (analyzer === undefined)
    throw new UsageError(`${index.directory}: an index without text; CIFF holds postings of terms`);
  const open = () => index.segments.map((view) => new TermWalk(view, schema));
  let terms = 0;
  for (const _ of merged(open())) terms++;
  const walks = open();
  const lengths = walks.map((walk) => walk.lengths);
  const tokens = lengths.reduce((sum, each) => each.reduce((all, length) => all + length, sum), 0);
  await write(
    encodeHeader({
      version: 1,
      lists: terms,
      documents,
      totalLists: terms,
      totalDocuments: documents,
      totalTerms: tokens,
      averageLength: documents === 0 ? 0 : tokens / documents,
      description: `shortlist ${VERSION}: language ${analyzer.lang}, stemmer ${analyzer.stemmer}, ${analyzer.stopwords.length} stop words`,
    }),
  );
  const bases = new Map(walks.map((walk, i) => [walk, index.segments[i].base]));
  const list: CiffList = {
    term: new Uint8Array(0),
    docs: new Uint32Array(64),
    tfs: new Uint32Array(64),
    count: 0,
    occurrences: 0,
  };
  let [done, postings] = [0, 0];
  for (const { term, from } of merged(walks)) {
    if (done++ % PROGRESS_EVERY === 0) {
      options.signal?.throwIfAborted();
      options.onProgress?.(done, terms);
    }
    list.term = term;
    list.count = 0;
    list.occurrences = 0;
    for (const walk of from) append(list, walk, bases.get(walk) as number);
    postings += list.count;
    await write(encodeList(list));
  }
  for (const [segment, { base, documents: count }] of index.segments.entries()) {
    for (let doc = 0; doc < count; doc++) {
      if (doc % PROGRESS_EVERY === 0) options.signal?.throwIfAborted();
      const id = index.documents.id(base + doc);
      await write(encodeDocument({ doc: base + doc, id, length: lengths[segment][doc] }));
    }
  }
  return { documents, terms, postings };
}

/** Each term once, with the walks that stand on it, in the order of their documents. They move on when the next is asked for. */
function* merged(walks: TermWalk[]): Generator<{ term: Uint8Array; from: TermWalk[] }> {
  const heap = new RunHeap(walks, (walk) => walk.term as Uint8Array);
  for (let walk = heap.top(); walk !== undefined; walk = heap.top()) {
    const term = walk.term as Uint8Array;
    const same = walks.filter((other) => other.term !== undefined && Buffer.compare(other.term, term) === 0);
    yield { term, from: same };
    for (const _ of same) heap.advance();
  }
}

function append(list: CiffList, walk: TermWalk, base: number): void {
  const { docs, tfs, df } = walk.postings();
  const { count } = list;
  if (count + df > list.docs.length) {
    const wider = (old: Uint32Array) => {
      const values = new Uint32Array(Math.max(count + df, old.length * 2));
      values.set(old);
      return values;
    };
    list.docs = wider(list.docs);
    list.tfs = wider(list.tfs);
  }
  for (let i = 0; i < df; i++) {
    list.docs[count + i] = docs[i] + base;
    list.tfs[count + i] = tfs[i];
    list.occurrences += tfs[i];
  }
  list.count += df;
}
