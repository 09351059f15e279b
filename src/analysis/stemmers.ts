import { stemmer as porter1 } from 'stemmer';
import { loadOrama, loadSnowball } from './packages.cjs';
import { porter2 } from './porter2.js';

/** Lower-case word to stem. */
export type Stem = (word: string) => string;

const SNOWBALL = [
  'arabic',
  'armenian',
  'basque',
  'catalan',
  'danish',
  'dutch',
  'finnish',
  'french',
  'german',
  'hungarian',
  'irish',
  'italian',
  'norwegian',
  'portuguese',
  'romanian',
  'russian',
  'spanish',
  'swedish',
  'tamil',
  'turkish',
];
/** Snowball's, too, from another package. */
const FURTHER = ['greek', 'hindi', 'indonesian', 'lithuanian', 'nepali', 'serbian'];

/**
 * Names of --stemmer. porter2: Snowball's English; porter1: Porter's of 1980 with his later
 * departures, as in Lucene's PorterStemFilter; the rest are Snowball's algorithms by name.
 */
export const stemmerNames: readonly string[] = [
  'porter2',
  'porter1',
  ...[...SNOWBALL, ...FURTHER].sort(),
  'none',
];

/**
 * @param name one of stemmerNames
 * @returns undefined for 'none'. Snowball's languages cost about 10 ms the first time, the English ones nothing.
 */
export function openStemmer(name: string): Stem | undefined {
  if (name === 'none') return undefined;
  if (name === 'porter2') return porter2;
  if (name === 'porter1') return porter1;
  if (FURTHER.includes(name)) return loadOrama(name);
  const snowball = loadSnowball().newStemmer(name);
  return (word) => snowball.stem(word);
}
