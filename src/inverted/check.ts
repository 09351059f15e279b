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
  const inFields = new FieldCounts(text);
  const stored = text.lengths.all();
  checkTerms(view, PART, text, stored, (name, entry, list) => {
    const { docs, tfs, df } = list;
    for (let i = 0; i < df; i++) lengths[docs[i]] += tfs[i];
    if (positions) new TermPositions(text, name, entry, list).readAll((doc, at) => inFields.add(doc, at));
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
  inFields.compare(textFields, fail);
}

/** Terms of each text field, by where they stand. */
class FieldCounts {
  private readonly text: SegmentText;
  /** [documents, fields] */
  private readonly found: Uint32Array;
  private readonly fields: number;

  constructor(text: SegmentText) {
    this.text = text;
    this.fields = text.bounds + 1;
    this.found = new Uint32Array(text.bounds === 0 ? 0 : text.documents * this.fields);
  }

  /** @param positions of a term in the document */
  add(doc: number, positions: Uint32Array): void {
    const { text, fields, found } = this;
    if (text.bounds === 0) return;
    for (const position of positions) found[doc * fields + text.fieldOf(doc, position)]++;
  }

  /** @param fail says what is not as recorded */
  compare(textFields: number, fail: (what: string) => never): void {
    const { text, fields, found } = this;
    const recorded = text.bounds === 0 ? undefined : text.fieldTotals(textFields);
    if (recorded === undefined) return;
    const lengths = new Uint32Array(fields);
    const totals = recorded.map(() => ({ documents: 0, tokens: 0 }));
    for (let doc = 0; doc < text.documents; doc++) {
      text.lengthsOf(doc, lengths);
      for (let f = 0; f < fields; f++) {
        const terms = found[doc * fields + f];
        if (terms !== lengths[f])
          fail(`document ${doc} has ${terms} terms in text field ${f}, recorded are ${lengths[f]}`);
        if (terms > 0) totals[f].documents++;
        totals[f].tokens += terms;
      }
    }
    for (const [f, { documents, tokens }] of totals.entries()) {
      if (documents !== recorded[f].documents || tokens !== recorded[f].tokens)
        fail(`totals of text field ${f} are not those of its documents`);
    }
  }
}
