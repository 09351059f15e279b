import { isUtf8 } from 'node:buffer';
import { metaCount, partMeta, type SegmentView } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { PART, POSITIONS, POSTINGS } from './layout.js';
import { PositionsCursor } from './positions.js';
import { SegmentText } from './segment-text.js';

/**
 * Decodes the whole text part of a segment: terms strictly ascend and begin their pages as the
 * sparse index says, lists lie one behind the other to the end, documents ascend, every frequency
 * is the number of positions, and lengths and totals are what the postings add up to.
 * @throws CorruptError
 */
export function checkText(view: SegmentView): void {
  const text = new SegmentText(view);
  const { reader } = view;
  const fail = (what: string): never => {
    throw new CorruptError(reader.path, what);
  };
  const lengths = new Float64Array(view.documents);
  let previous: Uint8Array | undefined;
  let postings = 0;
  let postingsEnd = 0;
  let positionsEnd = 0;
  let scratch = new Uint32Array(64);
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
      if (entry.postingsOffset !== postingsEnd || entry.positionsOffset !== positionsEnd) {
        fail(`${name}: its lists are not where they should be`);
      }
      postingsEnd += entry.postingsBytes;
      positionsEnd += entry.positionsBytes;
      postings += entry.df;
      const { docs, tfs } = text.decode(entry);
      const cursor = new PositionsCursor(text.positions(entry), tfs);
      let occurrences = 0;
      for (let i = 0; i < docs.length; i++) {
        scratch = cursor.read(i, scratch) as Uint32Array<ArrayBuffer>;
        lengths[docs[i]] += tfs[i];
        occurrences += tfs[i];
      }
      cursor.end();
      if (occurrences !== entry.occurrences)
        fail(`${name}: ${occurrences} occurrences of ${entry.occurrences}`);
    });
  }
  if (postingsEnd !== reader.info(POSTINGS, 'u8').byteLength) fail('postings behind the last term');
  if (positionsEnd !== reader.info(POSITIONS, 'u8').byteLength) fail('positions behind the last term');
  if (postings !== metaCount(reader, partMeta(reader, PART), 'postings')) fail(`${postings} postings found`);
  let withText = 0;
  let tokens = 0;
  for (const [doc, length] of text.lengths.all().entries()) {
    if (length !== lengths[doc]) fail(`document ${doc} has ${lengths[doc]} terms, its length says ${length}`);
    if (length > 0) withText++;
    tokens += length;
  }
  if (withText !== text.withText || tokens !== text.tokens) {
    fail(`${withText} documents with ${tokens} terms, recorded are ${text.withText} with ${text.tokens}`);
  }
}
