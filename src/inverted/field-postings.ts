import { eachCommon } from './conjunction.js';
import type { TermEntry } from './dictionary-page.js';
import { LruCache } from './lru-cache.js';
import { type PhraseForm, PhraseMatcher } from './phrase.js';
import type { PhraseTerm } from './query.js';
import type { Scoring } from './scoring/index.js';
import type { SegmentText } from './segment-text.js';
import { documentsFor, numbersFor, TermPostings } from './term-postings.js';

/** Lists of scored postings kept for the next query, bytes a segment. */
const CACHE_BYTES = 64 * 2 ** 20;

/**
 * Visits the documents with a term or phrase, ascending, and how often it stands in each text field. Positions say where, so all of
 * a list's are read; where there is one field, none of a term's.
 * @param visit gets counts that the next visit overwrites
 */
export function eachByField(
  text: SegmentText,
  phrase: PhraseTerm[],
  form: PhraseForm,
  visit: (doc: number, counts: Uint32Array) => void,
): void {
  const counts = new Uint32Array(text.bounds + 1);
  const terms = [...new Set(phrase.map(({ term }) => term))];
  const entries: TermEntry[] = [];
  for (const term of terms) {
    const entry = text.lookup(term);
    if (entry === undefined) return;
    entries.push(entry);
  }
  const lists = terms.map((term, t) => text.postings(term, entries[t]));
  const alone = phrase.length === 1 && text.bounds === 0;
  const matcher = alone
    ? undefined
    : new PhraseMatcher(text, phrase, terms, lists, entries, { ...form, counts });
  const own = terms.map((_, t) => t);
  eachCommon(lists, text.documents, undefined, (doc, at) => {
    if (matcher === undefined) counts[0] = lists[0].tfs[at[0]];
    else if (matcher.count(doc, own, at) === 0) return;
    visit(doc, counts);
  });
}

/** Postings of a clause and the unit of each. */
export interface ScoredPostings {
  /** Frequencies are places in `units`, from 1. */
  list: TermPostings;
  units: Float64Array;
  /** Of the list among all of the segment, under one scoring. */
  id: number;
}

/** Scored postings of the clauses of one segment, under one scoring that counts by field. */
export class FieldPostings {
  /** Units of the lists a search is about, by id: what topAny() and topAll() ask for units. */
  readonly table: Map<number, Float64Array> = new Map();
  readonly scoring: Scoring;
  private readonly text: SegmentText;
  private readonly byField: NonNullable<Scoring['byField']>;
  private readonly known = new LruCache<string, ScoredPostings>(CACHE_BYTES);
  private made = 0;

  /** @param scoring with byField() */
  constructor(text: SegmentText, scoring: Scoring) {
    if (scoring.byField === undefined) throw new Error(`${scoring.label} does not count by field`);
    this.text = text;
    this.byField = scoring.byField.bind(scoring);
    const { table } = this;
    const unitScoring: Scoring = {
      label: scoring.label,
      saturation: undefined,
      weigh: (clause) => scoring.weigh(clause),
      unit: (place, _length, id) => (table.get(id) as Float64Array)[place - 1],
      same: (other) => other === unitScoring,
      details: (clause, length) => scoring.details(clause, length),
    };
    this.scoring = unitScoring;
  }

  of(phrase: PhraseTerm[]): ScoredPostings {
    const key = JSON.stringify(phrase);
    let found = this.known.get(key);
    if (found === undefined) {
      found = this.make(phrase);
      this.known.set(key, found, found.list.df * 24 + 500);
    }
    return found;
  }

  private make(phrase: PhraseTerm[]): ScoredPostings {
    const docs: number[] = [];
    const units: number[] = [];
    const lengths = new Uint32Array(this.text.bounds + 1);
    eachByField(this.text, phrase, {}, (doc, counts) => {
      this.text.lengthsOf(doc, lengths);
      const unit = this.byField(counts, lengths);
      if (unit === 0) return;
      docs.push(doc);
      units.push(unit);
    });
    const documents = documentsFor(docs.length);
    documents.set(docs);
    const places = numbersFor(docs.length);
    for (let i = 0; i < docs.length; i++) places[i] = i + 1;
    return {
      list: TermPostings.of(docs.length, documents, places),
      units: Float64Array.from(units),
      id: this.made++,
    };
  }
}
