import { UsageError } from '../errors/index.js';
import { stripFor } from './affixes.js';
import { bigrams } from './cjk.js';
import type { Analyzer, EmitTerm } from './contract.js';
import { Dictionary } from './dictionary.js';
import { foldFor } from './fold.js';
import { segmentTokens } from './segmenter.js';
import type { AnalyzerSpec } from './spec.js';
import { openStemmer, stemmerNames } from './stemmers.js';
import { SynonymAnalyzer } from './synonyms.js';
import { TermCache } from './term-cache.js';
import { scanTokens } from './tokens.js';
import { Break, breakClasses } from './word-break.js';

/** Version of the rules in this folder. Any change of what a text becomes raises it. */
export const ANALYSIS_VERSION = 1;
/** Of those with synonyms or a dictionary, which a shortlist that knows version 1 alone would pass over. */
export const LISTS_VERSION = 2;

/**
 * @throws UsageError when this version of shortlist can't analyse as the spec says (a later version
 * wrote it)
 */
export function openAnalyzer(spec: AnalyzerSpec): Analyzer {
  if (spec.version !== ANALYSIS_VERSION && spec.version !== LISTS_VERSION) {
    throw new UsageError(
      `text was analysed by rules version ${spec.version}, this shortlist knows versions ${ANALYSIS_VERSION} and ${LISTS_VERSION}; build the index again or use the shortlist that made it`,
    );
  }
  if (!stemmerNames.includes(spec.stemmer)) {
    throw new UsageError(`stemmer '${spec.stemmer}' is unknown; use the shortlist that made this index`);
  }
  const analyzer = new RuleAnalyzer(spec);
  return spec.synonyms === undefined ? analyzer : new SynonymAnalyzer(spec, analyzer, spec.synonyms);
}

/**
 * Cuts at white space, then each piece by what its characters are: runs of Han, Kana and Hangul to
 * bigrams, what our table of break classes covers by our own scanner, the rest by Intl.Segmenter.
 */
class RuleAnalyzer implements Analyzer {
  readonly spec: AnalyzerSpec;
  private readonly classes: Uint8Array;
  private readonly fold: (surface: string) => string;
  private readonly stops: Set<string>;
  private readonly cache: TermCache;
  private readonly dictionary: Dictionary | undefined;
  private text = '';
  private position = 0;
  private emit: EmitTerm = () => {};
  /** Whether words keep their first letter: what these stemmers take is at the end. */
  private readonly keepsFirst: boolean;

  constructor(spec: AnalyzerSpec) {
    this.spec = spec;
    this.classes = breakClasses(spec.cjk);
    this.fold = foldFor(spec.lang);
    this.stops = new Set(spec.stopwords);
    this.dictionary = spec.dictionary && new Dictionary(spec.dictionary);
    const strip = stripFor(spec.lang);
    this.keepsFirst =
      (strip === undefined || spec.lang === 'en') && ['porter2', 'porter1', 'none'].includes(spec.stemmer);
    const stem = openStemmer(spec.stemmer);
    this.cache = new TermCache((surface) => {
      const folded = this.fold(surface);
      const word = strip === undefined ? folded : strip(folded);
      if (this.stops.has(word)) return '';
      return stem === undefined ? word : stem(word);
    });
  }

  analyze(text: string, emit: EmitTerm, wanted?: ReadonlySet<string>): number {
    this.text = text;
    this.emit = emit;
    this.position = 0;
    const places = wanted !== undefined && this.keepsFirst ? placesOf(wanted) : undefined;
    const classes = this.classes;
    const n = text.length;
    for (let at = 0; at < n; ) {
      if (places !== undefined) at = this.nextPiece(places, at);
      if (at === n) break;
      let kind = classes[text.charCodeAt(at)];
      if (kind === Break.space) {
        at++;
        continue;
      }
      const start = at;
      let highest = 0;
      while (kind !== Break.space) {
        if (kind > highest) highest = kind;
        if (++at === n) break;
        kind = classes[text.charCodeAt(at)];
      }
      if (highest < Break.unknown) scanTokens(text, start, at, classes, this.onToken);
      else this.mixed(start, at);
    }
    this.text = '';
    this.emit = () => {};
    return this.position;
  }

  /** Where the next piece begins that may hold a term that is wanted; the text's end when there is none. */
  private nextPiece(places: RegExp, from: number): number {
    const { text, classes } = this;
    places.lastIndex = from;
    const found = places.exec(text);
    if (found === null) return text.length;
    let at = found.index;
    while (at > from && classes[text.charCodeAt(at - 1)] !== Break.space) at--;
    return at;
  }

  /** A piece with characters our scanner leaves to others: runs of one kind, each its own way. */
  private mixed(from: number, to: number): void {
    const { text, classes } = this;
    for (let at = from; at < to; ) {
      const start = at;
      const run = classes[text.charCodeAt(at)] === Break.cjk;
      let highest = 0;
      for (; at < to; at++) {
        const kind = classes[text.charCodeAt(at)];
        // What attaches to a character (a variation selector, a low surrogate) stays with its run.
        if ((kind === Break.cjk) !== run && !(run && followsIdeograph(text.charCodeAt(at)))) break;
        if (kind > highest) highest = kind;
      }
      if (run) bigrams(text, start, at, this.fold, this.onBigram);
      else if (highest < Break.unknown) scanTokens(text, start, at, classes, this.onToken);
      else if (this.dictionary !== undefined) this.dictionary.tokens(text, start, at, this.onToken);
      else segmentTokens(text, start, at, this.onToken);
    }
  }

  private readonly onToken = (start: number, end: number): void => {
    const position = this.position++;
    const cached = this.cache.get(this.text, start, end);
    if (cached.term !== '') this.emit(cached.term, position, start, end, cached);
  };

  private readonly onBigram = (term: string, start: number, end: number): void => {
    const position = this.position++;
    if (!this.stops.has(term)) this.emit(term, position, start, end);
  };
}

/**
 * Finds where a word may begin that becomes one of these terms, where words keep their first letter: at that letter, behind
 * what no word of ASCII goes on from, or at whatever is not ASCII.
 */
function placesOf(terms: ReadonlySet<string>): RegExp {
  const firsts = [...new Set([...terms].flatMap((term) => [term[0], term[0].toUpperCase()]))];
  const begins = firsts.filter((first) => /[\da-z]/i.test(first)).join('');
  const others = firsts.filter((first) => !begins.includes(first)).map((first) => `\\u${hex(first)}`);
  return new RegExp(`(?<![\\da-zA-Z])[${begins}]|[^\\0-\\x7f]|[${others.join('')}]`, 'g');
}

function hex(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0');
}

/** Low surrogates (the class of a pair is its first half's) and the variation selectors of U+FE00. */
function followsIdeograph(unit: number): boolean {
  return (unit >= 0xdc00 && unit <= 0xdfff) || (unit >= 0xfe00 && unit <= 0xfe0f);
}
