import { Break } from './word-break.js';

/**
 * Longest token, in UTF-16 code units: what is longer becomes several tokens, each at its own
 * position, so that nothing is lost (Lucene's maxTokenLength and its default).
 */
export const MAX_TOKEN_UNITS = 255;

/** Receives one token: [start, end) of the text in UTF-16 code units. */
export type OnToken = (start: number, end: number) => void;

/**
 * Words of text[from, to) by UAX #29 (rules WB4 to WB13b) over the classes of breakClasses(), one
 * pass, O(length). A token has at least one letter or digit: a bare '__' is none.
 * The range must hold no unknown or CJK class; it is cut as if white space stood at both ends.
 */
export function scanTokens(
  text: string,
  from: number,
  to: number,
  classes: Uint8Array,
  onToken: OnToken,
): void {
  let at = from;
  while (at < to) {
    let last = classes[text.charCodeAt(at)];
    if (last !== Break.letter && last !== Break.numeric && last !== Break.extendNumLet) {
      at++;
      continue;
    }
    const start = at++;
    const limit = Math.min(to, start + MAX_TOKEN_UNITS);
    let word = last !== Break.extendNumLet;
    while (at < limit) {
      const kind = classes[text.charCodeAt(at)];
      if (kind === Break.letter || kind === Break.numeric) {
        word = true;
        last = kind;
        at++;
      } else if (kind === Break.extendNumLet) {
        last = kind;
        at++;
      } else if (kind === Break.extend) {
        at++;
      } else {
        const next = joined(text, at, limit, last, kind, classes);
        if (next === 0) break;
        at = next;
      }
    }
    if (word) onToken(start, at);
  }
}

/** WB6, WB7, WB11, WB12: offset behind the letter (digit) that a middle character joins to the one before, or 0. */
function joined(
  text: string,
  at: number,
  limit: number,
  last: number,
  middle: number,
  classes: Uint8Array,
): number {
  const joins =
    last === Break.letter
      ? middle === Break.midNumLet || middle === Break.singleQuote || middle === Break.midLetter
      : last === Break.numeric &&
        (middle === Break.midNumLet || middle === Break.singleQuote || middle === Break.midNum);
  if (!joins) return 0;
  let next = at + 1;
  while (next < limit && classes[text.charCodeAt(next)] === Break.extend) next++;
  return next < limit && classes[text.charCodeAt(next)] === last ? next + 1 : 0;
}
