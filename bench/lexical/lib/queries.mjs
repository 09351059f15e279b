// Queries drawn from a corpus, always the same: headings of passages, as people type them, and runs of content words of
// a sentence. Phrases are runs of words from anywhere, without a stop word at either end.
import { random, shuffle } from '../../vectors/lib/random.mjs';
import { tokens } from './tokens.mjs';

const SEED = 42;
const HEADINGS = 600;
const QUERIES = 1000;
/** Words of a phrase, and how many such phrases. */
const PHRASES = [
  [2, 250],
  [3, 150],
  [4, 100],
];
/** Draws before a corpus is said to have too little text. */
const TRIES = 1_000_000;

const STOP = new Set(
  'a an and are as at be been but by can do does for from has have how if in into is it its may must no not of on one or other our should such than that the their then there these they this to use used using was we what when which will with you your all also any'.split(
    ' ',
  ),
);
/** Signs of code and of numbered or generated headings, which nobody types. */
const CODE = /\p{Ll}\p{Lu}|_|::|[(<=/]|\.\w|\d\.|^(?:Table|Class|Interface) /u;

/**
 * Disjunctions of 2 to 6 terms, none twice in one.
 * @param passages {title, text, tokens} each @param frequencies documents of each term
 * @returns lists of terms
 */
export function drawQueries(passages, frequencies) {
  const next = random(SEED);
  const seen = new Set();
  const drawn = [];
  const add = (query) => {
    const key = query.join(' ');
    if (seen.has(key) || new Set(query).size < query.length) return;
    seen.add(key);
    drawn.push(query);
  };
  for (const { title } of shuffle([...passages], next)) {
    if (drawn.length === HEADINGS) break;
    if (CODE.test(title)) continue;
    const query = tokens(title);
    if (query.length < 2 || query.length > 6) continue;
    if (query.some((word) => !frequencies.has(word) || word.length > 20)) continue;
    if (query.filter((word) => STOP.has(word)).length * 3 > query.length) continue;
    if (query.every((word) => /^\d+$/.test(word))) continue;
    add(query);
  }
  for (let tries = 0; drawn.length < QUERIES && tries < TRIES; tries++) {
    const { text } = passages[Math.floor(next() * passages.length)];
    const sentences = text.split(/(?<=[.!?。！？])\s*/u);
    const sentence = sentences[Math.floor(next() * sentences.length)];
    const words = tokens(sentence).filter(
      (word) => !STOP.has(word) && /^\p{L}+$/u.test(word) && (word.length > 2 || /\P{ASCII}/u.test(word)),
    );
    const length = [2, 3, 3, 4, 4, 5][Math.floor(next() * 6)];
    if (words.length < length + 1) continue;
    const from = Math.floor(next() * (words.length - length));
    add(words.slice(from, from + length));
  }
  return shuffle(drawn, next);
}

/** @param most tokens of a passage that stand in one document */
export function drawPhrases(passages, most) {
  const next = random(SEED + 1);
  const drawn = [];
  for (const [length, count] of PHRASES) {
    const end = drawn.length + count;
    for (let tries = 0; drawn.length < end && tries < TRIES; tries++) {
      const { tokens: all } = passages[Math.floor(next() * passages.length)];
      if (all.length < length + 2) continue;
      const from = Math.floor(next() * (all.length - length));
      if (Math.floor(from / most) !== Math.floor((from + length - 1) / most)) continue;
      const phrase = all.slice(from, from + length);
      if (STOP.has(phrase[0]) || STOP.has(phrase.at(-1))) continue;
      if (phrase.some((word) => word.length < 2 || !/^\p{L}+$/u.test(word))) continue;
      drawn.push(phrase);
    }
  }
  return drawn;
}
