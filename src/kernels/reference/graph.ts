import { SPACE, type Space } from '../exports.js';
import { distanceIn, keyOf } from '../keys.js';
import { type Row, referenceKey } from './distance.js';
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
  private readonly rows: Row[];
  private readonly m: number;

  constructor(space: Space, rows: Row[], m: number) {
    this.space = space;
    this.rows = rows;
    this.m = m;
  }

  /** Links nodes as one batch: all choose in the graph as it is, then those chosen take the links back. */
  insertBatch(nodes: number[], levels: ArrayLike<number>, efConstruction: number): void {
    for (const node of nodes) {
      for (let at = 0; at <= levels[node]; at++) {
        this.links[at] ??= [];
        this.links[at][node] = [];
      }
    }
    const top = this.entryLevel;
    const chosen = nodes.map((node) => this.choose(node, levels[node], efConstruction));
    nodes.forEach((node, i) => {
      for (let at = 0; at <= Math.min(levels[node], top); at++) this.links[at][node] = chosen[i][at];
    });
    for (let at = 0; at <= top; at++) {
      const added = new Map<number, number[]>();
      nodes.forEach((node, i) => {
        for (const target of chosen[i][at] ?? []) added.set(target, [...(added.get(target) ?? []), node]);
      });
      for (const [target, sources] of added) this.take(target, sources, at);
    }
    for (const node of nodes) {
      if (levels[node] <= this.entryLevel) continue;
      this.entry = node;
      this.entryLevel = levels[node];
    }
  }

  /** Fills level-0 rows with the nearest of the neighbours' neighbours. */
  fillRows(): void {
    const before = this.links[0].map((row) => [...row]);
    before.forEach((own, node) => {
      const far = new Set(own.flatMap((link) => before[link]));
      for (const near of [node, ...own]) far.delete(near);
      const nearest = [...far].map((other) => this.measure(this.rows[node], other)).sort(byKey);
      this.links[0][node] = [...own, ...nearest.map((entry) => entry.position)].slice(0, 2 * this.m);
    });
  }

  /** @param depth, factor see searchGraph() */
  search(query: Row, ef: number, depth = 0, factor = 0): Entry[] {
    return this.walk(query, this.descend(query, 0), 0, ef, depth, factor);
  }

  private choose(node: number, level: number, efConstruction: number): number[][] {
    const chosen: number[][] = [];
    if (this.entryLevel < 0) return chosen;
    let start = this.descend(this.rows[node], level);
    for (let at = Math.min(level, this.entryLevel); at >= 0; at--) {
      const found = this.walk(this.rows[node], start, at, efConstruction);
      start = found[0].position;
      chosen[at] = this.diversify(found, this.m);
    }
    return chosen;
  }

  private descend(query: Row, level: number): number {
    let start = this.entry;
    for (let at = this.entryLevel; at > level; at--) start = this.walk(query, start, at, 1)[0].position;
    return start;
  }

  /** Two of the nearest not yet expanded at once on level 0, one above. */
  private walk(query: Row, start: number, level: number, breadth: number, depth = 0, factor = 0): Entry[] {
    const visited = new Set([start]);
    const expanded = new Set<number>();
    let pool = [this.measure(query, start)];
    for (;;) {
      const ruled = factor > 0 && expanded.size > 0 && pool.length >= depth;
      const most = ruled ? this.farther(pool[depth - 1].key, factor) : 0xffffffff;
      const next = pool
        .filter((candidate) => !expanded.has(candidate.position) && candidate.key <= most)
        .slice(0, level === 0 ? 2 : 1)
        .map((candidate) => candidate.position);
      if (next.length === 0) return pool;
      const fresh: number[] = [];
      for (const node of next) {
        expanded.add(node);
        for (const neighbour of this.links[level][node]) {
          if (visited.has(neighbour)) continue;
          visited.add(neighbour);
          fresh.push(neighbour);
        }
      }
      const found = fresh.map((neighbour) => this.measure(query, neighbour));
      pool = [...pool, ...found.filter((candidate) => candidate.key <= most)].sort(byKey).slice(0, breadth);
    }
  }

  /** Key of a distance whose square is `factor` times that of a key's. */
  private farther(key: number, factor: number): number {
    const { space } = this;
    if (space === SPACE.byteDot || space === SPACE.mixedDot || space === SPACE.signedDot) return 0xffffffff;
    const distance = distanceIn(space, key);
    if (space === SPACE.dot) return keyOf(Math.fround((1 + distance) * factor - 1));
    if (space === SPACE.l2 || space === SPACE.mixedL2) return keyOf(Math.fround(distance * factor));
    return Math.floor(Math.min(distance * factor, 0xffffffff));
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

  /** Rows take up to 512 nodes at once, are chosen anew from them, then take the rest. */
  private take(node: number, sources: number[], level: number): void {
    const most = level === 0 ? 2 * this.m : this.m;
    let links = this.links[level][node];
    let rest = sources;
    while (rest.length > 0) {
      const room = 512 - links.length;
      links = [...links, ...rest.slice(0, room)];
      rest = rest.slice(room);
      if (links.length <= most) break;
      const entries = links.map((link) => this.measure(this.rows[node], link)).sort(byKey);
      links = this.diversify(entries, most);
    }
    this.links[level][node] = links;
  }

  private measure(query: Row, position: number): Entry {
    return { key: referenceKey(this.space, query, this.rows[position]), position };
  }
}
