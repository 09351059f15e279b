import { type Analyzer, type AnalyzerSpec, openAnalyzer } from '../analysis/index.js';
import { parseQuery } from './query.js';

/** A stretch of a text, and what of it a query matched. */
export interface Snippet {
  text: string;
  /** [start, end) in `text`, UTF-16 code units, ascending, not overlapping. */
  matches: [number, number][];
}

const DEFAULT_CHARS = 160;
/** How far an edge may move to fall on white space, as a share of the snippet. */
const EDGE_SHARE = 0.15;

const analyzers = new WeakMap<AnalyzerSpec, Analyzer>();

interface Match {
  term: string;
  start: number;
  end: number;
}

/**
 * The stretch of at most `maxChars` code units with the most different query terms (then the most
 * matches, then the earliest), with a little text before the first. The text is analysed again, as
 * it was for the index. Terms of a phrase count wherever they stand. O(text).
 * @param options.maxChars default 160
 */
export function highlight(
  spec: AnalyzerSpec,
  text: string,
  query: string,
  options: { maxChars?: number } = {},
): Snippet {
  const { maxChars = DEFAULT_CHARS } = options;
  const analyzer = analyzers.get(spec) ?? openAnalyzer(spec);
  analyzers.set(spec, analyzer);
  const wanted = new Set(parseQuery(query, analyzer).flatMap(({ terms }) => terms.map(({ term }) => term)));
  const matches: Match[] = [];
  if (wanted.size > 0) {
    const take = (term: string, _position: number, start: number, end: number) => {
      if (wanted.has(term)) matches.push({ term, start, end });
    };
    analyzer.analyze(text, take, wanted);
  }
  const [first, last] = bestWindow(matches, maxChars);
  const [from, to] = frame(text, matches, first, last, maxChars);
  const spans: [number, number][] = [];
  for (const { start, end } of matches) {
    if (start < from || end > to) continue;
    const previous = spans.at(-1);
    // Bigrams overlap: one span for a run of them.
    if (previous !== undefined && start - from <= previous[1])
      previous[1] = Math.max(previous[1], end - from);
    else spans.push([start - from, end - from]);
  }
  return { text: text.slice(from, to), matches: spans };
}

/** First and last match of the best stretch; [0, -1] when there is none. A window slides over the matches once. */
function bestWindow(matches: Match[], maxChars: number): [number, number] {
  const counts = new Map<string, number>();
  let best: [number, number] = [0, -1];
  let bestTerms = 0;
  let first = 0;
  for (let last = 0; last < matches.length; last++) {
    counts.set(matches[last].term, (counts.get(matches[last].term) ?? 0) + 1);
    while (first < last && matches[last].end - matches[first].start > maxChars) {
      const { term } = matches[first++];
      const left = (counts.get(term) as number) - 1;
      if (left === 0) counts.delete(term);
      else counts.set(term, left);
    }
    const more = last - first > best[1] - best[0];
    if (counts.size > bestTerms || (counts.size === bestTerms && more)) {
      best = [first, last];
      bestTerms = counts.size;
    }
  }
  return best;
}

/** Where the snippet begins and ends: room is shared between both sides, edges fall on white space if it is near. */
function frame(
  text: string,
  matches: Match[],
  first: number,
  last: number,
  maxChars: number,
): [number, number] {
  if (text.length <= maxChars) return [0, text.length];
  const start = matches[first]?.start ?? 0;
  const end = last < first ? 0 : matches[last].end;
  const lead = Math.max(0, Math.floor((maxChars - (end - start)) / 3));
  let from = Math.max(0, Math.min(start - lead, text.length - maxChars));
  const slack = Math.floor(maxChars * EDGE_SHARE);
  if (from > 0) {
    for (let at = from; at < Math.min(start, from + slack); at++) {
      if (/\s/.test(text[at])) {
        from = at + 1;
        break;
      }
    }
  }
  let to = Math.min(text.length, from + maxChars);
  if (to < text.length) {
    for (let at = to; at > Math.max(end, to - slack); at--) {
      if (/\s/.test(text[at])) {
        to = at;
        break;
      }
    }
  }
  return [parted(text, from) ? from + 1 : from, parted(text, to) ? to - 1 : to];
}

/** Whether `at` lies between the halves of a surrogate pair. */
function parted(text: string, at: number): boolean {
  if (at === 0 || at >= text.length) return false;
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}
