/** Entries of one generation; two are kept. English prose repeats itself within far fewer. */
const GENERATION = 1 << 16;
/** Slots of a table at first, a power of two. */
const FEWEST_SLOTS = 1 << 9;

/** Strings above this length may be V8 slices, which keep the whole text they were cut from alive. */
const MAX_COPIED_UNITS = 12;

/** What became of a surface form. */
export class CachedTerm {
  readonly surface: string;
  readonly hash: number;
  /** '' for nothing. */
  readonly term: string;
  /** For who collects terms and numbers them: whose number it is, and the number. Looking at it spares a look-up. */
  owner: object | undefined = undefined;
  number = 0;

  constructor(surface: string, hash: number, term: string) {
    this.surface = surface;
    this.hash = hash;
    this.term = term;
  }
}

/**
 * Remembers what became of a surface form. Bounded: when a generation is full it becomes the old one, and the one before is
 * dropped. What is in use moves along. A form is looked up where it stands in its text: cutting it out, and hashing it as a
 * string of its own, took a fifth of the time of a build.
 */
export class TermCache {
  private young = new Generation();
  private old = new Generation();
  private readonly compute: (surface: string) => string;

  constructor(compute: (surface: string) => string) {
    this.compute = compute;
  }

  /** What text[start, end) becomes. */
  get(text: string, start: number, end: number): CachedTerm {
    // FNV-1a over code units, then the high bits into the low ones.
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash ^= hash >>> 15;
    return this.young.find(hash, text, start, end) ?? this.remember(hash, text, start, end);
  }

  private remember(hash: number, text: string, start: number, end: number): CachedTerm {
    let entry = this.old.find(hash, text, start, end);
    if (entry === undefined) {
      const surface = detached(text.slice(start, end));
      entry = new CachedTerm(surface, hash, detached(this.compute(surface)));
    }
    if (this.young.entries.length >= GENERATION) {
      this.old = this.young;
      this.young = new Generation();
    }
    this.young.add(entry);
    return entry;
  }
}

/** An open-addressing table. */
class Generation {
  readonly entries: CachedTerm[] = [];
  /** Pairs of a hash and the place of its entry, from 1; 0 where a slot is free. At most half are taken. */
  private slots = new Int32Array(2 * FEWEST_SLOTS);
  private mask = FEWEST_SLOTS - 1;

  find(hash: number, text: string, start: number, end: number): CachedTerm | undefined {
    const { slots, mask, entries } = this;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = slots[2 * slot + 1];
      if (place === 0) return undefined;
      if (slots[2 * slot] !== hash) continue;
      const entry = entries[place - 1];
      if (isAt(entry.surface, text, start, end)) return entry;
    }
  }

  /** @param entry one that is not in it */
  add(entry: CachedTerm): void {
    this.entries.push(entry);
    if (2 * this.entries.length > this.mask) {
      this.mask = 4 * this.mask + 3;
      this.slots = new Int32Array(2 * (this.mask + 1));
      for (let i = 0; i < this.entries.length; i++) this.put(this.entries[i].hash, i + 1);
    } else {
      this.put(entry.hash, this.entries.length);
    }
  }

  private put(hash: number, place: number): void {
    const { slots, mask } = this;
    let slot = hash & mask;
    while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    slots[2 * slot] = hash;
    slots[2 * slot + 1] = place;
  }
}

/** Whether text[start, end) is the surface. Faster than startsWith(), as they are short. */
function isAt(surface: string, text: string, start: number, end: number): boolean {
  if (surface.length !== end - start) return false;
  for (let i = 0; i < surface.length; i++)
    if (surface.charCodeAt(i) !== text.charCodeAt(start + i)) return false;
  return true;
}

/** `text` in memory of its own. */
function detached(text: string): string {
  return text.length <= MAX_COPIED_UNITS ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
