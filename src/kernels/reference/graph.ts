import type { Space } from '../exports.js';
import { referenceKey } from './distance.js';
import { byKey, type Entry } from './scan.js';

/**
 * The graph of Malkov & Yashunin (2018) as plainly as it can be written: links as arrays, candidates
 * sorted anew after every step. Gives the links the kernels give.
 */
export class ReferenceGraph {
  /** By level, then node: its links in row order. */
  readonly links: number[][][] = [];
  entry = 0;
  entryLevel = -1;
  private readonly space: Space;
  private readonly rows: Float32Array[];
  private readonly m: number;

  constructor(space: Space, rows: Float32Array[], m: number) {
    this.space = space;
    this.rows = rows;
    this.m = m;
  }

  insert(node: number, level: number, efConstruction: number): void {
    for (let at = 0; at <= level; at++) {
      this.links[at] ??= [];
      this.links[at][node] = [];
    }
    if (this.entryLevel >= 0) {
      let start = this.descend(this.rows[node], level);
      for (let at = Math.min(level, this.entryLevel); at >= 0; at--) {
        const found = this.walk(this.rows[node], start, at, efConstruction);
        start = found[0].position;
        const chosen = this.diversify(found, this.m);
        this.links[at][node] = chosen;
        for (const neighbour of chosen) this.linkBack(neighbour, node, at);
      }
    }
    if (level > this.entryLevel) {
      this.entry = node;
      this.entryLevel = level;
    }
  }

  search(query: Float32Array, ef: number): Entry[] {
    return this.walk(query, this.descend(query, 0), 0, ef);
  }

  private descend(query: Float32Array, level: number): number {
    let start = this.entry;
    for (let at = this.entryLevel; at > level; at--) start = this.walk(query, start, at, 1)[0].position;
    return start;
  }

  private walk(query: Float32Array, start: number, level: number, breadth: number): Entry[] {
    const visited = new Set([start]);
    const expanded = new Set<number>();
    let pool = [this.measure(query, start)];
    for (;;) {
      const next = pool.find((candidate) => !expanded.has(candidate.position));
      if (next === undefined) return pool;
      expanded.add(next.position);
      const fresh = this.links[level][next.position].filter((neighbour) => !visited.has(neighbour));
      for (const neighbour of fresh) visited.add(neighbour);
      pool = [...pool, ...fresh.map((neighbour) => this.measure(query, neighbour))]
        .sort(byKey)
        .slice(0, breadth);
    }
  }

  private diversify(candidates: Entry[], most: number): number[] {
    const kept: number[] = [];
    for (const { key, position } of candidates) {
      if (kept.length === most) break;
      const row = this.rows[position];
      if (kept.every((other) => referenceKey(this.space, row, this.rows[other]) >= key)) kept.push(position);
    }
    return kept;
  }

  private linkBack(node: number, added: number, level: number): void {
    const most = level === 0 ? 2 * this.m : this.m;
    const links = this.links[level][node];
    links.push(added);
    if (links.length <= most) return;
    const entries = links.map((link) => this.measure(this.rows[node], link)).sort(byKey);
    this.links[level][node] = this.diversify(entries, most);
  }

  private measure(query: Float32Array, position: number): Entry {
    return { key: referenceKey(this.space, query, this.rows[position]), position };
  }
}
