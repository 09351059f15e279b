/** Entries of one generation; two are kept. English prose repeats itself within far fewer. */
const GENERATION = 1 << 15;

/** Strings above this length may be V8 slices, which keep the whole text they were cut from alive. */
const MAX_COPIED_UNITS = 12;

/**
 * Remembers what became of a surface form: '' for nothing. Bounded: when a generation is full it
 * becomes the old one, and the one before is dropped. What is in use moves along.
 */
export class TermCache {
  private young = new Map<string, string>();
  private old = new Map<string, string>();
  private readonly compute: (surface: string) => string;

  constructor(compute: (surface: string) => string) {
    this.compute = compute;
  }

  get(surface: string): string {
    const known = this.young.get(surface);
    return known !== undefined ? known : this.remember(surface);
  }

  private remember(surface: string): string {
    const key = detached(surface);
    const term = this.old.get(key) ?? detached(this.compute(key));
    if (this.young.size >= GENERATION) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, term);
    return term;
  }
}

/** The same string, in memory of its own. */
function detached(text: string): string {
  return text.length <= MAX_COPIED_UNITS ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
