import { isUtf8 } from 'node:buffer';
import { metaCount, partMeta, type SegmentView } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import type { TermEntry } from './dictionary-page.js';
import { Impacts } from './impacts.js';
import { BLOCK, listArrays } from './layout.js';
import type { SegmentTerms } from './segment-terms.js';
import type { TermPostings } from './term-postings.js';

/**
 * Decodes all terms and lists of a part: terms strictly ascend and begin their pages as the sparse index says, lists lie
 * one behind the other to the end, documents ascend, occurrences are the sums of frequencies, and blocks are bounded by
 * their best postings.
 * @param lengths terms in each document, as the impacts have them
 * @param visit gets each list, decoded
 * @throws CorruptError
 */
export function checkTerms(
  { reader }: SegmentView,
  part: string,
  terms: SegmentTerms,
  lengths: Uint32Array,
  visit: (name: string, entry: TermEntry, list: TermPostings) => void,
): void {
  const fail = (what: string): never => {
    throw new CorruptError(reader.path, what);
  };
  let previous: Uint8Array | undefined;
  const ends = { postings: 0, blocks: 0, positions: 0 };
  let postings = 0;
  for (let page = 0; page < terms.pageCount; page++) {
    let first = true;
    terms.eachOfPage(page, (term, entry) => {
      const name = `term '${Buffer.from(term).toString()}'`;
      if (!isUtf8(term)) fail(`${name} is not UTF-8`);
      if (previous !== undefined && Buffer.compare(previous, term) >= 0) fail(`${name} is out of order`);
      if (first && Buffer.compare(terms.pageKey(page), term) !== 0)
        fail(`${name} is not what its page begins with`);
      first = false;
      previous = term.slice();
      const { postingsOffset, blocksOffset, positionsOffset } = entry;
      if (
        postingsOffset !== ends.postings ||
        blocksOffset !== ends.blocks ||
        positionsOffset !== ends.positions
      )
        fail(`${name}: its lists are not where they should be`);
      ends.blocks += entry.blocksBytes;
      ends.postings += entry.postingsBytes;
      ends.positions += entry.positionsBytes;
      postings += entry.df;
      const list = terms.open(Buffer.from(term).toString(), entry);
      list.ensureAll();
      const occurrences = list.tfs.subarray(0, list.df).reduce((sum, tf) => sum + tf, 0);
      const beaten = loose(list, lengths);
      if (beaten !== undefined) fail(`${name}: the impacts of block ${beaten} are not those of its postings`);
      visit(name, entry, list);
      if (occurrences !== entry.occurrences)
        fail(`${name}: ${occurrences} occurrences of ${entry.occurrences}`);
    });
  }
  const arrays = listArrays(part);
  for (const kind of ['postings', 'blocks', 'positions'] as const) {
    if (ends[kind] !== reader.info(arrays[kind], 'u8').byteLength) fail(`${kind} behind the last term`);
  }
  if (postings !== metaCount(reader, partMeta(reader, part), 'postings')) fail(`${postings} postings found`);
}

/** The first block whose impacts are not what its postings make them. */
function loose({ table, docs, tfs, df }: TermPostings, lengths: Uint32Array): number | undefined {
  if (table === undefined) return undefined;
  const impacts = new Impacts();
  for (let b = 0; b < table.last.length; b++) {
    impacts.clear();
    for (let i = b * BLOCK; i < Math.min(df, (b + 1) * BLOCK); i++) impacts.add(tfs[i], lengths[docs[i]]);
    impacts.limit();
    const from = table.impacts[b];
    if (table.impacts[b + 1] - from !== impacts.size) return b;
    for (let i = 0; i < impacts.size; i++) {
      if (table.tfs[from + i] !== impacts.tfs[i] || table.lengths[from + i] !== impacts.lengths[i]) return b;
    }
  }
  return undefined;
}
