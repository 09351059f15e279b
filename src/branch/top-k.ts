import type { Candidates } from './contract.js';

/**
 * Keeps the best k of a stream of scored documents: higher score first, then lower document
 * number. A binary heap with the worst kept candidate on top; push is O(log k), and O(1) for a
 * candidate that is not good enough.
 */
export interface BoundedTopK {
  push(doc: number, score: number): void;
  /** A score below this can't enter; -Infinity until k are held, Infinity for k = 0. An equal score enters with a lower document only. */
  threshold(): number;
  /** Best first. The heap is empty afterwards. */
  take(): Candidates;
}

export function topK(k: number): BoundedTopK {
  const docs: number[] = [];
  const scores: number[] = [];
  let size = 0;

  /** True when a is worse than b. */
  const worse = (docA: number, scoreA: number, docB: number, scoreB: number) =>
    scoreA < scoreB || (scoreA === scoreB && docA > docB);

  const siftDown = (doc: number, score: number) => {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && worse(docs[child + 1], scores[child + 1], docs[child], scores[child])) child++;
      if (!worse(docs[child], scores[child], doc, score)) break;
      docs[at] = docs[child];
      scores[at] = scores[child];
      at = child;
    }
    docs[at] = doc;
    scores[at] = score;
  };

  return {
    push(doc, score) {
      if (size < k) {
        let at = size++;
        while (at > 0) {
          const parent = (at - 1) >> 1;
          if (!worse(doc, score, docs[parent], scores[parent])) break;
          docs[at] = docs[parent];
          scores[at] = scores[parent];
          at = parent;
        }
        docs[at] = doc;
        scores[at] = score;
      } else if (k > 0 && worse(docs[0], scores[0], doc, score)) {
        siftDown(doc, score);
      }
    },
    threshold: () => (size < k ? Number.NEGATIVE_INFINITY : (scores[0] ?? Number.POSITIVE_INFINITY)),
    take() {
      const out = { docs: new Uint32Array(size), scores: new Float64Array(size) };
      while (size > 0) {
        const doc = docs[0];
        const score = scores[0];
        size--;
        out.docs[size] = doc;
        out.scores[size] = score;
        if (size > 0) siftDown(docs[size], scores[size]);
      }
      return out;
    },
  };
}
