import type { Arena, Pointer } from '../../kernels/index.js';

/** Which lists many queries want, turned to which queries want a list. */
export class ListDemand {
  /** Pairs of a list and a query. */
  size = 0;
  /** Lists there are. */
  readonly lists: number;
  private readonly counts: Uint32Array;
  private wanted: Uint32Array;
  private queries: Uint32Array;

  /** @param expected pairs; there may be more */
  constructor(nlist: number, expected: number) {
    this.lists = nlist;
    this.counts = new Uint32Array(nlist);
    this.wanted = new Uint32Array(expected);
    this.queries = new Uint32Array(expected);
  }

  add(query: number, lists: Uint32Array, count: number): void {
    if (this.size + count > this.wanted.length) {
      this.wanted = grown(this.wanted, this.size + count);
      this.queries = grown(this.queries, this.size + count);
    }
    for (let i = 0; i < count; i++) {
      this.counts[lists[i]]++;
      this.wanted[this.size] = lists[i];
      this.queries[this.size++] = query;
    }
  }

  /**
   * Writes what scanListsMany() and scanByteLists() take, by a counting sort.
   * @param queries address of the first and bytes from one to the next @param reservoirs likewise
   */
  place(
    arena: Arena,
    starts: Pointer,
    pairs: Pointer,
    [query, queryBytes]: [Pointer, number],
    [reservoir, reservoirBytes]: [Pointer, number],
  ): void {
    const nlist = this.lists;
    const first = arena.u32(starts, nlist + 1);
    const next = new Uint32Array(nlist);
    first[0] = 0;
    for (let list = 0; list < nlist; list++) {
      next[list] = first[list];
      first[list + 1] = first[list] + this.counts[list];
    }
    const out = arena.u32(pairs, this.size * 2);
    for (let i = 0; i < this.size; i++) {
      const at = 2 * next[this.wanted[i]]++;
      out[at] = query + this.queries[i] * queryBytes;
      out[at + 1] = reservoir + this.queries[i] * reservoirBytes;
    }
  }
}

function grown(values: Uint32Array, least: number): Uint32Array {
  const out = new Uint32Array(Math.max(least, 2 * values.length));
  out.set(values);
  return out;
}
