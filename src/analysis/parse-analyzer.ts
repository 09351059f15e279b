import { didYouMean, UsageError } from '../errors/index.js';

/** How text is to be analysed, as it is asked for: names and files. */
export interface AnalyzerChoice {
  lang?: string;
  stemmer?: string;
  /** A name, or a file of words. */
  stopwords?: string;
  cjk?: string;
  /** File of rules: `a, b, c` or `a, b => c`. */
  synonyms?: string;
  /** File of words for cjk 'words'. */
  dictionary?: string;
}

const NAMES = ['stemmer', 'stopwords', 'cjk', 'synonyms', 'dictionary'] as const;

/**
 * `zh:cjk=words,dictionary=terms.txt`: a language, then what is other than its own.
 * @throws UsageError
 */
export function parseAnalyzer(text: string): AnalyzerChoice {
  const colon = text.indexOf(':');
  const choice: AnalyzerChoice = { lang: (colon < 0 ? text : text.slice(0, colon)).trim() };
  const bad = (what: string) =>
    new UsageError(`--analyzer ${text}: ${what}; write it like zh:cjk=words,stopwords=none`);
  if (choice.lang === '') throw bad('begins with a language');
  for (const pair of colon < 0 ? [] : text.slice(colon + 1).split(',')) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, equals)).trim();
    const known = NAMES.find((candidate) => candidate === name);
    if (known === undefined || equals === pair.length - 1)
      throw bad(`'${pair.trim()}' is not name=value${didYouMean(name, NAMES)}`);
    if (choice[known] !== undefined) throw bad(`${known} is given twice`);
    choice[known] = pair.slice(equals + 1).trim();
  }
  return choice;
}
