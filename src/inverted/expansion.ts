import { UsageError } from '../errors/index.js';
import type { SegmentText } from './segment-text.js';

/** Terms that a prefix may stand for. */
const MAX_PREFIX_TERMS = 4096;
/** Terms that a fuzzy one may stand for: the nearest, then the most frequent. */
const MAX_FUZZY_TERMS = 50;

/**
 * Terms of all segments that begin with a prefix, ascending.
 * @throws UsageError when there are more than MAX_PREFIX_TERMS: a longer prefix is needed
 */
export function prefixTerms(segments: SegmentText[], prefix: string): string[] {
  const terms = new Set<string>();
  for (const segment of segments) {
    segment.eachWithPrefix(prefix, (term) => {
      terms.add(term);
      if (terms.size > MAX_PREFIX_TERMS) {
        throw new UsageError(
          `'${prefix}*' stands for more than ${MAX_PREFIX_TERMS} terms; give more letters`,
        );
      }
    });
  }
  return [...terms].sort();
}

export interface Near {
  term: string;
  edits: number;
}

/**
 * Terms within so many edits (insertions, deletions, substitutions, of UTF-16 units) of a term that share
 * its first character, nearest first. O(terms with that character · length · edits).
 */
export function nearTerms(segments: SegmentText[], term: string, edits: number): Near[] {
  const df = new Map<string, number>();
  const [first] = term;
  for (const segment of segments) {
    segment.eachWithPrefix(first, (other, entry) => df.set(other, (df.get(other) ?? 0) + entry.df));
  }
  const near: Near[] = [];
  for (const other of df.keys()) {
    const distance = editsWithin(term, other, edits);
    if (distance <= edits) near.push({ term: other, edits: distance });
  }
  const frequency = ({ term: one }: Near) => df.get(one) as number;
  near.sort((a, b) => a.edits - b.edits || frequency(b) - frequency(a) || (a.term < b.term ? -1 : 1));
  return near.slice(0, MAX_FUZZY_TERMS);
}

/** Levenshtein's distance where it is at most `limit`, else anything above. Only cells near the diagonal are looked at. */
export function editsWithin(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = new Array<number>(b.length + 1).fill(limit + 1);
    current[0] = i;
    let least = i;
    for (let j = Math.max(1, i - limit); j <= Math.min(b.length, i + limit); j++) {
      const change = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(change, previous[j] + 1, current[j - 1] + 1);
      if (current[j] < least) least = current[j];
    }
    if (least > limit) return limit + 1;
    previous = current;
  }
  return previous[b.length];
}
