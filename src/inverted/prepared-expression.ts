import {
  type Candidates,
  type DocSet,
  type Explanation,
  inSet,
  type PreparedQuery,
  topK,
} from '../branch/index.js';
import { nearTerms, prefixTerms } from './expansion.js';
import type { Expression, Leaf } from './expression.js';
import { bestOf, type LeafPostings, scoredLeaf } from './leaf-postings.js';
import type { ClauseStatistics, Scoring } from './scoring/index.js';
import type { SegmentText } from './segment-text.js';

/** A leaf ready for every segment. */
interface BoundLeaf {
  label: string;
  /** Most it can add: leaves are summed by falling weight, then as they stand. */
  weight: number;
  postings(segment: SegmentText): LeafPostings;
}

/** A node and whether it matches the document at hand. */
type Node =
  | { kind: 'leaf'; leaf: number; matches: boolean }
  | { kind: 'group'; must: Node[]; should: Node[]; not: Node[]; matches: boolean };

/**
 * A query of the query syntax with more to it than terms and phrases that are all alternatives or all
 * needed. A group matches when everything it needs does, nothing it excludes does, and at least one
 * alternative where nothing is needed. A document's score is the sum of the leaves that match in
 * groups that match. Every document with a leaf is looked at: O(postings of all leaves).
 */
export class PreparedExpression implements PreparedQuery {
  readonly notes: string[] = [];
  private readonly segments: SegmentText[];
  private readonly leaves: BoundLeaf[];
  private readonly root: Node;
  private readonly held = new Map<number, LeafPostings[]>();
  private readonly scoring: Scoring;

  constructor(segments: SegmentText[], root: Expression, leaves: Leaf[], scoring: Scoring) {
    this.segments = segments;
    this.scoring = scoring;
    this.leaves = leaves.map((leaf) => this.bind(leaf));
    this.root = nodeOf(root);
  }

  search(segment: number, depth: number, filter?: DocSet): Candidates {
    const best = topK(depth);
    const postings = this.postings(segment);
    const next = new Array<number>(postings.length).fill(0);
    for (;;) {
      let doc = Number.POSITIVE_INFINITY;
      for (const [l, { docs }] of postings.entries()) if (docs[next[l]] < doc) doc = docs[next[l]];
      if (doc === Number.POSITIVE_INFINITY) return best.take();
      const parts = postings.map(({ docs, parts: own }, l) =>
        docs[next[l]] === doc ? own[next[l]++] : undefined,
      );
      if (filter !== undefined && !inSet(filter, doc)) continue;
      const adding = this.matching(parts);
      if (adding !== undefined) best.push(doc, this.sum(adding, parts));
    }
  }

  explain(segment: number, doc: number): Explanation | undefined {
    const parts = this.postings(segment).map(({ docs, parts: own }) => own[docs.indexOf(doc)]);
    const adding = this.matching(parts);
    if (adding === undefined) return undefined;
    const details = this.order()
      .filter((l) => adding.has(l))
      .map((l) => ({ clause: this.leaves[l].label, weight: this.leaves[l].weight, score: parts[l] }));
    const matched = `${details.length} of ${this.leaves.length} clauses`;
    return {
      score: this.sum(adding, parts),
      summary: `${this.scoring.label}: ${matched} matched`,
      details,
    };
  }

  private bind(leaf: Leaf): BoundLeaf {
    const { label, boost, field } = leaf;
    const { segments, scoring } = this;
    if (leaf.kind === 'terms') {
      const { terms, slop } = leaf;
      const found = this.statistics(terms.map(({ term }) => term));
      const { df } = found;
      const unknown = terms.filter((_, t) => df[t] === 0).map(({ term }) => `'${term}'`);
      if (unknown.length > 0) this.notes.push(`no document has ${[...new Set(unknown)].join(', ')}`);
      const { weight: unboosted, rarity } = scoring.weigh(found);
      const weight = boost * unboosted;
      const postings = (text: SegmentText) =>
        scoredLeaf(text, terms, { slop, field }, { weight, rarity }, scoring);
      return { label, weight, postings };
    }
    if (leaf.kind === 'prefix') {
      const terms = prefixTerms(segments, leaf.prefix);
      this.notes.push(`${label} stands for ${terms.length} terms`);
      // Each as good as the other: what a prefix adds is its boost, as in Lucene.
      const postings = (text: SegmentText) => {
        const { docs } = bestOf(
          terms.map((term) =>
            scoredLeaf(text, [{ term, offset: 0 }], { field }, { weight: 1, rarity: 0 }, scoring),
          ),
        );
        return { docs, parts: docs.map(() => boost) };
      };
      return { label, weight: boost, postings };
    }
    const near = nearTerms(segments, leaf.term, leaf.edits).map(({ term, edits }) => {
      const { weight, rarity } = scoring.weigh(this.statistics([term]));
      return { term, rarity, weight: boost * weight * (1 - edits / (leaf.term.length + 1)) };
    });
    this.notes.push(`${label} stands for ${near.map(({ term }) => `'${term}'`).join(', ') || 'no term'}`);
    const postings = (text: SegmentText) =>
      bestOf(
        near.map(({ term, ...clause }) =>
          scoredLeaf(text, [{ term, offset: 0 }], { field }, clause, scoring),
        ),
      );
    return { label, weight: near.reduce((most, { weight }) => Math.max(most, weight), 0), postings };
  }

  /** Of terms over all segments. */
  private statistics(terms: string[]): ClauseStatistics {
    const sum = (term: string, of: 'df' | 'occurrences') =>
      this.segments.reduce((total, segment) => total + (segment.lookup(term)?.[of] ?? 0), 0);
    return {
      df: terms.map((term) => sum(term, 'df')),
      occurrences: terms.map((term) => sum(term, 'occurrences')),
    };
  }

  private postings(segment: number): LeafPostings[] {
    const known = this.held.get(segment);
    if (known !== undefined) return known;
    const postings = this.leaves.map((leaf) => leaf.postings(this.segments[segment]));
    this.held.clear();
    this.held.set(segment, postings);
    return postings;
  }

  /** Leaves that add to a document's score; undefined when it does not match. */
  private matching(parts: (number | undefined)[]): Set<number> | undefined {
    if (!decide(this.root, parts)) return undefined;
    const adding = new Set<number>();
    gather(this.root, adding);
    return adding;
  }

  private sum(adding: Set<number>, parts: (number | undefined)[]): number {
    let score = 0;
    for (const l of this.order()) if (adding.has(l)) score += parts[l] as number;
    return score;
  }

  private ordered: number[] | undefined;

  private order(): number[] {
    const { leaves } = this;
    this.ordered ??= leaves.map((_, l) => l).sort((a, b) => leaves[b].weight - leaves[a].weight || a - b);
    return this.ordered;
  }
}

function nodeOf(expression: Expression): Node {
  if (expression.kind === 'leaf') return { ...expression, matches: false };
  const all = (nodes: Expression[]) => nodes.map(nodeOf);
  const { must, should, not } = expression;
  return { kind: 'group', must: all(must), should: all(should), not: all(not), matches: false };
}

function decide(node: Node, parts: (number | undefined)[]): boolean {
  if (node.kind === 'leaf') {
    node.matches = parts[node.leaf] !== undefined;
    return node.matches;
  }
  let needed = true;
  for (const child of node.must) if (!decide(child, parts)) needed = false;
  let any = false;
  for (const child of node.should) if (decide(child, parts)) any = true;
  let excluded = false;
  for (const child of node.not) if (decide(child, parts)) excluded = true;
  node.matches = needed && !excluded && (any || node.must.length > 0);
  return node.matches;
}

function gather(node: Node, adding: Set<number>): void {
  if (!node.matches) return;
  if (node.kind === 'leaf') adding.add(node.leaf);
  else for (const child of [...node.must, ...node.should]) gather(child, adding);
}
