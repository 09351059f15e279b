import type { Branch, Candidates, DocSet, PreparedQuery } from '../branch/index.js';
import type { IndexReader } from '../index/index.js';
import type { Filtered } from './filters.js';
import type { BranchList } from './fusion.js';

/** A query that is ready for one branch. */
export interface Firing {
  branch: Branch;
  prepared: PreparedQuery;
  depth: number;
  filtered: Filtered | undefined;
}

/**
 * Candidates of each firing, the best of all segments. Those of one branch, depth and filter are handed to
 * the branch together, which may answer many faster than one by one; what is found is the same.
 */
export function candidatesOf(index: IndexReader, firings: Firing[]): BranchList[] {
  const lists = new Array<BranchList>(firings.length);
  for (const group of groupsOf(firings)) {
    const [{ branch, depth, filtered }] = group.map((i) => firings[i]);
    const prepared = group.map((i) => firings[i].prepared);
    const bySegment = index.segments.map(({ documents }, segment) => {
      const set = filtered?.sets[segment];
      if (set?.count === 0) return prepared.map(() => none());
      return searchAll(branch, prepared, segment, depth, set?.count === documents ? undefined : set);
    });
    group.forEach((firing, i) => {
      const found = bySegment.map((candidates) => candidates[i]);
      const { docs, scores } = merge(index, found, depth);
      lists[firing] = { name: branch.name, docs, scores };
    });
  }
  return lists;
}

/** Numbers of firings that may be answered together. */
function groupsOf(firings: Firing[]): number[][] {
  if (firings.length === 1) return [[0]];
  const groups: number[][] = [];
  firings.forEach(({ branch, depth, filtered }, i) => {
    const group = groups.find(([first]) => {
      const other = firings[first];
      return other.branch === branch && other.depth === depth && other.filtered === filtered;
    });
    if (group === undefined) groups.push([i]);
    else group.push(i);
  });
  return groups;
}

function searchAll(
  branch: Branch,
  prepared: PreparedQuery[],
  segment: number,
  depth: number,
  filter: DocSet | undefined,
): Candidates[] {
  if (prepared.length > 1 && branch.searchMany !== undefined) {
    return branch.searchMany(prepared, segment, depth, filter);
  }
  return prepared.map((query) => query.search(segment, depth, filter));
}

const none = (): Candidates => ({ docs: new Uint32Array(0), scores: new Float64Array(0) });

/** Best of all segments: each is sorted, document numbers rise with segments, so ties stay in order. */
function merge({ segments }: IndexReader, found: Candidates[], depth: number): Candidates {
  if (found.length === 1) return found[0];
  const entries: { doc: number; score: number }[] = [];
  found.forEach(({ docs, scores }, segment) => {
    for (let i = 0; i < docs.length; i++)
      entries.push({ doc: segments[segment].base + docs[i], score: scores[i] });
  });
  entries.sort((a, b) => b.score - a.score || a.doc - b.doc);
  entries.length = Math.min(entries.length, depth);
  return {
    docs: Uint32Array.from(entries, (entry) => entry.doc),
    scores: Float64Array.from(entries, (entry) => entry.score),
  };
}
