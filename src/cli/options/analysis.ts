import { type OptionSpec, STRUCTURE } from './spec.js';

/** What becomes of text. */
export const analysisOptions: OptionSpec[] = [
  {
    flags: '--lang <code>',
    description: 'language of the text: en, zh, …, auto, none',
    group: STRUCTURE,
    defaultText: 'auto',
  },
  {
    flags: '--stemmer <name>',
    description: "stemming, where not the language's own: porter2, porter1, none, …",
    group: STRUCTURE,
  },
  {
    flags: '--stopwords <which>',
    description: "words left out: the language's list, none, or a file with a word a line",
    group: STRUCTURE,
  },
  {
    flags: '--synonyms <file>',
    description: "words that become one, a rule a line: 'laptop, notebook', or 'nyc, big apple => new york'",
    group: STRUCTURE,
  },
  {
    flags: '--dictionary <file>',
    description: 'words, one a line, that --cjk words takes whole',
    group: STRUCTURE,
  },
  {
    flags: '--analyzer <spec>',
    description:
      'all of it in one: a language, then what is other than its own, like zh:cjk=words,stopwords=none',
    group: STRUCTURE,
  },
  {
    flags: '--cjk <mode>',
    description: 'terms of Chinese and Japanese text: overlapping bigrams, or dictionary words',
    group: STRUCTURE,
    choices: ['bigrams', 'words'],
  },
];
