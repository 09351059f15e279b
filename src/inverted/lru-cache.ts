/** Keeps values up to a total cost; what was used longest ago goes first (in the first half of its life: what came first). */
export class LruCache<K, V> {
  private readonly entries = new Map<K, { value: V; cost: number }>();
  private readonly capacity: number;
  private held = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  has(key: K): boolean {
    return this.entries.has(key);
  }

  get(key: K): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    // A Map keeps insertion order: moved to the end. Not before half is full: it costs more than the look-up.
    if (this.held * 2 > this.capacity) {
      this.entries.delete(key);
      this.entries.set(key, entry);
    }
    return entry.value;
  }

  /** Keeps a value, or what it costs by now. One that costs more than the capacity is not kept. */
  set(key: K, value: V, cost: number): void {
    const before = this.entries.get(key);
    if (before !== undefined) {
      this.entries.delete(key);
      this.held -= before.cost;
    }
    if (cost > this.capacity) return;
    for (const [oldest, entry] of this.entries) {
      if (this.held + cost <= this.capacity) break;
      this.entries.delete(oldest);
      this.held -= entry.cost;
    }
    this.entries.set(key, { value, cost });
    this.held += cost;
  }
}
