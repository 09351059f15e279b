/**
 * The nearest candidates of a walk, best first, equally near ones by node, as the kernels keep them; and what may
 * still come among them.
 */
export class ColdPool {
  size = 0;
  /** Largest key that is still worth having. */
  bound = 0xffffffff;
  private readonly limit: number;
  private readonly keys: Uint32Array;
  /** Node · 2, and 1 once it is expanded. */
  private readonly words: Uint32Array;

  constructor(limit: number) {
    this.limit = limit;
    this.keys = new Uint32Array(limit);
    this.words = new Uint32Array(limit);
  }

  keyAt(i: number): number {
    return this.keys[i];
  }

  nodeAt(i: number): number {
    return this.words[i] >>> 1;
  }

  /** Marks a candidate. @returns false when it was expanded before */
  expand(i: number): boolean {
    if (this.words[i] & 1) return false;
    this.words[i]++;
    return true;
  }

  /** Takes a candidate that is near enough. @returns where it stands, -1 when it is not taken */
  insert(key: number, node: number): number {
    const { keys, words, limit } = this;
    const word = node * 2;
    if (key > this.bound) return -1;
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle] < key || (keys[middle] === key && words[middle] < word)) low = middle + 1;
      else high = middle;
    }
    if (low === limit) return -1;
    const last = this.size < limit ? this.size++ : limit - 1;
    keys.copyWithin(low + 1, low, last);
    words.copyWithin(low + 1, low, last);
    keys[low] = key;
    words[low] = word;
    return low;
  }

  /** As the kernels' pool entries: word, key, word, key … @returns how many */
  copyTo(target: Uint32Array): number {
    for (let i = 0; i < this.size; i++) {
      target[2 * i] = this.words[i];
      target[2 * i + 1] = this.keys[i];
    }
    return this.size;
  }
}
