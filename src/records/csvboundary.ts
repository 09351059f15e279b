import type { Boundary } from './split.js';

const LF = 10;
const QUOTE = 34;
const COMMA = 44;

/**
 * Where CSV records end (RFC 4180): at an LF that is not inside a quoted value. A quote opens a value only at its
 * start, so a stray quote inside an unquoted value spoils its own line and not the rest of the file.
 */
export class CsvBoundary implements Boundary {
  #state: 'start' | 'unquoted' | 'quoted' | 'closed' = 'start';
  #newlines = 0;
  #quoted = false;

  find(chunk: Buffer, from: number): number {
    let state = this.#state;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (state === 'quoted') {
        if (byte === QUOTE) state = 'closed';
        else if (byte === LF) this.#newlines++;
      } else if (byte === LF) {
        return at;
      } else if (byte === COMMA) {
        state = 'start';
      } else if (byte === QUOTE) {
        this.#quoted = true;
        // A quote after a closing one is an escaped quote: the value goes on.
        if (state === 'start' || state === 'closed') state = 'quoted';
      } else {
        state = 'unquoted';
      }
    }
    this.#state = state;
    return -1;
  }

  finish(): { newlines: number; quoted: boolean } {
    const found = { newlines: this.#newlines, quoted: this.#quoted };
    this.#state = 'start';
    this.#newlines = 0;
    this.#quoted = false;
    return found;
  }
}
