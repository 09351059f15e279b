/** Receives a term made of characters, not yet looked up among stop words, and where it stands. */
export type OnBigram = (term: string, start: number, end: number) => void;

/** Code units normalised at once: grapheme segmentation must not meet a text of megabytes. */
const PIECE_UNITS = 4000;

let graphemes: Intl.Segmenter | undefined;

/**
 * Overlapping pairs of the characters of a run of Han, Kana and Hangul, text[from, to); a lone
 * character is a term by itself. Most runs are their own NFKC form, character for character; others
 * (half-width kana, decomposed Hangul, variation selectors, supplementary planes) are normalised
 * one grapheme at a time, so that every character still knows where it came from.
 */
export function bigrams(
  text: string,
  from: number,
  to: number,
  fold: (surface: string) => string,
  onBigram: OnBigram,
): void {
  if (isPlain(text, from, to)) {
    if (to - from === 1) onBigram(text.slice(from, to), from, to);
    for (let at = from; at + 1 < to; at++) onBigram(text.slice(at, at + 2), at, at + 2);
    return;
  }
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  let characters = 0;
  let previous = '';
  let previousStart = 0;
  let previousEnd = 0;
  for (let piece = from; piece < to; ) {
    let next = Math.min(to, piece + PIECE_UNITS);
    if (next < to && (text.charCodeAt(next) & 0xfc00) === 0xdc00) next--;
    for (const { segment, index } of graphemes.segment(text.slice(piece, next))) {
      const start = piece + index;
      const end = start + segment.length;
      for (const character of fold(segment)) {
        if (characters++ > 0) onBigram(previous + character, previousStart, end);
        previous = character;
        previousStart = start;
        previousEnd = end;
      }
    }
    piece = next;
  }
  if (characters === 1) onBigram(previous, previousStart, previousEnd);
}

/** Whether every code unit is a character that NFKC leaves alone, whatever stands beside it. */
function isPlain(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    const plain =
      (unit >= 0x4e00 && unit <= 0x9fff) ||
      (unit >= 0x3041 && unit <= 0x3096) ||
      (unit >= 0x30a1 && unit <= 0x30fe && unit !== 0x30fb) ||
      (unit >= 0xac00 && unit <= 0xd7a3) ||
      (unit >= 0x3400 && unit <= 0x4dbf) ||
      unit === 0x3005 ||
      unit === 0x3007;
    if (!plain) return false;
  }
  return true;
}
