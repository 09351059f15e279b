import type { AnalyzerSpec } from './spec.js';
import type { CachedTerm } from './term-cache.js';

/**
 * Receives one term.
 * @param position 0-based, counted over all tokens of the text: stop words leave holes
 * @param cached where the analyser remembers the term, if it does: the same for the same word, for as long as that
 * @param start,end the token in the original text, in UTF-16 code units
 */
export type EmitTerm = (
  term: string,
  position: number,
  start: number,
  end: number,
  cached?: CachedTerm,
) => void;

/** Turns texts into terms by one spec. Not for use by two callers at once: it keeps scratch. */
export interface Analyzer {
  readonly spec: AnalyzerSpec;
  /**
   * Emits the terms of a text in order. O(length).
   * @param wanted terms that are looked for: others may be left out, and positions mean nothing. What can't become one of
   * them is passed over without a look at its letters.
   * @returns positions used, stop words counted
   */
  analyze(text: string, emit: EmitTerm, wanted?: ReadonlySet<string>): number;
}
