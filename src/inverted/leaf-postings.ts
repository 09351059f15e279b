import { eachCommon } from './conjunction.js';
import type { TermEntry } from './dictionary-page.js';
import { eachByField } from './field-postings.js';
import { type PhraseForm, PhraseMatcher } from './phrase.js';
import type { PhraseTerm } from './query.js';
import type { Scoring } from './scoring/index.js';
import type { SegmentText } from './segment-text.js';

/** Documents of a leaf, ascending, and what it adds to the score of each. */
export interface LeafPostings {
  docs: number[];
  parts: number[];
}

/** Documents with a term or phrase, and how often it stands there. */
export function occurrencesOf(
  text: SegmentText,
  phrase: PhraseTerm[],
  form: PhraseForm,
  visit: (doc: number, tf: number) => void,
): void {
  const terms = [...new Set(phrase.map(({ term }) => term))];
  const entries: TermEntry[] = [];
  for (const term of terms) {
    const entry = text.lookup(term);
    if (entry === undefined) return;
    entries.push(entry);
  }
  const lists = terms.map((term, t) => text.postings(term, entries[t]));
  if (phrase.length === 1 && form.field === undefined) {
    const [{ tfs }] = lists;
    eachCommon(lists, text.documents, undefined, (doc, at) => visit(doc, tfs[at[0]]));
    return;
  }
  const matcher = new PhraseMatcher(text, phrase, terms, lists, entries, form);
  const own = terms.map((_, t) => t);
  eachCommon(lists, text.documents, undefined, (doc, at) => {
    const tf = matcher.count(doc, own, at);
    if (tf > 0) visit(doc, tf);
  });
}

/** A term or phrase, scored. */
export function scoredLeaf(
  text: SegmentText,
  phrase: PhraseTerm[],
  form: PhraseForm,
  { weight, rarity }: { weight: number; rarity: number },
  scoring: Scoring,
): LeafPostings {
  const docs: number[] = [];
  const parts: number[] = [];
  if (scoring.byField !== undefined) {
    const lengths = new Uint32Array(text.bounds + 1);
    eachByField(text, phrase, form, (doc, counts) => {
      text.lengthsOf(doc, lengths);
      const unit = scoring.byField?.(counts, lengths) ?? 0;
      if (unit === 0) return;
      docs.push(doc);
      parts.push(weight * unit);
    });
    return { docs, parts };
  }
  occurrencesOf(text, phrase, form, (doc, tf) => {
    text.lengths.ensure(doc);
    docs.push(doc);
    parts.push(weight * scoring.unit(tf, text.lengths.values[doc], rarity));
  });
  return { docs, parts };
}

/** Several leaves as one: a document gets the best of their parts. */
export function bestOf(leaves: LeafPostings[]): LeafPostings {
  const best = new Map<number, number>();
  for (const { docs, parts } of leaves) {
    for (let i = 0; i < docs.length; i++) {
      const known = best.get(docs[i]);
      if (known === undefined || parts[i] > known) best.set(docs[i], parts[i]);
    }
  }
  const docs = [...best.keys()].sort((a, b) => a - b);
  return { docs, parts: docs.map((doc) => best.get(doc) as number) };
}
