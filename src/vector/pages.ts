import type { VectorPart } from './part.js';

/** Chunks of a slab. */
const SLAB_CHUNKS = 64;
/** Chunks between two wanted ones that are read along: a read costs as much as checking them. */
const GAP = 1;

/** Entries of one array, read chunk by chunk when they are touched, verified, and kept. */
export class Pages {
  private readonly part: VectorPart;
  private readonly array: string;
  /** Bytes of an entry. */
  private readonly entry: number;
  private readonly chunk: number;
  private readonly chunks: number;
  /** Where each chunk that was read stands: a slab and an offset in it. */
  private readonly places = new Map<number, { slab: Uint8Array; at: number }>();
  private slab = new Uint8Array(0);
  private readonly joined: Uint8Array;
  private used = 0;

  /** @param array its shape checked: entries of `entry` bytes */
  constructor(part: VectorPart, array: string, entry: number) {
    const info = part.reader.info(`${part.name}/${array}`);
    this.part = part;
    this.array = info.name;
    this.entry = entry;
    this.joined = new Uint8Array(entry);
    this.chunk = info.chunk;
    this.chunks = Math.ceil(info.byteLength / info.chunk);
  }

  /** Reads what is missing of some entries, neighbours together. */
  fetch(entries: ArrayLike<number>, count: number): void {
    const wanted: number[] = [];
    for (let i = 0; i < count; i++) {
      const first = Math.floor((entries[i] * this.entry) / this.chunk);
      const last = Math.floor(((entries[i] + 1) * this.entry - 1) / this.chunk);
      for (let chunk = first; chunk <= last; chunk++) if (!this.places.has(chunk)) wanted.push(chunk);
    }
    if (wanted.length > 1) wanted.sort((a, b) => a - b);
    for (let i = 0; i < wanted.length; ) {
      const from = wanted[i];
      let to = from;
      while (i < wanted.length && wanted[i] - to <= GAP + 1 && wanted[i] - from < SLAB_CHUNKS)
        to = wanted[i++];
      this.read(from, to + 1);
    }
  }

  /** Where an entry that was fetched stands; a copy, valid until the next, where it lies across chunks. */
  view(entry: number): { bytes: Uint8Array; at: number } {
    const from = entry * this.entry;
    const chunk = Math.floor(from / this.chunk);
    const inside = from - chunk * this.chunk;
    const place = this.places.get(chunk)!;
    if (inside + this.entry <= this.chunk) return { bytes: place.slab, at: place.at + inside };
    this.copy(entry, this.joined, 0);
    return { bytes: this.joined, at: 0 };
  }

  /** Copies an entry that was fetched. @param target `entry` bytes are written from `at` */
  copy(entry: number, target: Uint8Array, at: number): void {
    let from = entry * this.entry;
    const end = from + this.entry;
    while (from < end) {
      const chunk = Math.floor(from / this.chunk);
      const inside = from - chunk * this.chunk;
      const bytes = Math.min(this.chunk - inside, end - from);
      const place = this.places.get(chunk)!;
      target.set(place.slab.subarray(place.at + inside, place.at + inside + bytes), at);
      from += bytes;
      at += bytes;
    }
  }

  private read(from: number, to: number): void {
    const bytes = (to - from) * this.chunk;
    if (this.used + bytes > this.slab.length) {
      this.slab = new Uint8Array(SLAB_CHUNKS * this.chunk);
      this.used = 0;
    }
    this.part.reader.readChunks(this.array, from, this.slab.subarray(this.used, this.used + bytes));
    for (let chunk = from; chunk < to; chunk++, this.used += this.chunk) {
      if (chunk < this.chunks) this.places.set(chunk, { slab: this.slab, at: this.used });
    }
  }
}
