import type { Branch, Explanation, PreparedQuery, Query, SearchOptions } from '../branch/index.js';
import { didYouMean, UsageError } from '../errors/index.js';
import type { IndexReader } from '../index/index.js';
import { candidatesOf, type Firing } from './candidates.js';
import { feedbackDocuments, parseFeedback } from './feedback.js';
import { type Filtered, Filters } from './filters.js';
import { type BranchList, contributionOf, type Fusion, formatFusion, fuse, parseFusion } from './fusion.js';

export const DEFAULT_K = 10;
/** Each branch hands at least this many candidates to fusion, so that a document that is mid-list in two branches is seen. */
const FUSION_DEPTH = 100;

export interface RecallSettings extends SearchOptions {
  /** Hits wanted; default 10. */
  k?: number;
  /** Hits passed over before the first that is given; ranks count them. Default 0. */
  offset?: number;
  /** Hits with a lower score are left out: of fusion, where several branches fire. */
  minScore?: number;
  /** Branches that may fire; default all the query has input for. */
  branches?: string[];
  /** Used where more than one branch fires; default rrf:k=60. */
  fusion?: Fusion;
  /** Only documents for which this holds are found: `year>=2000 and tag=news`. A query's own filter must hold too. */
  filter?: string;
}

/** One document found. */
export interface Hit {
  /** Document number in the index. */
  doc: number;
  id: string;
  /** From 1. */
  rank: number;
  score: number;
  branches: Record<string, { rank: number; score: number }>;
}

export interface RecallResult {
  query: string;
  hits: Hit[];
  /** Branches that fired, in index order. */
  branches: string[];
  /** Documents that the filter left, where there was one: fewer than k mean that all of them may be here. */
  matches?: number;
  /** Settings as used and other remarks, for --explain and eval. */
  notes: string[];
}

/** How a hit came by its score: of each branch, and of fusion where several fired. */
export interface HitExplanation {
  fusion?: {
    method: string;
    contributions: { branch: string; rank: number; weight: number; value: number }[];
  };
  branches: Record<string, Explanation>;
}

/** Answers queries against one open index. Not re-entrant: branches reuse their memory. */
export class Recaller {
  private readonly index: IndexReader;
  private readonly filters: Filters;
  private last: { fired: Fired[]; fusion: Fusion | undefined } | undefined;

  constructor(index: IndexReader) {
    this.index = index;
    this.filters = new Filters(index);
  }

  /** Loads what a batch of queries will touch. */
  warm(branches = this.index.branchNames): void {
    for (const name of branches) this.index.branch(name).warm();
    this.index.documents.warm();
  }

  /**
   * @throws UsageError when no branch has input from the query, or one that is named does not exist
   */
  search(query: Query, settings: RecallSettings = {}): RecallResult {
    return this.searchMany([query], settings)[0];
  }

  /**
   * Answers of several queries, each what search() gives, faster where branches gain by many at once.
   * @throws UsageError for the first query that search() would refuse
   */
  searchMany(queries: Query[], settings: RecallSettings = {}): RecallResult[] {
    // Within a radius all are wanted.
    const wanted = settings.k ?? (settings.radius === undefined ? DEFAULT_K : this.documents() + 1);
    if (!Number.isSafeInteger(wanted) || wanted < 1)
      throw new UsageError(`k is ${wanted}: give a whole number, 1 or more`);
    const { offset = 0 } = settings;
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw new UsageError(`the offset is ${offset}: give a whole number, 0 or more`);
    // What is passed over has to be found first.
    const k = wanted + offset;
    const all: Firing[] = [];
    const firings = queries.map((query) => {
      const own = this.fire(query, settings, k);
      for (const firing of own) all.push(firing);
      return own;
    });
    const lists = candidatesOf(this.index, all);
    let next = 0;
    return queries.map((query, i) => {
      const fired = firings[i].map(({ branch, prepared }) => ({ branch, prepared, list: lists[next++] }));
      return this.answer(query, fired, all[next - 1].filtered, settings, k);
    });
  }

  private documents(): number {
    return this.index.segments.reduce((sum, { documents }) => sum + documents, 0);
  }

  private answer(
    query: Query,
    fired: Fired[],
    filtered: Filtered | undefined,
    settings: RecallSettings,
    k: number,
  ): RecallResult {
    const notes =
      fired.length === 1 ? [...fired[0].prepared.notes] : fired.flatMap(({ prepared }) => prepared.notes);
    if (filtered !== undefined) notes.unshift(this.noteOf(filtered, k));
    const matches = filtered?.matches;
    const { offset = 0, minScore = Number.NEGATIVE_INFINITY } = settings;
    if (fired.length === 1) {
      const [{ list }] = fired;
      this.last = { fired, fusion: undefined };
      const hits: Hit[] = [];
      for (let i = offset; i < Math.min(k, list.docs.length); i++) {
        const score = list.scores[i];
        if (score < minScore) break;
        hits.push({
          doc: list.docs[i],
          id: this.index.documents.id(list.docs[i]),
          rank: i + 1,
          score,
          branches: { [list.name]: { rank: i + 1, score } },
        });
      }
      return { query: query.id, hits, branches: [list.name], matches, notes };
    }
    const lists = fired.map((entry) => entry.list);
    const fusion = settings.fusion ?? parseFusion('rrf');
    this.last = { fired, fusion };
    const page = fuse(lists, fusion, k)
      .slice(offset)
      .filter(({ score }) => score >= minScore);
    const hits = page.map((fused, i): Hit => {
      const branches: Hit['branches'] = {};
      fused.ranks.forEach((rank, b) => {
        if (rank !== undefined) branches[lists[b].name] = { rank, score: lists[b].scores[rank - 1] };
      });
      return {
        doc: fused.doc,
        id: this.index.documents.id(fused.doc),
        rank: offset + i + 1,
        score: fused.score,
        branches,
      };
    });
    return { query: query.id, hits, branches: lists.map((list) => list.name), matches, notes };
  }

  /** Explains a hit of the last search. */
  explain(hit: Hit): HitExplanation {
    if (this.last === undefined) throw new Error('nothing was searched yet');
    const { fired, fusion } = this.last;
    const explanation: HitExplanation = { branches: {} };
    const segment = this.index.segments.findLastIndex((view) => view.base <= hit.doc);
    for (const { branch, prepared } of fired) {
      const found = prepared.explain(segment, hit.doc - this.index.segments[segment].base);
      if (found !== undefined) explanation.branches[branch.name] = found;
    }
    if (fusion !== undefined) {
      const contributions = fired.flatMap(({ list }) => {
        const rank = hit.branches[list.name]?.rank;
        if (rank === undefined) return [];
        const weight = fusion.weights.get(list.name) ?? 1;
        return [{ branch: list.name, rank, weight, value: weight * contributionOf(list, fusion)(rank - 1) }];
      });
      explanation.fusion = { method: formatFusion(fusion), contributions };
    }
    return explanation;
  }

  private filtered(query: Query, settings: RecallSettings): Filtered | undefined {
    const texts = [settings.filter, query.filter].filter((text) => text !== undefined);
    return texts.length === 0 ? undefined : this.filters.documents(texts);
  }

  private noteOf({ matches }: Filtered, k: number): string {
    const of = `${matches} of ${this.index.manifest.documents} documents`;
    return `filter: ${of} match${matches < k ? `, fewer than the ${k} asked for` : ''}`;
  }

  /** What a query is asked of which branches. */
  private fire(query: Query, settings: RecallSettings, k: number): Firing[] {
    const filtered = this.filtered(query, settings);
    const names = settings.branches ?? this.index.branchNames;
    const prepared: { branch: Branch; prepared: PreparedQuery }[] = [];
    checkFusion(settings.fusion, names);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      if (names.indexOf(name) !== i) throw new UsageError(`branch '${name}' is named twice`);
      if (!this.index.branchNames.includes(name)) {
        const there = this.index.branchNames.join(', ') || 'none';
        throw new UsageError(
          `no branch '${name}' in this index (there are: ${there})${didYouMean(name, this.index.branchNames)}`,
        );
      }
      const branch = this.index.branch(name);
      const ready = branch.prepare(query, settings);
      if (ready === undefined) continue;
      prepared.push({ branch, prepared: this.widened(query, branch, ready, filtered, settings) });
    }
    for (const field in query.vectors) this.needField(query, 'vector', field);
    for (const field in query.sparse) this.needField(query, 'sparse', field);
    if (prepared.length === 0) throw new UsageError(`query '${query.id}' ${this.nothingFor(query, names)}`);
    const depth = prepared.length === 1 ? k : Math.max(k, FUSION_DEPTH);
    return prepared.map(({ branch, prepared: ready }) => ({ branch, prepared: ready, depth, filtered }));
  }

  private needField(query: Query, kind: 'vector' | 'sparse', field: string): void {
    const { branchNames } = this.index;
    if (branchNames.includes(field)) return;
    throw new UsageError(
      `query '${query.id}': no ${kind} field '${field}' in this index${didYouMean(field, branchNames)}`,
    );
  }

  /** The query as feedback makes it, where that is asked for and the branch knows it. */
  private widened(
    query: Query,
    branch: Branch,
    prepared: PreparedQuery,
    filtered: Filtered | undefined,
    settings: RecallSettings,
  ): PreparedQuery {
    if (settings.feedback === undefined || branch.widen === undefined) return prepared;
    const feedback = parseFeedback(settings.feedback);
    const [list] = candidatesOf(this.index, [{ branch, prepared, depth: feedback.docs, filtered }]);
    return branch.widen(query, feedbackDocuments(this.index, list), feedback, settings);
  }

  private nothingFor(query: Query, names: string[]): string {
    const vectors = this.index.manifest.schema.vectors.filter((field) => names.includes(field.name));
    if (query.text !== undefined && !names.includes('text')) {
      const give = vectors[0] ? `; give it a vector '${vectors[0].name}' of ${vectors[0].dim}` : '';
      return `is text, but no text branch is searched${give}`;
    }
    const sparse = this.index.manifest.schema.sparse ?? [];
    const wanted = names
      .map((name) => {
        if (name === 'text') return "a 'text'";
        return sparse.some((field) => field.name === name) ? `weights '${name}'` : `a vector '${name}'`;
      })
      .join(' or ');
    return `has nothing to search with; give it ${wanted || 'an index with a branch'}`;
  }
}

/** Weights must be for branches that may fire. */
function checkFusion(fusion: Fusion | undefined, names: string[]): void {
  for (const name of fusion?.weights.keys() ?? []) {
    if (!names.includes(name)) {
      throw new UsageError(
        `the fusion weighs '${name}', but the branches are ${names.join(', ')}${didYouMean(name, names)}`,
      );
    }
  }
}

interface Fired extends Pick<Firing, 'branch' | 'prepared'> {
  list: BranchList;
}
