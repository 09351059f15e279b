import { segmentTokens } from './segmenter.js';
import type { OnToken } from './tokens.js';

/** Words that ICU's dictionary lacks, or cuts otherwise. */
export class Dictionary {
  private readonly words: Set<string>;
  private readonly firsts: Set<string>;
  private readonly longest: number;

  constructor(words: string[]) {
    this.words = new Set(words);
    this.firsts = new Set(words.map((word) => word[0]));
    this.longest = words.reduce((most, { length }) => Math.max(most, length), 0);
  }

  /** Words of text[from, to): those of the dictionary, the longest at each place from the left, and what ICU makes of the rest. O(length · longest word). */
  tokens(text: string, from: number, to: number, onToken: OnToken): void {
    let rest = from;
    for (let at = from; at < to; ) {
      const end = this.firsts.has(text[at]) ? this.wordAt(text, at, to) : at;
      if (end === at) {
        at++;
        continue;
      }
      if (rest < at) segmentTokens(text, rest, at, onToken);
      onToken(at, end);
      rest = end;
      at = end;
    }
    if (rest < to) segmentTokens(text, rest, to, onToken);
  }

  /** End of the longest word that begins at `at`; `at` where none does. */
  private wordAt(text: string, at: number, to: number): number {
    for (let end = Math.min(to, at + this.longest); end > at; end--)
      if (this.words.has(text.slice(at, end))) return end;
    return at;
  }
}
