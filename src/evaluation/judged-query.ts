import type { RunEntry } from './run.js';

/** One query as the measures see it: the ranking reduced to grades, and all the grades there are. */
export interface JudgedQuery {
  /** Grade of the result at each rank (0-based), best first; undefined where there is no judgment. */
  readonly ranking: readonly (number | undefined)[];
  /** Grades of all judged documents, retrieved or not, largest first. */
  readonly grades: readonly number[];
}

/** Puts results in measuring order and looks up their grades. O(n log n). */
export function judgeQuery(results: readonly RunEntry[], judged: ReadonlyMap<string, number>): JudgedQuery {
  const ranking = [...results].sort(byScoreThenId).map((entry) => judged.get(entry.id));
  const grades = [...judged.values()].sort((a, b) => b - a);
  return { ranking, grades };
}

/** trec_eval's order: score descending as a double, ties by id descending by UTF-8 bytes. */
export function byScoreThenId(a: RunEntry, b: RunEntry): number {
  if (a.score !== b.score) return a.score < b.score ? 1 : -1;
  return compareUtf8(b.id, a.id);
}

/**
 * Order of two strings by their UTF-8 bytes, without encoding them. It is the order of code points,
 * which UTF-16 keeps except that surrogates stand below U+E000..U+FFFF.
 */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    if (x >= 0xd800 && y >= 0xd800) {
      x += x >= 0xe000 ? -0x800 : 0x2000;
      y += y >= 0xe000 ? -0x800 : 0x2000;
    }
    return x - y;
  }
  return a.length - b.length;
}

/** How many grades reach `rel`. Expects grades sorted largest first. */
export function countRelevant(grades: readonly number[], rel: number): number {
  let count = 0;
  while (count < grades.length && grades[count] >= rel) count++;
  return count;
}

/** Whether the result at a rank has a grade of `rel` or more. */
export function isRelevant(grade: number | undefined, rel: number): boolean {
  return grade !== undefined && grade >= rel;
}

/** Relevant results within the first `depth` ranks. */
export function relevantRetrieved(query: JudgedQuery, rel: number, depth = Number.POSITIVE_INFINITY): number {
  const end = Math.min(depth, query.ranking.length);
  let count = 0;
  for (let i = 0; i < end; i++) if (isRelevant(query.ranking[i], rel)) count++;
  return count;
}
