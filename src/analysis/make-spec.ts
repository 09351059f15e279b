import { didYouMean, UsageError } from '../errors/index.js';
import { ANALYSIS_VERSION, LISTS_VERSION } from './analyzer.js';
import { foldFor } from './fold.js';
import { ENGLISH_STOP_WORDS, type Language, languages } from './languages.js';
import { loadStopwords } from './packages.cjs';
import type { AnalyzerSpec } from './spec.js';
import { stemmerNames } from './stemmers.js';
import type { SynonymRule } from './word-files.js';

/**
 * What --cjk takes; the first is the default. nDCG@10 of bigrams and ICU's dictionary words, with stop
 * words: CMRC 2018 .9854 and .9842, MedDialog .1956 and .1944; words take 40 % of the space, over ten
 * times as long to make, and change with ICU.
 */
export const cjkModes = ['bigrams', 'words'] as const;

export interface AnalyzerRequest {
  /** One of `languages`. */
  lang: string;
  /** One of `stemmerNames`; default: the language's. */
  stemmer?: string;
  /** 'default': the language's; 'none'; the code of another language; or the words themselves. */
  stopwords?: string | readonly string[];
  /** One of `cjkModes`. */
  cjk?: string;
  synonyms?: SynonymRule[];
  /** Words for cjk 'words'. */
  dictionary?: string[];
}

/**
 * Settles how text will be analysed, everything written out, so that an index means the same under
 * any later version.
 * @throws UsageError for names that don't exist
 */
export function makeAnalyzerSpec(request: AnalyzerRequest): AnalyzerSpec {
  const language = findLanguage(request.lang, '--lang');
  const { stemmer = language.stemmer, stopwords = 'default', cjk = cjkModes[0] } = request;
  if (!stemmerNames.includes(stemmer)) {
    throw new UsageError(
      `--stemmer ${stemmer}: there are ${stemmerNames.join(', ')}${didYouMean(stemmer, stemmerNames)}`,
    );
  }
  const mode = cjkModes.find((name) => name === cjk);
  if (mode === undefined) {
    throw new UsageError(`--cjk ${cjk}: there are ${cjkModes.join(', ')}${didYouMean(cjk, cjkModes)}`);
  }
  const { synonyms, dictionary } = request;
  if (dictionary !== undefined) checkDictionary(dictionary, mode);
  const fold = foldFor(language.code);
  const words = typeof stopwords === 'string' ? listOf(stopwords, language) : stopwords;
  const folded = new Set(words.map(fold).filter((word) => word !== '' && !/\s/.test(word)));
  return {
    version: synonyms === undefined && dictionary === undefined ? ANALYSIS_VERSION : LISTS_VERSION,
    lang: language.code,
    stemmer,
    stopwords: [...folded].sort(),
    cjk: mode,
    ...(synonyms && { synonyms: synonyms.map(({ to, members }) => [to, ...members]) }),
    ...(dictionary && { dictionary: [...new Set(dictionary)].sort() }),
    icu: process.versions.icu ?? '',
    unicode: process.versions.unicode ?? '',
  };
}

/**
 * What a person should know before trusting answers of an index whose text was cut by another ICU's
 * dictionaries than this Node's.
 * @param text a query, for scripts that are always cut by dictionary
 * @returns at most one line
 */
export function analyzerWarnings(spec: AnalyzerSpec, text = ''): string[] {
  const now = process.versions.icu ?? '';
  if (spec.icu === now) return [];
  const cut = `text was cut into words by ICU ${spec.icu}, this Node has ICU ${now}`;
  if (spec.cjk === 'words')
    return [
      `${cut}: Chinese, Japanese or Thai words may not be found; build the index again, or use bigrams`,
    ];
  // Written without blanks, and in no bigrams either.
  if (southeastAsian().test(text))
    return [`${cut}: Thai, Lao, Khmer or Burmese words may not be found; build the index again`];
  return [];
}

// Made where they are used: a start would take a millisecond longer.
const southeastAsian = () => /[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;
/** What ICU cuts by dictionary, so that a word of one's own may overrule it. */
const byDictionary = () =>
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;

/** @throws UsageError for words that would never be met */
function checkDictionary(words: string[], cjk: 'bigrams' | 'words'): void {
  if (cjk !== 'words')
    throw new UsageError('--dictionary is for words: add --cjk words, or leave it out, as bigrams need none');
  const cut = byDictionary();
  const odd = words.find((word) => /\s/.test(word) || !cut.test(word));
  if (odd !== undefined)
    throw new UsageError(
      `--dictionary: '${odd}' is not written without blanks; words are of Chinese, Japanese, Thai and their like`,
    );
}

function listOf(stopwords: string, language: Language): readonly string[] {
  if (stopwords === 'none') return [];
  const source = stopwords === 'default' ? language : findLanguage(stopwords, '--stopwords', ['default']);
  if (source.stopwords === 'lucene') return ENGLISH_STOP_WORDS;
  return source.stopwords === 'iso' ? loadStopwords()[source.code] : [];
}

function findLanguage(code: string, flag: string, others: string[] = []): Language {
  const language = languages.find((known) => known.code === code);
  if (language !== undefined) return language;
  const codes = [...languages.map((known) => known.code), ...others];
  const byName = languages.find((known) => known.name.toLowerCase() === code.toLowerCase());
  const mend = byName === undefined ? didYouMean(code, codes) : `; did you mean '${byName.code}'?`;
  throw new UsageError(`${flag} ${code}: there are ${codes.join(', ')}${mend}`);
}
