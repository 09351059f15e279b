import { sha256Of } from './digest.js';
import type { SpillDirectory, SpillFile } from './spill.js';

/** One entry is four u32 words: 96 bits of the id's key, then the value. */
const WORDS = 4;
const ENTRY_BYTES = WORDS * 4;
/** Share of the table that may fill before it is spilled. */
const MAX_LOAD = 0.7;
/** Most slots of the table, 256 MiB: the sort of a larger one would not fit V8's heap under its default limit. */
const MAX_SLOTS = 2 ** 24;
/** Bits of Bloom filter kept in memory for each spilled entry: 1 % false positives with 7 probes. */
const BLOOM_BITS = 10;
const BLOOM_PROBES = 7;
/** Longest id, in bytes of ASCII, that stands in an entry as it is. */
const SHORT = 11;
/** Entries read at a time when a spilled run is searched. */
const PAGE_ENTRIES = 64;

/**
 * Maps document ids to 32-bit values without holding the ids: finds duplicates, and joins vectors
 * to documents by id, in memory that is bounded whatever the corpus.
 *
 * An open-addressing table of 96-bit keys. Ids of up to 11 ASCII characters are their key, shuffled, and never meet; of
 * others it is 88 bits of their SHA-256 (two different ones meet with probability n²/2^89, about 2e-11 for 10^8 ids, so ids
 * themselves are not compared). A full table
 * is sorted and spilled as a run with a Bloom filter; look-ups that pass the filter read one or two
 * pages of the run by interpolation. Insert and look-up O(1) plus O(runs) filter probes; memory is
 * `memoryBytes` plus 1.25 bytes an id that was spilled.
 */
export class SpillingIdMap {
  private readonly table: Uint32Array;
  private readonly slots: number;
  private readonly spills: SpillDirectory;
  private readonly runs: SpilledRun[] = [];
  private count = 0;
  /** Key of the id that is asked for. */
  private readonly key = new Uint32Array(3);

  constructor(spills: SpillDirectory, memoryBytes: number) {
    this.spills = spills;
    const slots = 2 ** Math.max(10, Math.floor(Math.log2(memoryBytes / ENTRY_BYTES)));
    this.slots = Math.min(MAX_SLOTS, slots);
    this.table = new Uint32Array(this.slots * WORDS);
  }

  /** The value stored for `id`, or undefined. */
  get(id: string): number | undefined {
    this.keyFor(id);
    return this.known(this.find());
  }

  /**
   * Stores `value` for `id` unless the id is there already.
   * @param value 0 to 2^32 - 2
   * @returns the value already there, or undefined when it was stored
   */
  putIfAbsent(id: string, value: number): number | undefined {
    this.keyFor(id);
    let slot = this.find();
    const known = this.known(slot);
    if (known !== undefined) return known;
    if (this.count + 1 > this.slots * MAX_LOAD) {
      this.spill();
      slot = this.find();
    }
    this.table.set(this.key, slot);
    // 0 marks a free slot, so values are stored one higher.
    this.table[slot + 3] = value + 1;
    this.count++;
    return undefined;
  }

  close(): void {
    for (const run of this.runs) run.close();
    this.runs.length = 0;
  }

  /** The value of the current key, in its slot or a run. */
  private known(slot: number): number | undefined {
    if (this.table[slot + 3] !== 0) return this.table[slot + 3] - 1;
    for (const run of this.runs) {
      const value = run.get(this.key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  private keyFor(id: string): void {
    const { key } = this;
    if (!packShort(id, key)) {
      const digest = sha256Of(id);
      for (let i = 0; i < 3; i++) key[i] = digest.readUInt32BE(i * 4);
      // No short id has this length.
      key[2] |= 255;
    }
    shuffle(key);
  }

  /** Word offset of the slot that holds the current key, or of the free one where it belongs. */
  private find(): number {
    const { table, key } = this;
    const a = key[0];
    const b = key[1];
    const c = key[2];
    for (let slot = c & (this.slots - 1); ; slot = (slot + 1) & (this.slots - 1)) {
      const at = slot * WORDS;
      if (table[at + 3] === 0) return at;
      if (table[at] === a && table[at + 1] === b && table[at + 2] === c) return at;
    }
  }

  private spill(): void {
    this.runs.push(new SpilledRun(this.table, this.count, this.spills.create('ids')));
    this.table.fill(0);
    this.count = 0;
  }
}

/** An id of ASCII and its length, where it is short. @returns false where it is not */
function packShort(id: string, words: Uint32Array): boolean {
  const { length } = id;
  if (length > SHORT) return false;
  words.fill(0);
  for (let i = 0; i < length; i++) {
    const unit = id.charCodeAt(i);
    if (unit > 127) return false;
    words[i >>> 2] |= unit << (24 - ((i & 3) << 3));
  }
  words[2] |= length;
  return true;
}

/** Spreads keys evenly, as slots and runs need it. Each step undoes itself, so no two keys become one. */
function shuffle(words: Uint32Array): void {
  let a = words[0];
  let b = words[1];
  let c = words[2];
  for (let round = 0; round < 2; round++) {
    a ^= mix(b + Math.imul(c, 0x9e3779b1));
    b ^= mix(c + Math.imul(a, 0x85ebca77));
    c ^= mix(a + Math.imul(b, 0xc2b2ae3d));
  }
  words[0] = a;
  words[1] = b;
  words[2] = c;
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Entries of one full table, sorted by key, on disk. */
class SpilledRun {
  private readonly file: SpillFile;
  private readonly count: number;
  private readonly bloom: Uint8Array;
  private readonly page = new Uint32Array(PAGE_ENTRIES * WORDS);

  constructor(table: Uint32Array, count: number, file: SpillFile) {
    this.file = file;
    this.count = count;
    this.bloom = new Uint8Array(Math.ceil((count * BLOOM_BITS) / 8) + 1);
    const used = new Uint32Array(count);
    let n = 0;
    for (let at = 0; at < table.length; at += WORDS) if (table[at + 3] !== 0) used[n++] = at;
    used.sort((x, y) => table[x] - table[y] || table[x + 1] - table[y + 1] || table[x + 2] - table[y + 2]);
    for (const at of used) {
      const entry = table.subarray(at, at + WORDS);
      this.probes(entry, (bit) => {
        this.bloom[bit >>> 3] |= 1 << (bit & 7);
        return true;
      });
      file.append(new Uint8Array(entry.buffer, entry.byteOffset, ENTRY_BYTES));
    }
  }

  get(key: Uint32Array): number | undefined {
    const maybe = this.probes(key, (bit) => (this.bloom[bit >>> 3] & (1 << (bit & 7))) !== 0);
    if (!maybe) return undefined;
    // Hashes are uniform: where the first word lies between those around the range says where to look.
    let low = 0;
    let high = this.count;
    let lowWord = 0;
    let highWord = 2 ** 32;
    while (low < high) {
      const share = (key[0] - lowWord) / Math.max(1, highWord - lowWord);
      const guess = low + Math.floor(share * (high - low));
      const start = Math.max(low, Math.min(guess - PAGE_ENTRIES / 2, high - PAGE_ENTRIES));
      const n = Math.min(PAGE_ENTRIES, high - start);
      this.file.read(new Uint8Array(this.page.buffer, 0, n * ENTRY_BYTES), start * ENTRY_BYTES);
      if (this.compare(key, 0) < 0) {
        high = start;
        highWord = this.page[0];
      } else if (this.compare(key, n - 1) > 0) {
        low = start + n;
        lowWord = this.page[(n - 1) * WORDS];
      } else {
        for (let i = 0; i < n; i++) if (this.compare(key, i) === 0) return this.page[i * WORDS + 3] - 1;
        return undefined;
      }
    }
    return undefined;
  }

  close(): void {
    this.file.delete();
  }

  private compare(key: Uint32Array, entry: number): number {
    const at = entry * WORDS;
    return key[0] - this.page[at] || key[1] - this.page[at + 1] || key[2] - this.page[at + 2];
  }

  /** Runs `each` over the filter bits of a key until one says false. */
  private probes(key: Uint32Array, each: (bit: number) => boolean): boolean {
    const bits = this.bloom.length * 8;
    // Odd, so that the probes differ; unsigned, since `|` alone may give a negative number and so no bit at all.
    const step = (key[2] | 1) >>> 0;
    for (let i = 0; i < BLOOM_PROBES; i++) {
      if (!each((key[1] + i * step) % bits)) return false;
    }
    return true;
  }
}
