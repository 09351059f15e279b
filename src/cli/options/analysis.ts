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
    description: "words left out: the language's list, or none",
    group: STRUCTURE,
  },
  {
    flags: '--cjk <mode>',
    description: 'terms of Chinese and Japanese text: overlapping bigrams, or dictionary words',
    group: STRUCTURE,
    choices: ['bigrams', 'words'],
  },
];
