import { MAX_TOKEN_UNITS, type OnToken } from './tokens.js';

/**
 * Most code units given to Intl.Segmenter at once: in Node 20 its time grows with the square of
 * the text's length (150,000 characters: 21 s).
 */
const MAX_PIECE_UNITS = 4000;
/** How far back from the limit a good place to cut is looked for. */
const LOOK_BACK_UNITS = 1000;

/** Made when a text needs them: a start would take 2 ms longer. */
function makeTools() {
  return {
    // A fixed locale: with none, the machine's language would decide.
    segmenter: new Intl.Segmenter('en', { granularity: 'word' }),
    punctuation: /[\p{P}\p{S}]/u,
    /** What makes a segment a word. Not isWordLike: ICU's status is lost where '_' and a soft hyphen end a word. */
    letterOrDigit: /[\p{L}\p{Nd}\p{Nl}\u24b6-\u24e9]/u,
    scripts: [/\p{sc=Han}/u, /[\p{sc=Hira}\p{sc=Kana}]/u, /\p{sc=Latin}/u, /\p{sc=Thai}/u, /\p{N}/u],
  };
}
type Tools = ReturnType<typeof makeTools>;
let tools: Tools | undefined;

/**
 * Words of text[from, to), which holds no white space, by ICU: UAX #29, and dictionaries for
 * Chinese, Japanese, Thai, Lao, Khmer and Burmese. Runs above 4,000 code units are cut behind the
 * last punctuation of the last 1,000, else where the script changes there, else hard.
 */
export function segmentTokens(text: string, from: number, to: number, onToken: OnToken): void {
  tools ??= makeTools();
  const { segmenter, letterOrDigit } = tools;
  for (let start = from; start < to; ) {
    const end = to - start <= MAX_PIECE_UNITS ? to : cutBefore(text, start + MAX_PIECE_UNITS, tools);
    for (const { segment, index } of segmenter.segment(text.slice(start, end))) {
      if (!letterOrDigit.test(segment)) continue;
      splitLong(text, start + index, start + index + segment.length, onToken);
    }
    start = end;
  }
}

function cutBefore(text: string, limit: number, { punctuation, scripts }: Tools): number {
  const floor = limit - LOOK_BACK_UNITS;
  for (let at = limit; at > floor; at--) if (punctuation.test(text[at - 1])) return at;
  for (let at = limit; at > floor; at--) {
    if (scriptOf(text[at], scripts) !== scriptOf(text[at - 1], scripts)) return whole(text, at);
  }
  return whole(text, limit);
}

function scriptOf(unit: string, scripts: RegExp[]): number {
  return scripts.findIndex((script) => script.test(unit));
}

/** Steps back where `at` would part a surrogate pair. */
function whole(text: string, at: number): number {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800
    ? at - 1
    : at;
}

function splitLong(text: string, start: number, end: number, onToken: OnToken): void {
  for (let at = start; at < end; ) {
    const next = end - at <= MAX_TOKEN_UNITS ? end : whole(text, at + MAX_TOKEN_UNITS);
    onToken(at, next);
    at = next;
  }
}
