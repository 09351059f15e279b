import { isUtf8 } from 'node:buffer';
import { metaCount, partMeta, type SegmentView } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { Impacts } from './impacts.js';
import { BLOCK, BLOCKS, PART, POSITIONS, POSTINGS } from './layout.js';
import { SegmentText } from './segment-text.js';
import { TermPositions } from './term-positions.js';
import type { TermPostings } from './term-postings.js';

/**
 * Decodes the whole text part of a segment: terms strictly ascend and begin their pages as the
 * sparse index says, lists lie one behind the other to the end, documents ascend, every frequency
 * is the number of positions, blocks are bounded by their best postings, and lengths and totals are
 * what the postings add up to.
 * @throws CorruptError
 */
export function checkText(view: SegmentView, textFields: number, positions = true): void {
  const text = new SegmentText(view, textFields, positions);
  const { reader } = view;
  const fail = (what: string): never => {
    throw new CorruptError(reader.path, what);
  };
  const lengths = new Float64Array(view.documents);
  let previous: Uint8Array | undefined;
  let postings = 0;
  let postingsEnd = 0;
  let blocksEnd = 0;
  let positionsEnd = 0;
  const stored = text.lengths.all();
  for (let page = 0; page < text.pageCount; page++) {
    let first = true;
    text.eachOfPage(page, (term, entry) => {
      const name = `term '${Buffer.from(term).toString()}'`;
      if (!isUtf8(term)) fail(`${name} is not UTF-8`);
      if (previous !== undefined && Buffer.compare(previous, term) >= 0) fail(`${name} is out of order`);
      if (first && Buffer.compare(text.pageKey(page), term) !== 0)
        fail(`${name} is not what its page begins with`);
      first = false;
      previous = term.slice();
      const { postingsOffset, blocksOffset, positionsOffset } = entry;
      if (postingsOffset !== postingsEnd || blocksOffset !== blocksEnd || positionsOffset !== positionsEnd) {
        fail(`${name}: its lists are not where they should be`);
      }
      blocksEnd += entry.blocksBytes;
      postingsEnd += entry.postingsBytes;
      positionsEnd += entry.positionsBytes;
      postings += entry.df;
      const list = text.open(Buffer.from(term).toString(), entry);
      list.ensureAll();
      const { docs, tfs, df } = list;
      let occurrences = 0;
      for (let i = 0; i < df; i++) {
        lengths[docs[i]] += tfs[i];
        occurrences += tfs[i];
      }
      const beaten = loose(list, stored);
      if (beaten !== undefined) fail(`${name}: the impacts of block ${beaten} are not those of its postings`);
      if (positions) new TermPositions(text, name, entry, list).readAll();
      if (occurrences !== entry.occurrences)
        fail(`${name}: ${occurrences} occurrences of ${entry.occurrences}`);
    });
  }
  if (postingsEnd !== reader.info(POSTINGS, 'u8').byteLength) fail('postings behind the last term');
  if (blocksEnd !== reader.info(BLOCKS, 'u8').byteLength) fail('blocks behind the last term');
  if (positionsEnd !== reader.info(POSITIONS, 'u8').byteLength) fail('positions behind the last term');
  if (postings !== metaCount(reader, partMeta(reader, PART), 'postings')) fail(`${postings} postings found`);
  let withText = 0;
  let tokens = 0;
  for (const [doc, length] of stored.entries()) {
    if (!text.lengthsGiven && length !== lengths[doc])
      fail(`document ${doc} has ${lengths[doc]} terms, its length says ${length}`);
    if (length > 0) withText++;
    tokens += length;
  }
  if (withText !== text.withText || tokens !== text.tokens) {
    fail(`${withText} documents with ${tokens} terms, recorded are ${text.withText} with ${text.tokens}`);
  }
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
