import type { Candidates } from '../branch/index.js';

/**
 * Puts documents in order of score that nearly are: by insertion, so that few moves are made. Higher
 * scores first, equal ones by lower document. Reused from query to query: nothing is allocated but the answer.
 */
export class SortedTop {
  private docs = new Uint32Array(64);
  private scores = new Float64Array(64);
  private size = 0;

  clear(): void {
    this.size = 0;
  }

  /** O(documents that are worse). */
  push(doc: number, score: number): void {
    if (this.size === this.docs.length) this.grow();
    const { docs, scores } = this;
    let at = this.size++;
    for (; at > 0; at--) {
      const before = scores[at - 1];
      if (before > score || (before === score && docs[at - 1] < doc)) break;
      docs[at] = docs[at - 1];
      scores[at] = before;
    }
    docs[at] = doc;
    scores[at] = score;
  }

  /** The best `depth` of what was pushed since clear(). */
  take(depth: number): Candidates {
    const count = Math.min(depth, this.size);
    return { docs: this.docs.slice(0, count), scores: this.scores.slice(0, count) };
  }

  private grow(): void {
    const docs = new Uint32Array(this.size * 2);
    const scores = new Float64Array(this.size * 2);
    docs.set(this.docs);
    scores.set(this.scores);
    this.docs = docs;
    this.scores = scores;
  }
}
