import type { FeedbackDocument, FeedbackModel } from '../branch/index.js';
import { UsageError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import type { BranchList } from './fusion.js';

/** As Anserini has them. */
const DEFAULTS = { docs: 10, terms: 10, weight: 0.5 };
const MOST = { docs: 1000, terms: 1000, weight: 1 };

/** Pseudo-relevance feedback: the best documents of a first search widen the query. */
export interface Feedback extends FeedbackModel {
  /** Documents taken for relevant. */
  docs: number;
}

/** Parses `rm3`, `rm3:docs=10,terms=10,weight=0.5`. @throws UsageError */
export function parseFeedback(text: string): Feedback {
  const [, method, list] = /^\s*([^:]+?)\s*(?::(.*))?$/.exec(text) ?? [];
  const bad = (what: string) =>
    new UsageError(`--feedback ${text}: ${what}; write it like rm3:docs=10,terms=10,weight=0.5`);
  if (method?.toLowerCase() !== 'rm3') throw bad(`'${method ?? text}' is no method`);
  const feedback = { ...DEFAULTS };
  for (const pair of list === undefined ? [] : list.split(',')) {
    const [, name, number] = /^\s*(\w+)\s*=\s*([\d.]+)\s*$/.exec(pair) ?? [];
    if (!(name in DEFAULTS)) throw bad(`'${pair.trim()}' is not known`);
    const key = name as keyof typeof DEFAULTS;
    const value = Number(number);
    const least = key === 'weight' ? 0 : 1;
    if (!(value >= least && value <= MOST[key]) || (key !== 'weight' && !Number.isInteger(value)))
      throw bad(`${key} is from ${least} to ${MOST[key]}`);
    feedback[key] = value;
  }
  return feedback;
}

/**
 * The texts of what a search found.
 * @throws UsageError where the index keeps no text
 */
export function feedbackDocuments(index: IndexReader, { docs, scores }: BranchList): FeedbackDocument[] {
  const { text, stored } = index.manifest.schema;
  if (stored === 'none' || (stored !== 'all' && !text.some((name) => stored.includes(name))))
    throw new UsageError('--feedback reads the text of documents, which this index does not store');
  return Array.from(docs, (doc, i) => {
    const fields = index.documents.stored(doc) ?? {};
    const texts = text.flatMap((name) => fields[name]).filter((value) => typeof value === 'string');
    return { texts, score: scores[i] };
  });
}
