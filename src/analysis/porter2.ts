/**
 * Porter2, Snowball's stemmer for English (Martin Porter, "The English (Porter2) stemming
 * algorithm", snowballstem.org/algorithms/english/stemmer.html), as Lucene 8 has it. R1 and R2, the
 * regions suffixes must lie in, are kept as start offsets: they only ever lose characters at the end.
 */

const EXCEPTIONS = new Map([
  ['skis', 'ski'],
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['idly', 'idl'],
  ['gently', 'gentl'],
  ['ugly', 'ugli'],
  ['early', 'earli'],
  ['only', 'onli'],
  ['singly', 'singl'],
  ...['sky', 'news', 'howe', 'atlas', 'cosmos', 'bias', 'andes'].map((word): [string, string] => [
    word,
    word,
  ]),
]);

/** Left alone once step 1a is done. */
const KEPT = new Set(['inning', 'outing', 'canning', 'herring', 'earring', 'proceed', 'exceed', 'succeed']);

/** Longer suffixes first: the longest that fits is the one that counts, even if it is then not in its region. */
const STEP_2: [string, string][] = [
  ['ational', 'ate'],
  ['fulness', 'ful'],
  ['iveness', 'ive'],
  ['ization', 'ize'],
  ['ousness', 'ous'],
  ['biliti', 'ble'],
  ['lessli', 'less'],
  ['tional', 'tion'],
  ['alism', 'al'],
  ['aliti', 'al'],
  ['ation', 'ate'],
  ['entli', 'ent'],
  ['fulli', 'ful'],
  ['iviti', 'ive'],
  ['ousli', 'ous'],
  ['abli', 'able'],
  ['alli', 'al'],
  ['anci', 'ance'],
  ['ator', 'ate'],
  ['enci', 'ence'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['ogi', 'og'],
  ['li', ''],
];
const STEP_3: [string, string][] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['alize', 'al'],
  ['ative', ''],
  ['icate', 'ic'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ness', ''],
  ['ful', ''],
];
const STEP_4 = [
  'ement',
  'able',
  'ance',
  'ence',
  'ible',
  'ment',
  'ant',
  'ate',
  'ent',
  'ion',
  'ism',
  'iti',
  'ive',
  'ize',
  'ous',
  'al',
  'er',
  'ic',
];
const DOUBLES = new Set(['bb', 'dd', 'ff', 'gg', 'mm', 'nn', 'pp', 'rr', 'tt']);

/** A consonantal y is written Y while the rules run, so that it is no vowel. */
const isVowel = (letter: string | undefined) => letter !== undefined && 'aeiouy'.includes(letter);

/** @param word lower case @returns its stem; words of one or two letters come back as they are */
export function porter2(word: string): string {
  if (word.length < 3) return word;
  const exception = EXCEPTIONS.get(word);
  if (exception !== undefined) return exception;
  let stem = markConsonantY(word.startsWith("'") ? word.slice(1) : word);
  const r1 = startOfR1(stem);
  const r2 = regionAfter(stem, r1);
  stem = step1a(step0(stem));
  if (!KEPT.has(stem)) {
    stem = step1c(step1b(stem, r1));
    stem = step2(stem, r1);
    stem = step3(stem, r1, r2);
    stem = step4(stem, r2);
    stem = step5(stem, r1, r2);
  }
  return stem.replaceAll('Y', 'y');
}

function markConsonantY(word: string): string {
  if (!word.includes('y')) return word;
  let out = '';
  for (let i = 0; i < word.length; i++) {
    // A y that has just become Y is no vowel for the next one.
    out += word[i] === 'y' && (i === 0 || isVowel(out[i - 1])) ? 'Y' : word[i];
  }
  return out;
}

function startOfR1(word: string): number {
  for (const prefix of ['gener', 'commun', 'arsen']) if (word.startsWith(prefix)) return prefix.length;
  return regionAfter(word, 0);
}

/** Offset behind the first non-vowel that follows a vowel, from `start` on; the word's length if there is none. */
function regionAfter(word: string, start: number): number {
  for (let i = start + 1; i < word.length; i++) {
    if (!isVowel(word[i]) && isVowel(word[i - 1])) return i + 1;
  }
  return word.length;
}

function hasVowel(word: string): boolean {
  for (const letter of word) if (isVowel(letter)) return true;
  return false;
}

/** Whether a word ends in a short syllable: consonant, vowel, consonant other than w, x, Y; or vowel, consonant and no more. */
function endsShort(word: string): boolean {
  const n = word.length;
  if (n < 2 || isVowel(word[n - 1]) || !isVowel(word[n - 2])) return false;
  return n === 2 || (!isVowel(word[n - 3]) && !'wxY'.includes(word[n - 1]));
}

function step0(word: string): string {
  if (word.endsWith("'s'")) return word.slice(0, -3);
  if (word.endsWith("'s")) return word.slice(0, -2);
  return word.endsWith("'") ? word.slice(0, -1) : word;
}

function step1a(word: string): string {
  if (word.endsWith('sses')) return word.slice(0, -2);
  if (word.endsWith('ied') || word.endsWith('ies')) return word.slice(0, word.length > 4 ? -2 : -1);
  if (!word.endsWith('s') || word.endsWith('us') || word.endsWith('ss')) return word;
  return hasVowel(word.slice(0, -2)) ? word.slice(0, -1) : word;
}

function step1b(word: string, r1: number): string {
  for (const suffix of ['eedly', 'eed']) {
    if (!word.endsWith(suffix)) continue;
    const start = word.length - suffix.length;
    return start >= r1 ? `${word.slice(0, start)}ee` : word;
  }
  const suffix = ['ingly', 'edly', 'ing', 'ed'].find((ending) => word.endsWith(ending));
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (!hasVowel(stem)) return word;
  if (stem.endsWith('at') || stem.endsWith('bl') || stem.endsWith('iz')) return `${stem}e`;
  if (DOUBLES.has(stem.slice(-2))) return stem.slice(0, -1);
  // A short word: R1 is empty and the last syllable short.
  return stem.length === r1 && endsShort(stem) ? `${stem}e` : stem;
}

function step1c(word: string): string {
  const n = word.length;
  const y = word[n - 1] === 'y' || word[n - 1] === 'Y';
  return y && n > 2 && !isVowel(word[n - 2]) ? `${word.slice(0, -1)}i` : word;
}

function step2(word: string, r1: number): string {
  const found = STEP_2.find(([ending]) => word.endsWith(ending));
  if (found === undefined) return word;
  const [suffix, replacement] = found;
  const start = word.length - suffix.length;
  if (start < r1) return word;
  const before = word[start - 1];
  if (suffix === 'ogi' && before !== 'l') return word;
  if (suffix === 'li' && (before === undefined || !'cdeghkmnrt'.includes(before))) return word;
  return word.slice(0, start) + replacement;
}

function step3(word: string, r1: number, r2: number): string {
  const found = STEP_3.find(([ending]) => word.endsWith(ending));
  if (found === undefined) return word;
  const [suffix, replacement] = found;
  const start = word.length - suffix.length;
  if (start < r1 || (suffix === 'ative' && start < r2)) return word;
  return word.slice(0, start) + replacement;
}

function step4(word: string, r2: number): string {
  const suffix = STEP_4.find((ending) => word.endsWith(ending));
  if (suffix === undefined) return word;
  const start = word.length - suffix.length;
  if (start < r2 || (suffix === 'ion' && word[start - 1] !== 's' && word[start - 1] !== 't')) return word;
  return word.slice(0, start);
}

function step5(word: string, r1: number, r2: number): string {
  const start = word.length - 1;
  const stem = word.slice(0, -1);
  if (word.endsWith('e')) return start >= r2 || (start >= r1 && !endsShort(stem)) ? stem : word;
  return word.endsWith('ll') && start >= r2 ? stem : word;
}
