import type { SegmentView } from '../branch/index.js';
import { CorruptError } from '../errors/index.js';
import { checkTerms } from './check-terms.js';
import { PART } from './layout.js';
import { SegmentText } from './segment-text.js';
import { TermPositions } from './term-positions.js';

/**
 * Decodes the whole text part of a segment: its terms and lists, every frequency is the number of positions, and lengths
 * and totals are what the postings add up to.
 * @throws CorruptError
 */
export function checkText(view: SegmentView, textFields: number, positions = true): void {
  const text = new SegmentText(view, textFields, positions);
  const fail = (what: string): never => {
    throw new CorruptError(view.reader.path, what);
  };
  const lengths = new Float64Array(view.documents);
  const stored = text.lengths.all();
  checkTerms(view, PART, text, stored, (name, entry, list) => {
    const { docs, tfs, df } = list;
    for (let i = 0; i < df; i++) lengths[docs[i]] += tfs[i];
    if (positions) new TermPositions(text, name, entry, list).readAll();
  });
  let withText = 0;
  let tokens = 0;
  for (const [doc, length] of stored.entries()) {
    if (!text.lengthsGiven && length !== lengths[doc])
      fail(`document ${doc} has ${lengths[doc]} terms, its length says ${length}`);
    if (length > 0) withText++;
    tokens += length;
  }
  if (withText !== text.withTerms || tokens !== text.tokens) {
    fail(`${withText} documents with ${tokens} terms, recorded are ${text.withTerms} with ${text.tokens}`);
  }
}
